import { VirtualAir } from '../../air/index.js';
import type { HciTransport } from '../../air/index.js';
import { PacketType } from '../../lib/hci/constants.js';
import { Countdown, perSecond } from '../measure.js';
import { SETUP } from '../two-devices.js';
import type { TwoDevices } from '../two-devices.js';
import { echo, writeRequest } from './packets.js';
import { LeSetAdvertisingEnable } from '../../lib/hci/commands/advertising.js';
import { SetEventMask } from '../../lib/hci/commands/host-control.js';
import { LeCreateConnection } from '../../lib/hci/commands/listening.js';
import { LeConnectionComplete } from '../../lib/hci/events/links.js';
import { commandPacket } from '../../lib/hci/h4.js';
import { LE_META } from '../../lib/hci/packet.js';
import { toHex } from '../../lib/platform/bytes.js';

/** Two controllers on an air in this process whose hosts know nothing but the bytes of a round trip. */
export const controllers = async (): Promise<TwoDevices> => {
  const air = new VirtualAir({ seed: 'bench' });
  const [central, peripheral] = [air.controller(SETUP), air.controller(SETUP)];
  for (const controller of [central, peripheral]) {
    controller.send(commandPacket(SetEventMask.opcode, Buffer.alloc(8, 0xff)));
  }
  const linked = Promise.all([linkOf(central), linkOf(peripheral)]);
  peripheral.send(commandPacket(LeSetAdvertisingEnable.opcode, Buffer.from([1])));
  const address = toHex(peripheral.identity.public.bytes);
  const create = `600030000000${address}000600120000002a0004000600`;
  central.send(commandPacket(LeCreateConnection.opcode, Buffer.from(create, 'hex')));
  const [handle, peripheralHandle] = await linked;

  const answers = echo(peripheralHandle);
  peripheral.onPacket((packet) => {
    if (packet[0] === PacketType.acl) for (const answer of answers) peripheral.send(answer);
  });
  const question = writeRequest(handle);
  const received = new Countdown();
  central.onPacket((packet) => {
    if (packet[0] === PacketType.acl) received.count(1);
  });
  return {
    measure: (_what, ms) =>
      perSecond(ms, () => {
        central.send(question);
        return received.wait(answers.length);
      }),
    close: async () => air.close(),
  };
};

/** The handle of the next link. */
const linkOf = (controller: HciTransport): Promise<number> =>
  new Promise((resolve) => {
    const stop = controller.onPacket((packet) => {
      if (packet[1] !== LE_META || packet[3] !== LeConnectionComplete.subevent) return;
      stop();
      resolve(LeConnectionComplete.parameters.read(packet.subarray(4)).handle);
    });
  });
