"""
privacy.py TRANSPORT: two devices that know each other's identity resolving keys meet under private
addresses, which their controllers make and resolve; bumble itself resolves what a third one hears.
"""

import asyncio
from contextlib import asynccontextmanager

from bumble.device import AdvertisingEventProperties, AdvertisingParameters, Device, DeviceConfiguration
from bumble.hci import Address, HCI_LE_Set_Resolvable_Private_Address_Timeout_Command, OwnAddressType
from bumble.keys import MemoryKeyStore, PairingKeys
from bumble.smp import AddressResolver
from bumble.transport import open_transport

from common import device_on_air, run, tell

CAR = Address('C0:C1:C2:C3:C4:C5')
PHONE = Address('F0:F1:F2:F3:F4:F5')
CAR_KEY = bytes(range(16))
PHONE_KEY = bytes(range(16, 32))
PRIVATE = OwnAddressType.RESOLVABLE_OR_RANDOM


@asynccontextmanager
async def private_device(transport, address, key, peer, peer_key):
    """A device whose controller resolves the addresses of `peer`, and makes the own ones."""
    keys = PairingKeys(address_type=peer.address_type, irk=PairingKeys.Key(value=peer_key))
    async with await open_transport(transport) as connection:
        config = DeviceConfiguration(address=address, irk=key, address_resolution_offload=True)
        device = Device.from_config_with_hci(config, connection.source, connection.sink)
        device.keystore = MemoryKeyStore()
        await device.keystore.update(peer.to_string(with_type_qualifier=False), keys)
        await device.power_on()
        yield device


async def hear(device, **options):
    heard = asyncio.get_running_loop().create_future()

    def on_advertisement(advertisement):
        if not heard.done():
            heard.set_result(advertisement.address)

    device.on('advertisement', on_advertisement)
    await device.start_scanning(**options)
    address = await heard
    await device.stop_scanning()
    device.remove_listener('advertisement', on_advertisement)
    return address


def is_identity(address, identity):
    return address.is_resolved and bytes(address) == bytes(identity)


def advertising(directed=False):
    return AdvertisingParameters(
        advertising_event_properties=AdvertisingEventProperties(is_directed=directed),
        primary_advertising_interval_min=20,
        primary_advertising_interval_max=20,
        own_address_type=PRIVATE,
        peer_address=PHONE,
    )


async def meet(car, phone, name, directed=False):
    accepted = asyncio.get_running_loop().create_future()
    car.once('connection', accepted.set_result)
    advertising_set = await car.create_advertising_set(advertising(directed))
    at_phone = await phone.connect(CAR, own_address_type=PRIVATE)
    at_car = await accepted
    resolver = AddressResolver([(CAR_KEY, CAR), (PHONE_KEY, PHONE)])
    tell(
        event=name,
        phone_knows=is_identity(at_phone.peer_address, CAR),
        car_knows=is_identity(at_car.peer_address, PHONE),
        same=[
            at_phone.self_resolvable_address == at_car.peer_resolvable_address,
            at_car.self_resolvable_address == at_phone.peer_resolvable_address,
        ],
        resolved=[
            bytes(resolver.resolve(at_car.peer_resolvable_address)) == bytes(PHONE),
            bytes(resolver.resolve(at_phone.peer_resolvable_address)) == bytes(CAR),
        ],
    )
    gone = asyncio.get_running_loop().create_future()
    at_car.once('disconnection', gone.set_result)
    await at_phone.disconnect()
    await gone
    await advertising_set.remove()


async def main(transport):
    async with (
        private_device(transport, CAR, CAR_KEY, PHONE, PHONE_KEY) as car,
        private_device(transport, PHONE, PHONE_KEY, CAR, CAR_KEY) as phone,
        device_on_air(transport, 'stranger', 'D0:D1:D2:D3:D4:D5') as stranger,
    ):
        await car.send_sync_command(
            HCI_LE_Set_Resolvable_Private_Address_Timeout_Command(rpa_timeout=1)
        )
        advertising_set = await car.create_advertising_set(advertising())
        heard = await hear(phone, own_address_type=PRIVATE)
        tell(event='phone hears', car=is_identity(heard, CAR))
        first = await hear(stranger)
        resolved = AddressResolver([(CAR_KEY, CAR)]).resolve(first)
        tell(
            event='stranger hears',
            private=first.is_resolvable,
            resolved=resolved is not None and bytes(resolved) == bytes(CAR),
        )
        later = first
        while later == first:
            later = await hear(stranger)
        tell(event='rotated', private=later.is_resolvable)
        await advertising_set.stop()
        await advertising_set.remove()
        await meet(car, phone, 'connected')
        await meet(car, phone, 'connected by directed advertising', directed=True)


run(main)
