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

/** A phone that has a link to a car, and what the car's user sees of it. */
const connected = async () => {
  const clock = new SimClock();
  const medium = new Medium({ clock, pace: 'real', seed: 'junk' });
  const address = { type: 'public', bytes: Buffer.alloc(6, 1) } as const;
  const car = new SimPeripheral({ medium, address, onClose: () => undefined });
  const seen = { links: 0, chunks: 0, ends: [] as string[] };
  const onLink = (link: Link): void => {
    seen.links++;
    void link.open({ data: () => seen.chunks++, closed: (reason) => seen.ends.push(reason) });
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
  return { clock, phone, seen };
};

const configure = (value: number): Uint8Array =>
  attFrame(Att.writeRequest, { handle: 15, value: Uint8Array.of(value, 0) });

describe('SimPeripheral', () => {
  it('answers requests of all kinds, and ends the link of a phone that unsubscribes', async () => {
    const { clock, phone, seen } = await connected();
    const exchange = async (request: Uint8Array): Promise<string[]> => {
      const before = phone.told.length;
      phone.link!.send({ first: true, data: request });
      await clock.advance(200);
      return phone.told.slice(before).filter((what) => what !== 'ack');
    };
    expect(await exchange(attFrame(Att.readRequest, { handle: 3 }))).toEqual([
      'data 090004000b70686f6e656b6579',
    ]);
    expect(await exchange(configure(1))).toEqual(['data 0100040013']);
    expect(await exchange(configure(0))).toEqual(['data 0100040013', 'down 19']);
    expect(seen).toEqual({ links: 1, chunks: 0, ends: ['remote'] });
  });

  it('survives any bytes from a phone, and gives its user none before the subscription', async () => {
    const known = fc.constantFrom(...Object.values(Att).map(({ opcode }) => opcode));
    const pdu = fc
      .tuple(fc.oneof(known, fc.integer({ min: 0, max: 255 })), fc.uint8Array({ maxLength: 40 }))
      .map(([opcode, parameters]) =>
        l2capFrame(Channel.att, concat(Uint8Array.of(opcode), parameters)),
      );
    const subscription = fc.constant(configure(1));
    const junk = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(pdu, junk, subscription), { maxLength: 20 }),
        async (messages) => {
          const { clock, phone, seen } = await connected();
          for (const message of messages) phone.link!.send({ first: true, data: message });
          await clock.advance(500);
          const subscriptions = messages.filter(isSubscription);
          expect(seen.links).toBe(Math.min(1, subscriptions.length));
          if (seen.links === 0) expect(seen.chunks).toBe(0);
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
