import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Medium } from '../../../../air/medium/medium.js';
import type { AirPdu } from '../../../../air/medium/pdu.js';
import type { Station } from '../../../../air/medium/station.js';
import { Att } from '../../../../lib/hci/att/pdus.js';
import { attPdu, discovery, parseAttPdu, searchAnswer, uint16 } from '../../../../air/sim/att.js';
import { SimPeripheral } from '../../../../air/sim/peripheral.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { TestRadio } from '../medium/test-radio.js';

const sizes = (mtu: number, remembered = false): number[] =>
  discovery(mtu, remembered).map(({ answerBytes }) => answerBytes);

describe('PDUs of ATT', () => {
  it('have the header of L2CAP, 7 bytes together with the handle of a chunk', () => {
    const pdu = attPdu(Att.writeCommand.opcode, uint16(0x0b), Uint8Array.of(0xaa, 0xbb));
    expect(pdu.toString('hex')).toBe('05000400520b00aabb');
    expect(parseAttPdu(pdu)).toEqual({
      opcode: Att.writeCommand.opcode,
      parameters: Buffer.from('0b00aabb', 'hex'),
    });
  });

  it.each(['', '0000', '00000400', '0100040052aa', '0200040052', '0100050052', '01000600', '52'])(
    'are not %j',
    (hex) => {
      expect(parseAttPdu(Buffer.from(hex, 'hex'))).toBeUndefined();
    },
  );

  it('find services and characteristics in the round trips of noble and bleno', () => {
    expect(sizes(256)).toEqual([14, 22, 5, 65]);
    expect(sizes(65)).toEqual([14, 22, 5, 65]);
    expect(sizes(64)).toEqual([14, 22, 5, 44, 23]);
    expect(sizes(23)).toEqual([14, 22, 5, 23, 23, 23]);
    expect(sizes(256, true)).toEqual([65]);
    expect(sizes(23, true)).toEqual([23, 23, 23]);
  });

  it('are no longer than the MTU, whatever is asked for', () => {
    const ask = (bytes: number): Buffer =>
      Buffer.concat([uint16(Att.error.opcode), uint16(bytes), uint16(0)]);
    expect(searchAnswer(ask(0xffff), 23)).toHaveLength(4 + 23);
    expect(searchAnswer(ask(0), 23)).toHaveLength(4 + 1);
    expect(searchAnswer(Buffer.alloc(5), 23)).toBeUndefined();
  });
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
      .map(([opcode, parameters]) => attPdu(opcode, parameters));
    const junk = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(pdu, junk), { maxLength: 20 }), async (messages) => {
        const clock = new SimClock();
        const medium = new Medium({ clock, pace: 'real', seed: 'junk' });
        const address = { type: 'public', bytes: Buffer.alloc(6, 1) } as const;
        const car = new SimPeripheral({ medium, address, onClose: () => undefined });
        let links = 0;
        let chunks = 0;
        await car.start({
          info: new Uint8Array(3),
          onLink: (link) => {
            links++;
            void link.open({ data: () => chunks++, closed: () => undefined });
          },
        });
        await car.advertise(new Uint8Array(9));
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
        const subscriptions = messages.filter(
          (message) => opcodeOf(message) === Att.writeRequest.opcode,
        );
        expect(links).toBe(Math.min(1, subscriptions.length));
        if (links === 0) expect(chunks).toBe(0);
        expect(phone.told.filter((what) => what.startsWith('down'))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

const opcodeOf = (message: Buffer): number | undefined => parseAttPdu(message)?.opcode;
