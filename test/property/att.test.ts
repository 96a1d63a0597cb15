import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AttributeType } from '../../lib/hci/att/attributes.js';
import { Att, ATT_PDUS } from '../../lib/hci/att/pdus.js';
import { concat, toHex } from '../../lib/platform/bytes.js';
import type { GattProfile } from '../../lib/link/gatt-profile.js';
import { uuidBytes } from '../../lib/radio/advertising-data.js';
import type { AttributeTable } from '../../lib/radio/host/attribute-table.js';
import { AttClient, indicating, notifying, serverOf } from '../unit/radio/host/att-client.js';

const mtus = fc.oneof(
  fc.constantFrom(23, 24, 64, 185, 247, 256, 517),
  fc.integer({ min: 23, max: 517 }),
);

const short: GattProfile = {
  ...indicating,
  service: 'fd5f',
  info: { uuid: '2a26', value: new Uint8Array(512) },
};
const profiles = fc.array(fc.constantFrom(notifying, indicating, short), { maxLength: 4 });

const handle = fc.oneof(fc.integer({ min: 0, max: 26 }), fc.integer({ min: 0, max: 0xffff }));
const types = Object.values(AttributeType).map((type) => uuidBytes(type));
const words = fc.oneof(
  handle.map((value) => Uint8Array.of(value & 0xff, value >> 8)),
  fc.constantFrom(...types, uuidBytes(notifying.info?.uuid ?? ''), uuidBytes('1801')),
  fc.uint8Array({ maxLength: 30 }),
);
const pdu = fc
  .tuple(
    fc.oneof(fc.constantFrom(...ATT_PDUS.keys()), fc.integer({ min: 0, max: 0xff })),
    fc.array(words, { maxLength: 4 }),
  )
  .map(([opcode, parts]) => concat(Uint8Array.of(opcode), ...parts));

const isAnswered = (opcode: number): boolean =>
  (opcode & 0x40) === 0 && !(ATT_PDUS.has(opcode) && opcode % 2 === 1) && opcode !== 0x1e;

describe('a client that sends anything', () => {
  it('gets one answer to each request, well-formed and not over the MTU, and none to the rest', () => {
    fc.assert(
      fc.property(
        mtus,
        mtus,
        profiles,
        fc.array(pdu, { maxLength: 40 }),
        (mtu, offered, all, pdus) => {
          const client = new AttClient(23, serverOf(offered, all));
          client.askBytes(Att.mtuRequest.build({ mtu }));
          for (const request of pdus) {
            const [opcode = 0] = request;
            const most = client.state.mtu;
            const answer = client.askBytes(request);
            expect([toHex(request), answer !== undefined]).toEqual([
              toHex(request),
              isAnswered(opcode),
            ]);
            if (answer === undefined) continue;
            expect(answer.length).toBeLessThanOrEqual(most);
            const [answered = 0] = answer;
            const declared = ATT_PDUS.get(answered);
            const parameters = declared?.parameters.exact(answer.subarray(1));
            expect(parameters && declared?.parameters.allows(parameters)).toBe(true);
            if (answered === Att.error.opcode)
              expect(parameters).toMatchObject({ request: opcode });
            else expect(answered).toBe(opcode + 1);
          }
        },
      ),
    );
  });
});

/** What requests find from one handle to another, each of which begins behind what was found before. */
const walk = (
  client: AttClient,
  ends: readonly number[],
  ask: (start: number, end: number) => Uint8Array,
  take: (answer: Uint8Array) => { readonly handle: number; readonly endHandle?: number }[],
): void => {
  let next = 0;
  for (let start = 1; start <= 0xffff;) {
    // Any end; where nothing is found before it, from there on.
    const end = Math.max(start, ends[next++ % ends.length] ?? 0);
    const answer = client.askBytes(ask(start, end)) ?? new Uint8Array();
    if (answer[0] !== Att.error.opcode) {
      const last = take(answer.subarray(1)).at(-1);
      start = (last?.endHandle ?? last?.handle ?? 0xffff) + 1;
    } else {
      expect(answer[4]).toBe(0x0a);
      start = end + 1;
    }
  }
};

const ends = fc
  .array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 })
  .map((some) => [...some, 0xffff]);

const ofType = (table: AttributeTable, type: string): string[] =>
  table.attributes
    .filter((attribute) => attribute.type === type)
    .map(({ handle, endHandle, value = new Uint8Array(2) }) =>
      [handle, endHandle, toHex(value)].join(' '),
    );

describe('a client that discovers', () => {
  const given = [mtus, profiles, ends] as const;

  it('finds every type, whatever ranges it asks for', () => {
    fc.assert(
      fc.property(...given, (mtu, all, order) => {
        const server = serverOf(mtu, all);
        const found: string[] = [];
        walk(
          new AttClient(mtu, server),
          order,
          (start, end) => Att.findInformationRequest.build({ start, end }),
          (answer) => {
            const { attributes } = Att.findInformationResponse.parameters.read(answer);
            found.push(...attributes.map((each) => `${String(each.handle)} ${toHex(each.type)}`));
            return [...attributes];
          },
        );
        expect(found).toEqual(
          server.table.attributes.map(
            (each) => `${String(each.handle)} ${toHex(uuidBytes(each.type))}`,
          ),
        );
      }),
    );
  });

  it.each([AttributeType.characteristic, AttributeType.clientConfiguration])(
    'finds all that have the type %s',
    (type) => {
      fc.assert(
        fc.property(...given, (mtu, all, order) => {
          const server = serverOf(mtu, all);
          const found: string[] = [];
          walk(
            new AttClient(mtu, server),
            order,
            (start, end) => Att.readByTypeRequest.build({ start, end, type: uuidBytes(type) }),
            (answer) => {
              const { attributes } = Att.readByTypeResponse.parameters.read(answer);
              const lines = attributes.map((each) => [each.handle, each.handle, toHex(each.value)]);
              found.push(...lines.map((line) => line.join(' ')));
              return [...attributes];
            },
          );
          expect(found).toEqual(ofType(server.table, type));
        }),
      );
    },
  );

  it('finds the services, by their kind and each by its UUID', () => {
    fc.assert(
      fc.property(...given, (mtu, all, order) => {
        const server = serverOf(mtu, all);
        const type = uuidBytes(AttributeType.primaryService);
        const services = ofType(server.table, AttributeType.primaryService);
        const found: string[] = [];
        walk(
          new AttClient(mtu, server),
          order,
          (start, end) => Att.readByGroupTypeRequest.build({ start, end, type }),
          (answer) => {
            const { attributes } = Att.readByGroupTypeResponse.parameters.read(answer);
            found.push(
              ...attributes.map((each) =>
                [each.handle, each.endHandle, toHex(each.value)].join(' '),
              ),
            );
            return [...attributes];
          },
        );
        expect(found).toEqual(services);
        for (const { value = new Uint8Array() } of server.table.attributes.filter(
          (each) => each.type === AttributeType.primaryService,
        )) {
          const those: string[] = [];
          walk(
            new AttClient(mtu, server),
            order,
            (start, end) => Att.findByTypeValueRequest.build({ start, end, type, value }),
            (answer) => {
              const { attributes } = Att.findByTypeValueResponse.parameters.read(answer);
              those.push(
                ...attributes.map((each) => [each.handle, each.endHandle, toHex(value)].join(' ')),
              );
              return [...attributes];
            },
          );
          expect(those).toEqual(services.filter((line) => line.endsWith(` ${toHex(value)}`)));
        }
      }),
    );
  });

  it('reads every value to its end', () => {
    fc.assert(
      fc.property(mtus, profiles, (mtu, all) => {
        const server = serverOf(mtu, all);
        const client = new AttClient(mtu, server);
        for (const { handle, value } of server.table.attributes) {
          if (value === undefined) continue;
          let parts = client.askBytes(Att.readRequest.build({ handle }))!.subarray(1);
          for (let more = parts; more.length === mtu - 1;) {
            const offset = parts.length;
            const answer = client.askBytes(Att.readBlobRequest.build({ handle, offset }))!;
            expect(answer[0]).toBe(Att.readBlobResponse.opcode);
            more = answer.subarray(1);
            parts = concat(parts, more);
          }
          expect(parts).toEqual(value);
        }
      }),
    );
  });
});

describe('a value that is written in parts', () => {
  it('is what it would be if it were written at once', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 512 }),
        fc.array(fc.integer({ min: 1, max: 512 }), { minLength: 1, maxLength: 10 }),
        mtus,
        (value, sizes, mtu) => {
          const [whole, parts] = [new AttClient(517), new AttClient(mtu)];
          for (const client of [whole, parts]) client.ask('12 0f00 0100');
          whole.askBytes(Att.writeRequest.build({ handle: 12, value }));
          let at = 0;
          for (let part = 0; at < value.length; part++) {
            // At the least MTU, 64 parts are enough only when they are long.
            const size = Math.min(mtu - 5, Math.max(9, sizes[part % sizes.length] ?? 0));
            const prepared = { handle: 12, offset: at, value: value.subarray(at, at + size) };
            const request = Att.prepareWriteRequest.build(prepared);
            const echo = parts.askBytes(request)!;
            expect(echo).toEqual(Att.prepareWriteResponse.build(prepared));
            at += size;
          }
          expect(parts.ask('18 01')).toBe('19');
          expect(parts.told).toEqual(whole.told);
          expect(parts.told).toHaveLength(2);
        },
      ),
    );
  });
});
