"""peripheral.py TRANSPORT: the phonekey service without a car behind it. Gives back what is written to it."""

import asyncio

from bumble.core import AdvertisingData
from bumble.gatt import Characteristic, CharacteristicValue, Service

from common import FROM_CAR, INFO, SERVICE, TO_CAR, device_on_air, run, tell

SERVICE_DATA = bytes(range(9))


async def main(transport):
    async with device_on_air(transport, 'car', 'C0:C1:C2:C3:C4:C5') as device:
        gone = asyncio.get_running_loop().create_future()

        async def written(connection, value):
            tell(event='written', value=bytes(value).hex())
            await device.notify_subscribers(from_car, bytes(value))

        properties = Characteristic.Properties
        permissions = Characteristic.Permissions
        from_car = Characteristic(FROM_CAR, properties.NOTIFY, permissions.READABLE)
        device.add_service(
            Service(
                SERVICE,
                [
                    Characteristic(
                        TO_CAR,
                        properties.WRITE | properties.WRITE_WITHOUT_RESPONSE,
                        permissions.WRITEABLE,
                        CharacteristicValue(write=written),
                    ),
                    from_car,
                    Characteristic(INFO, properties.READ, permissions.READABLE, b'\x01'),
                ],
            )
        )

        def connected(connection):
            tell(event='connected')
            connection.on('disconnection', lambda reason: gone.set_result(reason))

        device.on('connection', connected)
        advertising = AdvertisingData(
            [
                (AdvertisingData.FLAGS, bytes([6])),
                (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, bytes(SERVICE)),
            ]
        )
        response = AdvertisingData(
            [(AdvertisingData.SERVICE_DATA_128_BIT_UUID, bytes(SERVICE) + SERVICE_DATA)]
        )
        await device.start_advertising(
            advertising_data=bytes(advertising), scan_response_data=bytes(response)
        )
        tell(event='ready')
        tell(event='disconnected', reason=int(await gone))


run(main)
