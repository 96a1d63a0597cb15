"""
two_devices.py SETUP: two devices of bumble on a LocalLink of bumble's, in this process, measured as
bench/two-devices.ts says. SETUP is the constant of that name there, in JSON. Reads lines `WHAT MS` from stdin and answers
each with what was done in a second; ends with its stdin.
"""

import asyncio
import json
import sys
import time

from bumble.controller import Controller
from bumble.core import UUID
from bumble.device import Device, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

SETUP = json.loads(sys.argv[1])
SERVICE, WRITTEN, NOTIFIED = (UUID(SETUP[name]) for name in ("service", "written", "notified"))


def device_on(link, name, address):
    controller = Controller(name, link=link, public_address=address)
    controller.le_acl_data_packet_length = SETUP["aclBuffers"]["length"]
    controller.total_num_le_acl_data_packets = SETUP["aclBuffers"]["count"]
    return Device(name, Address(address), host=Host(controller, AsyncPipeSink(controller)))


async def per_second(milliseconds, run):
    start = now = time.perf_counter()
    done = 0
    while now - start < milliseconds / 1000:
        done += await run()
        now = time.perf_counter()
    return done / (now - start)


class TwoDevices:
    def __init__(self):
        link = LocalLink()
        self.central = device_on(link, "central", "F0:F1:F2:F3:F4:F5")
        self.peripheral = device_on(link, "peripheral", "C0:C1:C2:C3:C4:C5")
        properties, permissions = Characteristic.Properties, Characteristic.Permissions
        written = Characteristic(
            WRITTEN,
            properties.WRITE | properties.WRITE_WITHOUT_RESPONSE,
            permissions.WRITEABLE,
            CharacteristicValue(write=self.on_write),
        )
        self.notified = Characteristic(NOTIFIED, properties.NOTIFY, permissions.READABLE)
        self.peripheral.add_service(Service(SERVICE, [written, self.notified]))
        self.bytes_left = 0
        self.arrived = None

    async def power_on(self):
        await self.central.power_on()
        await self.peripheral.power_on()

    async def on_write(self, connection, value):
        if self.bytes_left == 0:
            await self.peripheral.notify_subscriber(connection, self.notified, value)
            return
        self.bytes_left -= len(value)
        if self.bytes_left == 0:
            self.arrived.set_result(None)

    async def connect(self):
        """The central listens already when the peripheral begins to advertise."""
        accepted = asyncio.get_running_loop().create_future()
        self.peripheral.once("connection", accepted.set_result)
        connecting = asyncio.create_task(self.central.connect(self.peripheral.random_address))
        await self.peripheral.start_advertising()
        connection = await connecting
        peer = Peer(connection)
        await peer.request_mtu(SETUP["mtu"])
        gone = asyncio.get_running_loop().create_future()
        (await accepted).on("disconnection", gone.set_result)
        return connection, peer, gone

    async def connect_and_disconnect(self):
        connection, _, gone = await self.connect()
        await connection.disconnect()
        await gone
        return 1

    async def measure(self, what, milliseconds):
        if what == "connects":
            return await per_second(milliseconds, self.connect_and_disconnect)
        connection, peer, gone = await self.connect()
        [service] = await peer.discover_service(SERVICE)
        by_uuid = {c.uuid: c for c in await service.discover_characteristics()}
        written, notified = by_uuid[WRITTEN], by_uuid[NOTIFIED]
        await notified.discover_descriptors()
        answers = asyncio.Queue()
        await notified.subscribe(answers.put_nowait)

        async def round_trip():
            question = bytes([1]) * SETUP["roundTripBytes"]
            await written.write_value(question, with_response=True)
            if await answers.get() != question:
                raise ValueError("another answer")
            return 1

        async def batch():
            chunk = bytes(SETUP["chunkBytes"])
            count = SETUP["batch"] * len(chunk)
            self.arrived = asyncio.get_running_loop().create_future()
            self.bytes_left = count
            for _ in range(SETUP["batch"]):
                await written.write_value(chunk, with_response=False)
            await self.arrived
            return count

        rate = await per_second(milliseconds, round_trip if what == "round_trips" else batch)
        await connection.disconnect()
        await gone
        return rate


async def main():
    devices = TwoDevices()
    await devices.power_on()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        what, milliseconds = line.split()
        print(await devices.measure(what, float(milliseconds)), flush=True)


asyncio.run(main())
