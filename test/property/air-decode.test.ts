import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AirEvent } from '../../air/capture/record.js';
import { AirDecoder } from '../../air/decode/air-decoder.js';
import { describeEvent } from '../../air/decode/describe.js';
import { describeHci, HciDecoder } from '../../air/decode/hci-decoder.js';
import { HCI_COMMANDS } from '../../lib/hci/commands/index.js';
import { CommandComplete } from '../../lib/hci/events/general.js';
import { EVENTS } from '../../lib/hci/events/index.js';
import { aclPacket, commandPacket } from '../../lib/hci/h4.js';
import { eventPacket } from '../support/hci-packets.js';

/** Characters of a line, and of its JSON, that no packet may exceed. */
const MOST_TEXT = 3_000;
const MOST_JSON = 12_000;

const bytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

const index = fc.nat({ max: 3 });
const handle = fc.constantFrom(0x40, 0x41);
const address = fc.constantFrom('000000000001', '000000000002', '0300000000c0');
const opcode = fc.oneof(
  fc.constantFrom(...HCI_COMMANDS.keys()),
  fc.integer({ min: 0x2001, max: 0x20ff }),
);

const LE_EVENTS = EVENTS.flatMap(({ subevent }) => subevent ?? []);

const completed = (code: number, returned: Uint8Array): Uint8Array =>
  CommandComplete.packet({ allowed: 1, opcode: code, returned });

/** LE Connection Complete of one of few addresses: so that links come about, and are put together. */
const connected = fc
  .tuple(handle, fc.boolean(), address)
  .map(([link, central, peer]) =>
    eventPacket(
      0x3e,
      Buffer.from(`0100${u16(link)}${central ? '00' : '01'}00${peer}060000002a0000`, 'hex'),
    ),
  );

/** ACL data that is a whole PDU of ATT, signalling or the Security Manager. */
const pdu = fc
  .tuple(handle, fc.constantFrom(4, 4, 4, 5, 6), bytes(60))
  .map(([link, channel, payload]) =>
    aclPacket(
      link,
      0,
      Buffer.concat([Buffer.from(`${u16(payload.length)}${u16(channel)}`, 'hex'), payload]),
    ),
  );

/** A legacy advertising report, and an extended one that may want another. */
const report = fc
  .tuple(fc.boolean(), fc.nat({ max: 0x7f }), address, bytes(31))
  .map(([extended, type, advertiser, data]) => {
    const head = extended
      ? `0d01${u16(type)}00${advertiser}0100017fc50000${'00'.repeat(7)}`
      : `0201${u16(type % 5).slice(0, 2)}00${advertiser}`;
    const length = Buffer.of(data.length);
    return eventPacket(
      0x3e,
      Buffer.concat([Buffer.from(head, 'hex'), length, data, Buffer.of(0xc5)]),
    );
  });

const packets = fc.oneof<fc.Arbitrary<Uint8Array>[]>(
  bytes(300),
  report,
  connected,
  pdu,
  fc.tuple(opcode, bytes(64)).map(([code, parameters]) => commandPacket(code, parameters)),
  fc.tuple(opcode, bytes(16)).map(([code, returned]) => completed(code, returned)),
  // What a host does is true once the controller has agreed.
  fc.tuple(opcode).map(([code]) => completed(code, Buffer.of(0))),
  fc
    .tuple(fc.constantFrom(...EVENTS.map(({ code }) => code)), bytes(255))
    .map(([code, parameters]) => eventPacket(code, parameters)),
  fc
    .tuple(fc.constantFrom(...LE_EVENTS, 0x0a, 0x0d, 0x12, 0x29), bytes(254))
    .map(([code, rest]) => eventPacket(0x3e, Buffer.concat([Buffer.of(code), rest]))),
  fc
    .tuple(handle, fc.nat({ max: 3 }), bytes(64))
    .map(([link, boundary, data]) => aclPacket(link, boundary, data)),
);

const packet = packets.map((each) => Buffer.from(each));

const sighting: fc.Arbitrary<AirEvent> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      type: fc.constant('record' as const),
      record: fc.record({
        time: fc.nat(),
        index,
        direction: fc.constantFrom('sent' as const, 'received' as const),
        packet,
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('came' as const, 'left' as const),
      device: fc.record({
        index,
        address: fc.constantFrom('01:00:00:00:00:00', '02:00:00:00:00:00'),
        label: fc.oneof(fc.constant('car'), fc.string({ unit: 'binary', maxLength: 32 })),
      }),
      time: fc.nat(),
    }),
  },
);

const sightings = fc.array(sighting, { maxLength: 40 });

/** What a terminal obeys. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const isHarmless = (texts: readonly string[], json: string): void => {
  for (const text of texts) {
    expect(text.length).toBeLessThan(MOST_TEXT);
    expect(text).not.toMatch(CONTROL);
  }
  expect(json.length).toBeLessThan(MOST_JSON);
  expect(json).not.toMatch(CONTROL);
};

describe('any bytes between hosts and controllers', () => {
  it('are told in harmless lines', () => {
    fc.assert(
      fc.property(sightings, (all) => {
        const decoder = new AirDecoder();
        for (const each of all) {
          for (const { event } of decoder.push(each)) {
            const { who, what } = describeEvent(event);
            isHarmless([who, what], JSON.stringify(event));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are shown packet by packet in harmless lines', () => {
    fc.assert(
      fc.property(sightings, (all) => {
        const decoder = new HciDecoder();
        const shown = all.map((each) => decoder.push(each));
        expect(shown.filter((each) => each !== undefined)).toHaveLength(
          all.filter(({ type }) => type === 'record').length,
        );
        for (const each of shown) {
          if (each !== undefined) isHarmless([describeHci(each)], JSON.stringify(each));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('bring about links and attributes, so that the above says something', () => {
    const types = new Set<string>();
    for (const all of fc.sample(sightings, { numRuns: 300, seed: 1 })) {
      const decoder = new AirDecoder();
      for (const { event } of all.flatMap((each) => decoder.push(each))) types.add(event.type);
    }
    expect([...types]).toEqual(
      expect.arrayContaining([
        'advertising',
        'scan-response',
        'connected',
        'att',
        'l2cap',
        'malformed',
      ]),
    );
  });
});

function u16(value: number): string {
  return Buffer.of(value & 0xff, value >> 8).toString('hex');
}
