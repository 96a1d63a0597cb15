"""
extended.py TRANSPORT: one device advertises with several advertising sets, and ends them in every way; another
one scans with extended commands, and connects.
"""

import asyncio

from bumble.core import AdvertisingData
from bumble.device import Advertisement, AdvertisingEventProperties, AdvertisingParameters
from bumble.hci import (
    HCI_LE_Read_Maximum_Advertising_Data_Length_Command,
    HCI_LE_Read_Number_Of_Supported_Advertising_Sets_Command,
    HCI_LE_Set_Extended_Advertising_Data_Command,
    Phy,
)

from common import device_on_air, run, tell

CAR = 'C0:C1:C2:C3:C4:C5'
PHONE = 'F0:F1:F2:F3:F4:F5'

FLAGS = bytes(AdvertisingData([(AdvertisingData.FLAGS, bytes([6]))]))
NAME = bytes(AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, b'car')]))
# 520 bytes, which no single command, PDU or report holds.
LONG = (b'\x81\xff' + bytes(range(128))) * 4


def properties(**fields):
    fields = {'is_connectable': False, **fields}
    return AdvertisingEventProperties(**fields)


def parameters(sid, peer=None, phy=Phy.LE_1M, **fields):
    target = {} if peer is None else {'peer_address': peer}
    return AdvertisingParameters(
        advertising_event_properties=properties(**fields),
        primary_advertising_interval_min=20,
        primary_advertising_interval_max=20,
        secondary_advertising_phy=phy,
        advertising_sid=sid,
        **target,
    )


async def set_long_data(device, advertising_set):
    """In fragments, which bumble's own method does not make."""
    operations = HCI_LE_Set_Extended_Advertising_Data_Command.Operation
    pieces = [LONG[at : at + 251] for at in range(0, len(LONG), 251)]
    for i, piece in enumerate(pieces):
        operation = operations.INTERMEDIATE_FRAGMENT
        if i == 0:
            operation = operations.FIRST_FRAGMENT
        elif i == len(pieces) - 1:
            operation = operations.LAST_FRAGMENT
        await device.send_sync_command(
            HCI_LE_Set_Extended_Advertising_Data_Command(
                advertising_handle=advertising_set.advertising_handle,
                operation=operation,
                fragment_preference=0,
                advertising_data=piece,
            )
        )


class Reports:
    """What a scanning device hears: the last whole data of each set, by set identifier and kind."""

    def __init__(self, device):
        self.heard = {}
        self.partial = {}
        self.changed = asyncio.Event()
        device.host.on('advertising_report', self.report)

    def report(self, report):
        advertisement = Advertisement.from_advertising_report(report)
        key = (advertisement.sid, advertisement.is_scan_response)
        chunks = self.partial.setdefault(key, [])
        chunks.append(advertisement.data_bytes)
        if not advertisement.is_complete:
            return
        self.heard[key] = (advertisement, b''.join(chunks), len(chunks))
        self.partial[key] = []
        self.changed.set()

    async def of(self, sid, response=False):
        while (sid, response) not in self.heard:
            self.changed.clear()
            await self.changed.wait()
        return self.heard[sid, response]


def describe(event, advertisement, data, reports):
    kinds = ['legacy', 'connectable', 'scannable', 'directed', 'anonymous', 'scan_response']
    tell(
        event=event,
        kinds=[kind for kind in kinds if getattr(advertisement, f'is_{kind}')],
        address=advertisement.address.to_string(with_type_qualifier=False),
        phys=[advertisement.primary_phy, advertisement.secondary_phy],
        tx_power=advertisement.tx_power,
        data=data.hex() if len(data) < 32 else len(data),
        reports=reports,
    )


async def sets(car, phone):
    reports = Reports(phone)
    await car.create_advertising_set(parameters(1, include_tx_power=True), advertising_data=FLAGS)
    long = await car.create_advertising_set(parameters(2), auto_start=False)
    await set_long_data(car, long)
    await long.start()
    await car.create_advertising_set(
        parameters(3, phy=Phy.LE_2M, is_scannable=True), scan_response_data=NAME
    )
    await car.create_advertising_set(parameters(4, is_anonymous=True), advertising_data=NAME)
    await phone.start_scanning(filter_duplicates=True)
    describe('tx power', *await reports.of(1))
    heard = await reports.of(2)
    describe('long', *heard)
    tell(event='whole', same=heard[1] == LONG)
    describe('scannable', *await reports.of(3))
    describe('response', *await reports.of(3, response=True))
    describe('anonymous', *await reports.of(4))
    try:
        await car.create_advertising_set(parameters(5))
    except Exception as error:
        tell(event='fifth set', error=int(error.error_code))
    for advertising_set in list(car.extended_advertising_sets.values()):
        await advertising_set.stop()
        await advertising_set.remove()
    await phone.stop_scanning()


async def connect(car, phone, name, **fields):
    accepted = asyncio.get_running_loop().create_future()
    car.once('connection', accepted.set_result)
    ended = asyncio.get_running_loop().create_future()
    advertising_set = await car.create_advertising_set(
        parameters(6, **fields), advertising_data=b'' if 'is_legacy' in fields else FLAGS
    )
    advertising_set.once('termination', ended.set_result)
    at_phone = await phone.connect(car.random_address)
    at_car = await accepted
    updated = asyncio.get_running_loop().create_future()
    at_phone.once('connection_parameters_update', lambda: updated.set_result(True))
    # The peripheral asks, and bumble's central grants whatever it is asked for.
    await car.update_connection_parameters(at_car, 30, 50, 0, 1000)
    await updated
    tell(
        event=name,
        terminated=await ended,
        phy=int((await at_phone.get_phy()).tx_phy),
        known=[
            at_phone.peer_address == car.random_address,
            at_car.peer_address == phone.random_address,
        ],
        intervals=[end.parameters.connection_interval for end in (at_phone, at_car)],
    )
    gone = asyncio.get_running_loop().create_future()
    at_car.once('disconnection', gone.set_result)
    await at_phone.disconnect()
    await gone
    await advertising_set.remove()


async def terminate(car, name, start, **fields):
    ended = asyncio.get_running_loop().create_future()
    advertising_set = await car.create_advertising_set(parameters(7, **fields), auto_start=False)
    advertising_set.once('termination', ended.set_result)
    await advertising_set.start(**start)
    tell(event=name, status=await ended)
    await advertising_set.remove()


async def main(transport):
    async with (
        device_on_air(transport, 'car', CAR) as car,
        device_on_air(transport, 'phone', PHONE) as phone,
    ):
        number = await car.send_sync_command(
            HCI_LE_Read_Number_Of_Supported_Advertising_Sets_Command()
        )
        length = await car.send_sync_command(HCI_LE_Read_Maximum_Advertising_Data_Length_Command())
        tell(
            event='offers',
            extended=car.supports_le_extended_advertising,
            sets=number.num_supported_advertising_sets,
            length=length.max_advertising_data_length,
        )
        await sets(car, phone)
        await connect(car, phone, 'connected', is_connectable=True)
        await connect(car, phone, 'connected on 2M', is_connectable=True, phy=Phy.LE_2M)
        await connect(
            car,
            phone,
            'connected by directed advertising',
            is_connectable=True,
            is_directed=True,
            is_legacy=True,
            peer=phone.random_address,
        )
        await terminate(car, 'after 3 events', {'max_advertising_events': 3})
        await terminate(car, 'after 100 ms', {'duration': 0.1})
        await terminate(
            car,
            'high duty cycle',
            {'duration': 1.28},
            peer=phone.random_address,
            is_connectable=True,
            is_directed=True,
            is_high_duty_cycle_directed_connectable=True,
            is_legacy=True,
        )


run(main)
