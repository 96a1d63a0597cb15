"""
central.py PORT HEX: finds a car, reads what it is, hears its first words, writes HEX to it, and waits
until the car ends the link.
"""

import asyncio

from bumble.core import AdvertisingData
from bumble.device import Peer

from common import FROM_CAR, INFO, SERVICE, TO_CAR, device_on_air, run, tell


async def find_car(device):
    found = asyncio.get_running_loop().create_future()
    uuids = AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
    data_type = AdvertisingData.SERVICE_DATA_128_BIT_UUID

    def heard(advertisement):
        listed = advertisement.data.get(uuids) or []
        service_data = advertisement.data.get(data_type)
        if SERVICE in listed and service_data and not found.done():
            found.set_result((advertisement, service_data[1]))

    device.on('advertisement', heard)
    await device.start_scanning()
    advertisement, service_data = await found
    await device.stop_scanning()
    tell(event='found', rssi=advertisement.rssi, service_data=service_data.hex())
    return advertisement.address


async def main(port, chunk):
    async with device_on_air(port, 'phone', 'F0:F1:F2:F3:F4:F5') as device:
        connection = await device.connect(await find_car(device))
        gone = asyncio.get_running_loop().create_future()
        connection.on('disconnection', gone.set_result)
        peer = Peer(connection)
        tell(event='connected', mtu=await peer.request_mtu(185))
        await connection.set_data_length(251, 2120)
        features = await connection.get_remote_le_features()
        tell(event='features', features=int(features), phy=int((await connection.get_phy()).tx_phy))
        [service] = await peer.discover_service(SERVICE)
        characteristics = {c.uuid: c for c in await service.discover_characteristics()}
        tell(event='info', value=bytes(await characteristics[INFO].read_value()).hex())

        hello = asyncio.get_running_loop().create_future()
        await characteristics[FROM_CAR].discover_descriptors()
        await characteristics[FROM_CAR].subscribe(
            lambda value: hello.done() or hello.set_result(bytes(value))
        )
        tell(event='hello', value=(await hello).hex())
        await characteristics[TO_CAR].write_value(bytes.fromhex(chunk), with_response=True)
        tell(event='written')
        tell(event='disconnected', reason=int(await gone))


run(main)
