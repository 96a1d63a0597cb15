"""
link.py TRANSPORT [ADDRESS]: connects to the car that it finds, and carries chunks for a phone outside. Lines in:
`open` (subscribe), `write HEX`; the link is closed at their end. Events: connected, chunk, closed.
"""

import asyncio
import sys

from bumble.device import Peer

from common import FROM_CAR, TO_CAR, characteristics_of_car, device_on_air, find_car, run, tell


async def carry_out(lines, characteristics):
    """What stdin says, until it ends."""
    while line := await lines.readline():
        word, _, rest = line.decode().strip().partition(' ')
        if word == 'open':
            await characteristics[FROM_CAR].subscribe(
                lambda value: tell(event='chunk', value=bytes(value).hex())
            )
        elif word == 'write':
            chunk = bytes.fromhex(rest)
            await characteristics[TO_CAR].write_value(chunk, with_response=True)
        else:
            raise ValueError(line)


async def main(transport, own_address='F0:F1:F2:F3:F4:F5'):
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    async with device_on_air(transport, 'phone', own_address) as device:
        advertisement, _ = await find_car(device)
        connection = await device.connect(advertisement.address)
        gone = asyncio.get_running_loop().create_future()
        connection.on('disconnection', gone.set_result)
        peer = Peer(connection)
        mtu = await peer.request_mtu(247)
        characteristics = await characteristics_of_car(peer)
        tell(event='connected', mtu=mtu)
        orders = asyncio.create_task(carry_out(lines, characteristics))
        await asyncio.wait([orders, gone], return_when=asyncio.FIRST_COMPLETED)
        if orders.done():
            await orders
            await connection.disconnect()
        orders.cancel()
        tell(event='closed', reason=int(await gone))


run(main)
