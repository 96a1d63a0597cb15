"""
central.py TRANSPORT HEX: finds a car, reads what it is, hears its first words, writes HEX to it, and waits
until the car ends the link.
"""

import asyncio

from bumble.device import Peer

from common import FROM_CAR, INFO, TO_CAR, characteristics_of_car, device_on_air, find_car, run, tell


async def main(transport, chunk):
    async with device_on_air(transport, 'phone', 'F0:F1:F2:F3:F4:F5') as device:
        advertisement, service_data = await find_car(device)
        tell(event='found', rssi=advertisement.rssi, service_data=service_data.hex())
        connection = await device.connect(advertisement.address)
        gone = asyncio.get_running_loop().create_future()
        connection.on('disconnection', gone.set_result)
        peer = Peer(connection)
        tell(event='connected', mtu=await peer.request_mtu(185))
        await connection.set_data_length(251, 2120)
        features = await connection.get_remote_le_features()
        tell(event='features', features=int(features), phy=int((await connection.get_phy()).tx_phy))
        characteristics = await characteristics_of_car(peer)
        tell(event='info', value=bytes(await characteristics[INFO].read_value()).hex())

        hello = asyncio.get_running_loop().create_future()
        await characteristics[FROM_CAR].subscribe(
            lambda value: hello.done() or hello.set_result(bytes(value))
        )
        tell(event='hello', value=(await hello).hex())
        await characteristics[TO_CAR].write_value(bytes.fromhex(chunk), with_response=True)
        tell(event='written')
        tell(event='disconnected', reason=int(await gone))


run(main)
