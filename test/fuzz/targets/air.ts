import { VirtualAir } from '../../../air/index.js';
import type { VirtualController } from '../../../air/index.js';
import { AirDecoder } from '../../../air/decode/air-decoder.js';
import { COMMANDS } from '../../../air/controller/commands.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  H4Decoder,
  H4Error,
  MAX_ACL_DATA,
  aclPacket,
  commandPacket,
  packetLength,
} from '../../../lib/hci/h4.js';
import { concat, toHex } from '../../../lib/platform/bytes.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { demand } from '../target.js';
import type { Target } from '../target.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import { parseCommandComplete } from '../../../lib/hci/events/general.js';

const command = (opcode: number, parameters = ''): Uint8Array =>
  commandPacket(opcode, Buffer.from(parameters, 'hex'));

/** The start of each command that the controller knows, with zeros as parameters. */
const COMMAND_WORDS = [...COMMANDS].map(([opcode, { declared }]) =>
  commandPacket(opcode, Buffer.alloc(Math.min(255, declared.parameters.most))),
);

/** Packets of two hosts as an input: before each the host's number, or an order to let time pass. */
const by = (host: number, ...packets: Uint8Array[]): Uint8Array =>
  concat(...packets.flatMap((packet) => [Uint8Array.of(host), packet]));

const MASKS = [command(0x0c01, 'ffffffffffffffff'), command(0x2001, 'ffffffffffffffff')];
const ADVERTISE = [
  command(0x2006, 'a000a0000000000000000000000700'),
  command(0x2008, '03020106'.padEnd(64, '0')),
  command(0x200a, '01'),
];
const SCAN = [command(0x200b, '01120012000000'), command(0x200c, '0100')];
const connect = (address: string): Uint8Array =>
  command(0x200d, `600030000000${address}000600120000002a0004000600`);

const SEED = 'fuzz';

const air = () => {
  const clock = new SimClock();
  const virtual = new VirtualAir({ clock, seed: SEED });
  const hosts = [virtual.controller(), virtual.controller()] as const;
  return { clock, virtual, hosts };
};

const seeds = (): Uint8Array[] => {
  const { virtual, hosts } = air();
  const address = toHex(hosts[0].identity.public.bytes);
  virtual.close();
  const up = concat(
    by(0, ...MASKS, ...ADVERTISE),
    by(1, ...MASKS, connect(address)),
    Uint8Array.of(TIME),
  );
  const data = aclPacket(0x0040, 0, Buffer.from('0300040002f700', 'hex'));
  return [
    by(0, ...MASKS, ...ADVERTISE),
    concat(by(0, ...MASKS, ...ADVERTISE), by(1, ...MASKS, ...SCAN), Uint8Array.of(TIME)),
    concat(up, by(1, data), by(0, data), Uint8Array.of(TIME)),
    concat(up, by(1, command(0x0406, '400013')), Uint8Array.of(TIME)),
    concat(up, by(1, command(0x2019, '4000'.padEnd(56, '0'))), Uint8Array.of(TIME)),
    ...COMMAND_WORDS.map((word) => concat(up, by(1, word))),
  ];
};

/** In place of a host's number: a second passes. */
const TIME = 2;

/** The packets of an input; what no longer is one goes out as it is. */
const stepsOf = (input: Uint8Array): { host: number; packet: Buffer }[] => {
  const steps: { host: number; packet: Buffer }[] = [];
  for (let at = 0; at < input.length && steps.length < 60;) {
    const host = (input[at] ?? 0) % 3;
    if (host === TIME) {
      steps.push({ host, packet: Buffer.alloc(0) });
      at += 1;
      continue;
    }
    const rest = Buffer.from(input.subarray(at + 1));
    const packet = rest.subarray(0, wholeLength(rest));
    steps.push({ host, packet });
    at += 1 + packet.length;
  }
  return steps;
};

const wholeLength = (bytes: Buffer): number => {
  try {
    return packetLength(bytes) ?? bytes.length;
  } catch (error) {
    demand(error instanceof H4Error, 'a stream is refused with an H4Error');
    return bytes.length;
  }
};

/** Whether the controller still does what it is told. */
const answers = async (host: VirtualController, clock: SimClock): Promise<boolean> => {
  let answered = false;
  host.onPacket((packet) => {
    const complete = parseCommandComplete(packet);
    answered ||= complete?.opcode === Reset.opcode && complete.returned[0] === Status.success;
  });
  host.send(command(Reset.opcode));
  await clock.advance(1);
  return answered;
};

export const airTargets: readonly Target[] = [
  {
    name: 'h4',
    seeds: () => [
      concat(Uint8Array.of(3), ...MASKS, aclPacket(0x40, 2, Buffer.alloc(20))),
      concat(Uint8Array.of(255), ...ADVERTISE),
    ],
    dictionary: [
      Uint8Array.of(2, 0, 0, 0xff, 0xff),
      Uint8Array.of(5),
      Uint8Array.of(3),
      Uint8Array.of(4),
    ],
    run(input) {
      const decoder = new H4Decoder();
      const size = 1 + (input[0] ?? 0);
      const stream = Buffer.from(input.subarray(1));
      let taken = 0;
      try {
        for (let at = 0; at < stream.length; at += size) {
          for (const packet of decoder.push(stream.subarray(at, at + size))) {
            demand(packet.length <= MAX_ACL_DATA + 5, 'no packet is longer than the longest');
            demand(stream.subarray(taken, taken + packet.length).equals(packet), 'in order');
            taken += packet.length;
          }
        }
      } catch (error) {
        if (!(error instanceof H4Error)) throw error;
      }
    },
  },
  {
    name: 'hci',
    seeds,
    dictionary: [...COMMAND_WORDS, Uint8Array.of(TIME, TIME, TIME)],
    maxLength: 1024,
    weight: 2,
    batch: 1,
    limitMs: 500,
    async run(input) {
      const { clock, virtual, hosts } = air();
      const decoder = new AirDecoder();
      virtual.tap((event) => {
        decoder.push(event);
      });
      let events = 0;
      for (const host of hosts) {
        host.onPacket((packet) => {
          events += 1;
          demand(packetLength(packet) === packet.length, 'what comes from a controller is whole');
        });
      }
      const steps = stepsOf(input);
      for (const { host, packet } of steps) {
        if (host === TIME) await clock.advance(1_000);
        else hosts[host === 0 ? 0 : 1].send(packet);
      }
      await clock.advance(1);
      demand(events <= 20_000, 'a host is not flooded');
      for (const host of hosts) {
        demand(!host.closed, 'no packet powers a controller off');
        demand(await answers(host, clock), 'a controller still answers');
      }
      virtual.close();
      // Timeouts of links that were cut run out.
      await clock.advance(40_000);
      demand(clock.pending === 0, 'no timer is left behind');
    },
  },
];
