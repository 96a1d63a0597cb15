"""secret.py TRANSPORT: a peripheral that lets itself be read over an encrypted link only."""

import asyncio

from bumble.core import UUID, AdvertisingData
from bumble.gatt import Characteristic, Service

from common import device_on_air, run, tell

SERVICE = UUID('181b0000-c0ff-ee00-b1e5-5ed000000000')
SECRET = UUID('181b0001-c0ff-ee00-b1e5-5ed000000000')


async def main(transport):
    async with device_on_air(transport, 'secret', 'C0:C1:C2:C3:C4:C5') as device:
        permissions = Characteristic.READABLE | Characteristic.READ_REQUIRES_ENCRYPTION
        secret = Characteristic(SECRET, Characteristic.Properties.READ, permissions, b'secret')
        device.add_service(Service(SERVICE, [secret]))
        gone = asyncio.get_running_loop().create_future()

        def connected(connection):
            tell(event='connected', encrypted=bool(connection.is_encrypted))
            connection.on(
                'connection_encryption_change',
                lambda: tell(event='encryption', encrypted=bool(connection.is_encrypted)),
            )
            connection.on('disconnection', gone.set_result)

        device.on('connection', connected)
        data = AdvertisingData(
            [
                (AdvertisingData.FLAGS, bytes([6])),
                (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, bytes(SERVICE)),
            ]
        )
        await device.start_advertising(advertising_data=bytes(data))
        tell(event='ready')
        tell(event='disconnected', reason=int(await gone))


run(main)
