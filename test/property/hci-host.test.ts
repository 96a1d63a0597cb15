import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { PhoneKeyError } from '../../lib/errors.js';
import { PacketBoundary, PacketType } from '../../lib/hci/constants.js';
import { EVENTS } from '../../lib/hci/events/index.js';
import { aclPacket } from '../../lib/hci/h4.js';
import { nativeAdvertising } from '../../lib/native/advertisement.js';
import { nativeProfile } from '../../lib/native/profile.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { openHciPeripheral } from '../../lib/radio/host/peripheral.js';
import { eventPacket } from '../support/hci-packets.js';
import { ScriptedController } from '../unit/radio/host/scripted-controller.js';

const HANDLES = [0x0000, 0x0040, 0x0041, 0x0042, 0x0043, 0x0fff];

const anyBytes = fc.uint8Array({ maxLength: 40 });
/** An event that there is, cut or with anything behind it, most of them about links that may be there. */
const anyEvent = fc
  .record({
    declared: fc.constantFrom(...EVENTS),
    handle: fc.constantFrom(...HANDLES),
    tail: anyBytes,
  })
  .map(({ declared: { code, subevent }, handle, tail }) => {
    const about = Uint8Array.of(0, handle & 0xff, handle >> 8, 1, ...tail);
    return eventPacket(code, subevent === undefined ? about : Uint8Array.of(subevent, ...about));
  });
const anyData = fc
  .record({
    handle: fc.constantFrom(...HANDLES),
    boundary: fc.constantFrom(...Object.values(PacketBoundary)),
    data: anyBytes,
  })
  .map(({ handle, boundary, data }) => aclPacket(handle, boundary, data));
const anyPacket = fc.oneof(
  anyEvent,
  anyData,
  anyBytes,
  anyBytes.map((bytes) => Uint8Array.of(PacketType.event, ...bytes)),
);

describe('our own host', () => {
  it('lives on whatever the controller says, or gives it up; and closes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPacket, { maxLength: 40 }), async (packets) => {
        const controller = new ScriptedController();
        const clock = new SimClock();
        const peripheral = await openHciPeripheral({ load: async () => controller, clock });
        await peripheral.start([{ profile: nativeProfile, onLink: (link) => void link.close() }]);
        for (const packet of packets) controller.say(packet);
        const advertised = peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]);
        for (const packet of packets) controller.say(packet);
        await clock.until(
          advertised.catch((error: unknown) => {
            if (!(error instanceof PhoneKeyError)) throw error;
          }),
        );
        await clock.until(peripheral.close());
        if (controller.listeners > 0 || clock.pending > 0) throw new Error('something is left');
      }),
      { numRuns: 200 },
    );
  });
});
