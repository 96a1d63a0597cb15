"""What the programs here share: a device of bumble on the air, and lines of JSON on stdout."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager

from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.hci import Address
from bumble.transport import open_transport

SERVICE = UUID('9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10')
TO_CAR = UUID('9d1f5a01-7c52-4b6e-9a43-1f0c6e2b7d10')
FROM_CAR = UUID('9d1f5a02-7c52-4b6e-9a43-1f0c6e2b7d10')
INFO = UUID('9d1f5a03-7c52-4b6e-9a43-1f0c6e2b7d10')


def tell(**fields):
    print(json.dumps(fields), flush=True)


@asynccontextmanager
async def device_on_air(transport, name, address):
    """A powered-on device with a static random address, over a connection of its own."""
    async with await open_transport(transport) as connection:
        device = Device.with_hci(name, Address(address), connection.source, connection.sink)
        await device.power_on()
        yield device


async def find_car(device):
    """The first car that is heard: its advertisement, and its service data."""
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
    try:
        return await found
    finally:
        await device.stop_scanning()


async def characteristics_of_car(peer):
    """The characteristics of the service by their UUIDs; FROM_CAR can be subscribed to."""
    [service] = await peer.discover_service(SERVICE)
    characteristics = {c.uuid: c for c in await service.discover_characteristics()}
    await characteristics[FROM_CAR].discover_descriptors()
    return characteristics


def run(main):
    async def limited():
        await asyncio.wait_for(main(*sys.argv[1:]), timeout=40)

    asyncio.run(limited())
