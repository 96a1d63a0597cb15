import { isDeepStrictEqual } from 'node:util';
import { BtsnoopReader } from '../../../air/capture/btsnoop-reader.js';
import { capturing } from '../../../air/capture/capturing.js';
import { captureAir } from '../../../air/capture/monitor.js';
import { AirDecoder } from '../../../air/decode/air-decoder.js';
import { HciDecoder } from '../../../air/decode/hci-decoder.js';
import { LineDecoder, LineTooLong } from '../../../local/rpc/lines.js';
import { VirtualAir } from '../../../air/index.js';
import { HubOperations } from '../../../air/hub/hub-operations.js';
import { hubHandlers } from '../../../air/hub/hub-server.js';
import { perform } from '../../../local/rpc/server.js';
import type { Handler } from '../../../local/rpc/server.js';
import { Places } from '../../../air/hub/places.js';
import { checkSettings, hubArguments, parseHubArguments } from '../../../air/hub/settings.js';
import { Conversation, describeMessage } from '../../../lib/native/inspect/conversation.js';
import {
  formatSessionKeys,
  parseSessionKeys,
  SESSION_KEY_LABEL,
} from '../../../lib/native/inspect/session-key-line.js';
import { concat, utf8 } from '../../../lib/platform/bytes.js';
import { parseJsonObject } from '../../../lib/platform/json.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { encodeFromCar, encodeToCar } from '../../../lib/native/codec.js';
import { frame } from '../../../lib/link/message-link.js';
import { demand, refusing } from '../target.js';
import type { Target } from '../target.js';
import { commandPacket } from '../../../lib/hci/h4.js';

const textOf = (input: Uint8Array): string => new TextDecoder().decode(input);

/** A moment on an air, as the files that the two ways of capturing make of it. */
const captures = (): Uint8Array[] => {
  const air = new VirtualAir({ seed: 'fuzz', clock: new SimClock() });
  const files: Uint8Array[][] = [[], []];
  const stop = captureAir(air, { write: (bytes) => files[0]?.push(bytes.slice()) });
  const host = capturing(air.controller({ label: 'car' }), {
    write: (bytes) => files[1]?.push(bytes.slice()),
  });
  for (const opcode of [0x0c03, 0x1009, 0x2001]) {
    host.send(commandPacket(opcode, new Uint8Array(opcode === 0x2001 ? 8 : 0)));
  }
  stop();
  air.close();
  return files.map((parts) => concat(...parts));
};

const hubOperations = (): {
  readonly handlers: readonly Handler[];
  readonly operations: HubOperations;
  readonly air: VirtualAir;
} => {
  const clock = new SimClock();
  const air = new VirtualAir({ seed: 'fuzz', clock });
  air.controller({ label: 'car' });
  const settings = { seed: 'fuzz', pace: 'instant', faults: null } as const;
  const operations = new HubOperations(air, clock, new Places(clock), settings);
  return { handlers: hubHandlers(air, operations, clock), operations, air };
};

const MAX_LINE = 64;

const sessionKeys = {
  challenge: new Uint8Array(32).fill(1),
  transcript: new Uint8Array(64).fill(2),
  identityKey: new Uint8Array(32).fill(3),
  commandKey: new Uint8Array(32).fill(4),
  toCarKey: new Uint8Array(32).fill(5),
  fromCarKey: new Uint8Array(32).fill(6),
};

/** What people look at: captures, taps, key logs; and what programs on one machine ask the air. */
export const captureTargets: readonly Target[] = [
  {
    name: 'btsnoop',
    seeds: captures,
    dictionary: [
      utf8('btsnoop\0'),
      Uint8Array.of(0, 0, 7, 0xd1),
      Uint8Array.of(0, 0, 3, 0xea),
      Uint8Array.of(0, 0, 3, 0xe9),
      Uint8Array.of(4, 0x3e, 0x13, 1),
    ],
    maxLength: 2048,
    run(input) {
      const reader = new BtsnoopReader();
      const [decoder, packets] = [new AirDecoder(), new HciDecoder()];
      let told = 0;
      refusing(['usage.invalid'], () => {
        for (let at = 0; at < input.length; at += 100) {
          for (const event of reader.push(Buffer.from(input.subarray(at, at + 100)))) {
            told += decoder.push(event).length;
            if (event.type === 'record') demand(packets.push(event) !== undefined, 'told');
          }
        }
        told += decoder.end().length;
        reader.end();
      });
      demand(told <= input.length, 'no more is told than there are bytes');
    },
  },
  {
    name: 'hub-lines',
    seeds: () => [utf8('\x05{"op":"info"}\n{"op":"list"}\n'), utf8(`\x40${'x'.repeat(70)}\n`)],
    dictionary: [utf8('\n'), utf8('\r\n')],
    run(input) {
      const decoder = new LineDecoder(MAX_LINE);
      const size = 1 + (input[0] ?? 0);
      const stream = Buffer.from(input.subarray(1));
      const lines: Buffer[] = [];
      try {
        for (let at = 0; at < stream.length; at += size) {
          lines.push(...decoder.push(stream.subarray(at, at + size)));
        }
      } catch (error) {
        if (!(error instanceof LineTooLong)) throw error;
      }
      const joined = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
      demand(joined.equals(stream.subarray(0, joined.length)), 'lines come out as they went in');
      demand(
        lines.every(({ length }) => length <= MAX_LINE),
        'and none is too long',
      );
    },
  },
  {
    name: 'hub-request',
    seeds: () =>
      [
        '{"op":"info"}',
        '{"op":"list"}',
        '{"op":"move","who":"car","to":{"x":1,"y":-2}}',
        '{"op":"move","who":"car","to":{"x":1,"y":-2},"speed":1.4}',
        '{"op":"tap"}',
      ].map(utf8),
    dictionary: ['"op":', '"who":', '"to":', '"speed":', '{"x":', '1e999', '-0', 'null'].map(utf8),
    batch: 16,
    run(input) {
      const { handlers, operations, air } = hubOperations();
      const request = parseJsonObject(input);
      if (request !== undefined) {
        const answer = refusing(['usage.invalid'], () => perform(handlers, request));
        demand(JSON.stringify(answer ?? {}).length < 4096, 'an answer is short');
        demand(JSON.stringify(operations.list()).includes('"car"'), 'and the air goes on');
      }
      air.close();
    },
  },
  {
    name: 'hub-arguments',
    seeds: () => [
      utf8(
        hubArguments('/tmp/hub.sock', { seed: 'a', pace: 'real', faults: 'loss=0.1' }).join(' '),
      ),
    ],
    dictionary: ['--seed=', '--pace=instant', '--faults=', '--', '-x', ' '].map(utf8),
    maxLength: 200,
    run(input) {
      const parsed = refusing(['usage.invalid'], () => {
        const hub = parseHubArguments(textOf(input).split(' '));
        checkSettings(hub.settings);
        return hub;
      });
      if (parsed === undefined) return;
      const again = parseHubArguments(hubArguments(parsed.path, parsed.settings));
      demand(isDeepStrictEqual(again, parsed), 'means the same when written again');
    },
  },
  {
    name: 'session-keys',
    seeds: () => [utf8(formatSessionKeys(sessionKeys).trimEnd())],
    dictionary: [utf8(SESSION_KEY_LABEL), utf8(' '), utf8('0g')],
    maxLength: 600,
    run(input) {
      const keys = parseSessionKeys(textOf(input));
      if (keys === undefined) return;
      const again = parseSessionKeys(formatSessionKeys(keys).trimEnd());
      demand(JSON.stringify(again) === JSON.stringify(keys), 'reads what it writes');
    },
  },
  {
    name: 'conversation',
    seeds: () => {
      const handshake = sessionKeys.challenge;
      const messages = [
        encodeFromCar({ case: 'hello', value: { version: 1, handshake } }),
        encodeToCar({
          case: 'proof',
          value: { handshake: new Uint8Array(98), tag: new Uint8Array(16) },
        }),
        encodeFromCar({ case: 'sealed', value: new Uint8Array(18) }),
      ];
      return [
        concat(
          ...messages.flatMap((message, i) =>
            frame(message, 256).flatMap((chunk) => [
              Uint8Array.of((i & 1) | ((chunk.length & 0x7f) << 1)),
              chunk,
            ]),
          ),
        ),
      ];
    },
    batch: 16,
    run(input) {
      const cars = [{ name: 'car', publicKey: new Uint8Array(32).fill(9) }];
      const conversation = new Conversation({ cars: () => cars, session: () => sessionKeys });
      // Each chunk after a byte that says from whom it is, and how long.
      for (let at = 0; at < input.length;) {
        const head = input[at] ?? 0;
        const chunk = input.subarray(at + 1, at + 1 + (head >> 1));
        at += 1 + chunk.length;
        const direction = (head & 1) === 0 ? 'from-car' : 'to-car';
        for (const message of conversation.chunk(direction, chunk)) {
          demand(describeMessage(message) !== '', 'every message can be described');
          demand(message.content === undefined || message.kind !== 'malformed', 'or opened');
        }
      }
    },
  },
];
