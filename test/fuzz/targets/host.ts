import { Att, ATT_PDUS } from '../../../lib/hci/att/pdus.js';
import { PacketBoundary } from '../../../lib/hci/constants.js';
import { Channel, L2capFrame, l2capFrame } from '../../../lib/hci/l2cap.js';
import type { GattProfile } from '../../../lib/link/gatt-profile.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { concat } from '../../../lib/platform/bytes.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { AttributeTable } from '../../../lib/radio/host/attribute-table.js';
import { HostLink } from '../../../lib/radio/host/host-link.js';
import { demand } from '../target.js';
import type { Target } from '../target.js';
import { Patience } from '../../../lib/radio/patience.js';

const indicating: GattProfile = {
  service: '00000211-b2d1-43f0-9b88-960cebf8b91e',
  toCar: { uuid: '00000212-b2d1-43f0-9b88-960cebf8b91e', properties: ['write'] },
  fromCar: { uuid: '00000213-b2d1-43f0-9b88-960cebf8b91e', properties: ['indicate'] },
};

const TABLE = new AttributeTable(
  [nativeProfile, indicating].map((profile) => ({ profile, onLink: () => undefined })),
);
const MTU = 100;
/** Before each fragment a byte: its length (6 bits) and what it is (2): 1 begins a frame, 2 or 3 goes on with it. */
const FIRST = 1;
/** In place of a fragment: the car sends a chunk, the controller takes what waits, or a minute passes. */
const SEND = 0;
const TIME = 8;
const TAKE = 4;

const frames = (...payloads: readonly string[]): Uint8Array =>
  concat(...payloads.map((hex) => fragment(l2capFrame(Channel.att, Buffer.from(hex, 'hex')))));

const fragment = (data: Uint8Array, first = true): Uint8Array =>
  concat(Uint8Array.of((first ? FIRST : FIRST + 1) | (data.length << 2)), data);

const NOTIFY = '120f000100';
const INDICATE = '1216000200';

/** One of each request, with what it needs before it. */
const REQUESTS = [
  ...['026400', '040100ffff', '060100ffff00280018', '080100ffff0328', '0a0300', '0c11000000'],
  ...[
    '0e03000500',
    '100100ffff0028',
    '2003000500',
    '120c0001',
    '520c0001',
    '160c0000000102',
    '1801',
  ],
];

export const hostTargets: readonly Target[] = [
  {
    name: 'host-link',
    seeds: () => [
      ...REQUESTS.map((request) => frames(NOTIFY, request)),
      concat(frames(NOTIFY, '520c00aa'), Uint8Array.of(SEND, TAKE), frames('120f000000', NOTIFY)),
      concat(frames(INDICATE), Uint8Array.of(SEND), frames('1e', '121400bb'), Uint8Array.of(SEND)),
      concat(frames(INDICATE), Uint8Array.of(SEND, TIME, SEND), frames('1e')),
      frames(NOTIFY, '160c00000001', '160c00010002', '1801', '1800'),
      fragment(l2capFrame(Channel.signalling, Buffer.from('1201080006000c0000002a00', 'hex'))),
      fragment(l2capFrame(Channel.security, Buffer.from('01030005100707', 'hex'))),
      concat(fragment(Uint8Array.of(3, 0, 4)), fragment(Uint8Array.of(0, 0x0a, 3, 0), false)),
    ],
    dictionary: [
      ...REQUESTS.map((request) => frames(request)),
      ...[NOTIFY, INDICATE, '1e', '0b', '6400'].map((hex) => Buffer.from(hex, 'hex')),
      Uint8Array.of(SEND, TAKE),
      Uint8Array.of(TIME),
    ],
    batch: 32,
    async run(input) {
      const clock = new SimClock();
      const waiting: (() => void)[] = [];
      const told = { links: 0, chunks: 0, ends: 0, disconnects: 0, pdus: 0, answers: 0 };
      const link: HostLink = new HostLink({
        clock,
        peer: 'phone#1',
        trial: new Patience(clock).begin(),
        table: TABLE,
        mtu: MTU,
        transmit: (bytes, taken) => {
          const frame = L2capFrame.exact(bytes);
          demand(frame?.payload.length === frame?.length, 'a frame is as long as it says');
          demand(told.disconnects === 0, 'nothing is sent to who was put out');
          waiting.push(taken);
          if (frame?.channel !== Channel.att) return;
          const [opcode = 0] = frame.payload;
          demand(frame.payload.length <= link.mtu, 'a PDU is no longer than the MTU');
          const parameters = ATT_PDUS.get(opcode)?.parameters;
          demand(parameters?.exact(frame.payload.subarray(1)) !== undefined, 'and well-formed');
          if (opcode !== Att.notification.opcode && opcode !== Att.indication.opcode)
            told.answers++;
        },
        disconnect: () => {
          told.disconnects++;
          return Promise.resolve();
        },
        onSubscribed: () => {
          told.links++;
          void link.open({
            data: ({ length }) => {
              told.chunks++;
              demand(length > 0 && length <= 512, 'a chunk is what fits into a value');
            },
            closed: () => told.ends++,
          });
        },
        onUnsubscribed: () => undefined,
      });
      for (let at = 0; at < input.length;) {
        const head = input[at++] ?? 0;
        const kind = head & 0b11;
        if (kind === 0) {
          if (head === TIME) await clock.advance(60_000);
          else if (head === SEND) link.send(Uint8Array.of(7)).catch(() => undefined);
          else for (const taken of waiting.splice(0)) taken();
          await Promise.resolve();
          continue;
        }
        const data = input.subarray(at, at + (head >> 2));
        at += data.length;
        told.pdus++;
        const before = told.answers;
        link.received(kind === FIRST ? PacketBoundary.first : PacketBoundary.continuing, data);
        demand(told.answers <= before + 1, 'a fragment has one answer at most');
        demand(waiting.length <= 32, 'what the controller does not take does not pile up');
        demand(told.links <= 1, 'a phone has one link');
        demand(told.links === 1 || told.chunks === 0, 'nobody gets bytes before the subscription');
      }
      link.ended('remote');
      demand(told.ends === told.links && told.disconnects <= 1, 'the end is told once');
      await Promise.resolve();
      demand(clock.pending === 0, 'no timer is left behind');
    },
  },
];
