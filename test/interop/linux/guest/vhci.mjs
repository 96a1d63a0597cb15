// Gives this kernel an adapter whose controller is ours: H4 both ways between /dev/vhci and the port of
// `key air start --h4`. As root: node vhci.mjs 127.0.0.1:6402
import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { H4Decoder } from '../../../../dist/lib/hci/h4.js';

/** First byte of what is no H4 packet, but between the driver and us. */
const VENDOR = 0xff;
const CREATE_PRIMARY_CONTROLLER = Buffer.from([VENDOR, 0x00]);
/** More than a packet of the kernel has. */
const MAX_PACKET_BYTES = 4096;

/**
 * Makes an adapter of the controller at the other end of the two byte streams; resolves with the N of
 * its hciN. It stays until this process ends.
 */
export const attachAdapter = async (fromController, toController) => {
  const device = await open('/dev/vhci', 'r+');
  await device.write(CREATE_PRIMARY_CONTROLLER);

  // The driver takes exactly one packet a write.
  const decoder = new H4Decoder();
  let written = Promise.resolve();
  fromController.on('data', (chunk) => {
    for (const packet of decoder.push(chunk)) written = written.then(() => device.write(packet));
  });

  // And gives one a read. Its answer to the creation may come after the kernel's first command.
  return new Promise((resolve, reject) => {
    const carry = async () => {
      for (;;) {
        const { buffer, bytesRead } = await device.read(Buffer.alloc(MAX_PACKET_BYTES));
        const packet = buffer.subarray(0, bytesRead);
        if (packet[0] === VENDOR) resolve(packet.readUInt16LE(2));
        else toController.write(packet);
      }
    };
    carry().catch(reject);
  });
};

if (import.meta.filename === process.argv[1]) {
  const [host, port] = (process.argv[2] ?? '127.0.0.1:6402').split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  socket.on('close', () => {
    console.error('the air has ended');
    // The read of the driver that waits would keep process.exit() waiting, too.
    process.kill(process.pid, 'SIGKILL');
  });
  console.log(`hci${await attachAdapter(socket, socket)}`);
}
