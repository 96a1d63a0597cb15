import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Medium } from '../../../../air/medium/medium.js';
import type { AirPdu } from '../../../../air/medium/pdu.js';
import type { Station } from '../../../../air/medium/station.js';
import { Att } from '../../../../lib/hci/att/pdus.js';
import { Channel, l2capFrame } from '../../../../lib/hci/l2cap.js';
import { attFrame, parseAttFrame } from '../../../../air/sim/att.js';
import { SimPeripheral } from '../../../../air/sim/peripheral.js';
import { concat, toHex } from '../../../../lib/platform/bytes.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import type { Link } from '../../../../lib/radio/types.js';
import { TestRadio } from '../medium/test-radio.js';
import { nativeProfile } from '../../../../lib/native/profile.js';
import { nativeAdvertising } from '../../../../lib/native/advertisement.js';

describe('PDUs of ATT', () => {
  it('have the header of L2CAP, 7 bytes together with the handle of a chunk', () => {
    const pdu = attFrame(Att.writeCommand, { handle: 0x0b, value: Uint8Array.of(0xaa, 0xbb) });
    expect(toHex(pdu)).toBe('05000400520b00aabb');
    expect(parseAttFrame(pdu)).toEqual({
      bytes: pdu.subarray(4),
      opcode: Att.writeCommand.opcode,
      parameters: Uint8Array.of(0x0b, 0, 0xaa, 0xbb),
    });
  });

  it.each(['', '0000', '00000400', '0100040052aa', '0200040052', '0100050052', '01000600', '52'])(
    'are not %j',
    (hex) => {
      expect(parseAttFrame(Buffer.from(hex, 'hex'))).toBeUndefined();
    },
  );
});

/** Keeps the station that it has heard. */
class Caller extends TestRadio {
  from: Station | undefined;

  override receive(pdu: AirPdu, from: Station, rssi: number): void {
    super.receive(pdu, from, rssi);
    this.from = from;
  }
}

describe('SimPeripheral', () => {
  it('survives any bytes from a phone, and gives its user none before the subscription', async () => {
    const known = fc.constantFrom(...Object.values(Att).map(({ opcode }) => opcode));
    const pdu = fc
      .tuple(fc.oneof(known, fc.integer({ min: 0, max: 255 })), fc.uint8Array({ maxLength: 40 }))
      .map(([opcode, parameters]) =>
        l2capFrame(Channel.att, concat(Uint8Array.of(opcode), parameters)),
      );
    const subscription = fc.constant(
      attFrame(Att.writeRequest, { handle: 15, value: Uint8Array.of(1, 0) }),
    );
    const junk = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(pdu, junk, subscription), { maxLength: 20 }),
        async (messages) => {
          const clock = new SimClock();
          const medium = new Medium({ clock, pace: 'real', seed: 'junk' });
          const address = { type: 'public', bytes: Buffer.alloc(6, 1) } as const;
          const car = new SimPeripheral({ medium, address, onClose: () => undefined });
          let links = 0;
          let chunks = 0;
          const onLink = (link: Link): void => {
            links++;
            void link.open({ data: () => chunks++, closed: () => undefined });
          };
          await car.start([{ profile: nativeProfile, onLink }]);
          await car.advertise([nativeAdvertising(new Uint8Array(9))]);
          const phone = new Caller(medium, 2);
          medium.listen(phone.station, [{ intervalMs: 10, windowMs: 10 }]);
          await clock.advance(200);
          medium.connect(phone.station, phone.from!, {
            initiator: phone.address,
            advertiser: address,
            parameters: { interval: 6, latency: 0, timeout: 100 },
          });
          await clock.advance(50);
          for (const message of messages) phone.link!.send({ first: true, data: message });
          await clock.advance(500);
          const subscriptions = messages.filter(isSubscription);
          expect(links).toBe(Math.min(1, subscriptions.length));
          if (links === 0) expect(chunks).toBe(0);
          expect(phone.told.filter((what) => what.startsWith('down'))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

const isSubscription = (message: Uint8Array): boolean => {
  const pdu = parseAttFrame(message);
  if (pdu?.opcode !== Att.writeRequest.opcode) return false;
  const { handle, value } = Att.writeRequest.parameters.exact(pdu.parameters) ?? {};
  return handle === 15 && value !== undefined && toHex(value) === '0100';
};
