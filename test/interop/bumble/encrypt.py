"""
encrypt.py TRANSPORT: two devices pair, and encrypt a later link with the key they agreed on; then the key of
one is changed, and then taken away.
"""

import asyncio

from bumble.hci import HCI_Error
from bumble.pairing import PairingConfig

from common import device_on_air, run, tell

CENTRAL = 'F0:F1:F2:F3:F4:F5'
PERIPHERAL = 'C0:C1:C2:C3:C4:C5'


class Link:
    """A link between the two, and the reasons with which each side loses it."""

    def __init__(self, at_central, at_peripheral):
        self.central = at_central
        self.peripheral = at_peripheral
        loop = asyncio.get_running_loop()
        self.lost = [loop.create_future(), loop.create_future()]
        for connection, future in zip((at_central, at_peripheral), self.lost):
            connection.on('disconnection', future.set_result)

    async def encrypt(self):
        """Status of Encryption Change at the central; on success both have been told."""
        told = asyncio.get_running_loop().create_future()
        self.peripheral.once('connection_encryption_change', lambda: told.set_result(None))
        try:
            await self.central.encrypt()
            await told
            return 0
        except HCI_Error as error:
            return error.error_code

    @property
    def encrypted(self):
        return [bool(self.central.is_encrypted), bool(self.peripheral.is_encrypted)]

    async def reasons(self):
        return [int(reason) for reason in await asyncio.gather(*self.lost)]


async def connect(central, peripheral):
    accepted = asyncio.get_running_loop().create_future()
    peripheral.once('connection', accepted.set_result)
    await peripheral.start_advertising()
    return Link(await central.connect(peripheral.random_address), await accepted)


async def main(transport):
    async with (
        device_on_air(transport, 'central', CENTRAL) as central,
        device_on_air(transport, 'peripheral', PERIPHERAL) as peripheral,
    ):
        # Known by the addresses they advertise, not by the public ones of their controllers.
        address_type = PairingConfig.AddressType.RANDOM
        for device in (central, peripheral):
            device.pairing_config_factory = lambda _: PairingConfig(
                identity_address_type=address_type
            )
        link = await connect(central, peripheral)
        peripheral_paired = asyncio.get_running_loop().create_future()
        link.peripheral.once('pairing', peripheral_paired.set_result)
        await link.central.pair()
        await peripheral_paired
        tell(event='paired', encrypted=link.encrypted)
        await link.central.disconnect()
        await link.reasons()

        link = await connect(central, peripheral)
        before = link.encrypted
        status = await link.encrypt()
        tell(event='same key', status=status, before=before, encrypted=link.encrypted)
        await link.central.disconnect()
        await link.reasons()

        link = await connect(central, peripheral)
        [(name, keys)] = await central.keystore.get_all()
        right = keys.ltk.value
        keys.ltk.value = bytes([right[0] ^ 1]) + right[1:]
        await central.keystore.update(name, keys)
        status = await link.encrypt()
        reasons = await link.reasons()
        tell(event='other key', status=status, encrypted=link.encrypted, reasons=reasons)

        link = await connect(central, peripheral)
        for name, _ in await peripheral.keystore.get_all():
            await peripheral.keystore.delete(name)
        status = await link.encrypt()
        tell(event='no key', status=status, encrypted=link.encrypted)
        await link.central.disconnect()
        tell(event='still linked', reasons=await link.reasons())


run(main)
