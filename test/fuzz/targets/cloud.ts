import { READ } from '../../../lib/cloud/answers.js';
import { cloudPeripheral } from '../../../lib/cloud/index.js';
import type { CarChannelHandlers } from '../../../lib/cloud/index.js';
import { decodeFrame, encodeFrame, MAX_FRAME_BYTES } from '../../../lib/cloud/frame.js';
import type { Frame } from '../../../lib/cloud/frame.js';
import { EventParser } from '../../../lib/cloud/event-stream.js';
import type { ServerEvent } from '../../../lib/cloud/event-stream.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { concat, sameBytes, utf8 } from '../../../lib/platform/bytes.js';
import { parseJsonObject } from '../../../lib/platform/json.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import type { Link } from '../../../lib/radio/types.js';
import { demand, refusing } from '../target.js';
import type { Target } from '../target.js';

const { service } = nativeProfile;
const FRAMES: readonly Frame[] = [
  { kind: 'open', sequence: 0, service, mtu: 515 },
  { kind: 'data', sequence: 1, chunk: Uint8Array.of(1, 2, 3) },
  { kind: 'close', sequence: 2, why: 'busy' },
];

const EVENTS = [
  'event: opened\ndata: {"link":"00000000000000aa"}\n\n',
  ': hello\r\nid: 7\r\nevent: frame\r\ndata: {"frame":"AQI="}\r\n\r\n',
  'data: a\rdata\rdata: b\r\rretry: 5\n',
];

const TIME = '2026-11-30T12:00:00.000Z';
const ANSWERS: Readonly<Record<keyof typeof READ, string>> = {
  token: `{"id":"t","token":"12345678","scopes":["cars"],"expiresAt":"${TIME}","label":"x"}`,
  tokens: `{"tokens":[{"id":"t","scopes":[],"expiresAt":"${TIME}","label":null}]}`,
  registration: `{"car":"c","secret":"12345678","claimCode":"A-1","claimExpiresAt":"${TIME}","brokerUrl":"mqtt://b"}`,
  claimed: '{"id":"c","name":"Blue"}',
  cars: `{"cars":[{"id":"c","name":"B","membership":"owner","online":true,"advertises":[{"uuid":"${service}","data":"00"}]}]}`,
  commands: `{"commands":[{"id":"l","at":"${TIME}","account":"a","kind":"command","command":"unlock","commandId":"0102030405060708","outcome":"done"}]}`,
  kept: '{"id":"o"}',
  objects: `{"objects":[{"id":"o","bytes":"AQI=","createdAt":"${TIME}","car":"c"}]}`,
  opened: '{"link":"00000000000000aa"}',
  frame: '{"frame":"AQI="}',
  closed: '{"reason":"car"}',
};
const READERS = Object.values(READ) as readonly ((value: unknown) => object)[];

/** What no terminal is to be sent: names and words of the cloud are shown. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const demandPrintable = (value: unknown): void => {
  if (typeof value === 'string') demand(!CONTROL.test(value), 'texts are printable');
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const each of Object.values(value)) demandPrintable(each);
};

const eventsOf = (...chunks: readonly Uint8Array[]): readonly ServerEvent[] | undefined =>
  refusing(['cloud.malformed'], () => {
    const parser = new EventParser();
    return chunks.flatMap((chunk) => parser.push(chunk));
  });

/** Before each frame a byte: its link (2 bits) and its length (6); length 0 with a link of its own does something else. */
const toCar = (link: number, frame: Uint8Array): Uint8Array =>
  concat(Uint8Array.of((frame.length << 2) | link), frame);
const DOWN = 3;

export const cloudTargets: readonly Target[] = [
  {
    name: 'cloud-frame',
    seeds: () => FRAMES.map(encodeFrame),
    maxLength: MAX_FRAME_BYTES,
    run(input) {
      const frame = refusing(['protocol.malformed'], () => decodeFrame(input));
      if (frame !== undefined) demand(sameBytes(encodeFrame(frame), input), 'one form of a frame');
    },
  },
  {
    name: 'cloud-peripheral',
    seeds: () => [
      concat(...FRAMES.map((frame) => toCar(0, encodeFrame(frame)))),
      concat(...[0, 1, 2].map((link) => toCar(link, encodeFrame(FRAMES[0]!)))),
      concat(toCar(0, encodeFrame(FRAMES[0]!)), toCar(0, new Uint8Array()), Uint8Array.of(DOWN)),
    ],
    dictionary: [...FRAMES.map((frame) => toCar(0, encodeFrame(frame))), Uint8Array.of(DOWN)],
    run(input) {
      const clock = new SimClock();
      let handlers: CarChannelHandlers | undefined;
      const peripheral = cloudPeripheral(
        {
          start: (given) => void (handlers = given),
          advertise: () => undefined,
          send: (_, frame) => {
            demand(frame.length <= MAX_FRAME_BYTES, 'no long frame');
            if (frame.length > 0) decodeFrame(frame);
          },
          confirm: () => undefined,
          report: () => undefined,
          close: async () => undefined,
        },
        { clock, mostLinks: 2 },
      );
      const open = new Set<Link>();
      const onLink = (link: Link): void => {
        open.add(link);
        demand(open.size <= 2, 'no more links than it has');
        const data = (chunk: Uint8Array): void => {
          demand(open.has(link), 'nothing after the end');
          demand(chunk.length >= 1 && chunk.length <= link.mtu - 3, 'chunks fit');
        };
        void link.open({ data, closed: () => demand(open.delete(link), 'the end once') });
      };
      void peripheral.start([{ profile: nativeProfile, onLink }]);
      for (let at = 0; at < input.length;) {
        const head = input[at++] ?? 0;
        const frame = input.subarray(at, at + (head >> 2));
        at += frame.length;
        if (head === DOWN) handlers?.connected(false);
        else handlers?.frame(`000000000000000${(head & 3).toString()}`, frame);
        if (head === DOWN) demand(open.size === 0, 'no link without a cloud');
      }
      demand(clock.pending === 0, 'no timer is left behind');
    },
  },
  {
    name: 'cloud-events',
    seeds: () => EVENTS.map(utf8),
    dictionary: ['\n\n', '\r\n', '\r', 'data:', 'event: ', 'id: ', ': ', '\ufeff'].map(utf8),
    run(input) {
      const whole = eventsOf(input);
      const half = input.length >> 1;
      const cut = eventsOf(input.subarray(0, half), input.subarray(half));
      demand(JSON.stringify(cut) === JSON.stringify(whole), 'it does not matter where it is cut');
      for (const { type, data } of whole ?? []) {
        demand(type !== '' && !/[\r\n]/.test(type), 'a type is a word of one line');
        demand(data.length <= input.length, 'nothing comes out that did not go in');
      }
    },
  },
  {
    name: 'cloud-answers',
    // Its first byte says who reads it.
    seeds: () => Object.values(ANSWERS).map((text, i) => concat(Uint8Array.of(i), utf8(text))),
    dictionary: ['null', '[]', '{}', '""', '"\\u001b"', '"\\u202e"', '1e9', ',', ':'].map(utf8),
    run(input) {
      const read = READERS[(input[0] ?? 0) % READERS.length];
      const value = parseJsonObject(input.subarray(1));
      const answer = refusing(['cloud.malformed'], () => read?.(value));
      demandPrintable(answer);
    },
  },
];
