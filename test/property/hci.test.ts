import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualAir } from '../../air/index.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { settle, TestHost } from '../unit/air/test-host.js';
import { bytes } from '../support/hci-packets.js';
import { ALL_EVENTS, ALL_LE_EVENTS, command, commandOf, handle, script } from './drawn-commands.js';
import type { Command, Script } from './drawn-commands.js';
import { answeredOpcode, complaint } from './hci-events.js';
import {
  HostCompletedPackets,
  LeSetEventMask,
  Reset,
  SetEventMask,
} from '../../lib/hci/commands/host-control.js';
import { PacketBoundary } from '../../lib/hci/constants.js';
import { aclPacket } from '../../lib/hci/h4.js';
import { toHex } from '../../lib/platform/bytes.js';

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ command, host: fc.nat(1) }) },
  { weight: 6, arbitrary: script },
  { weight: 3, arbitrary: fc.record({ ms: fc.constantFrom(10, 200, 1500) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      data: handle.map((to) => aclPacket(to, PacketBoundary.firstFromHost, bytes('aabbccdd'))),
      host: fc.nat(1),
    }),
  },
);

/** A host that keeps the packets as they come. */
class Witness extends TestHost {
  readonly seen: Buffer[] = [];
  readonly asked: number[] = [];

  static make(air: VirtualAir, extendedAdvertising: boolean): Witness {
    const witness = new Witness(air.controller({ extendedAdvertising, peripheralLinks: 2 }));
    witness.controller.onPacket((packet) => witness.seen.push(Buffer.from(packet)));
    witness.ask(commandOf(SetEventMask, ALL_EVENTS));
    witness.ask(commandOf(LeSetEventMask, ALL_LE_EVENTS));
    return witness;
  }

  ask([opcode, parameters]: Command): void {
    this.asked.push(opcode);
    this.command(opcode, toHex(parameters));
  }

  /** Opcodes that were answered, in order. */
  get answered(): number[] {
    return this.seen.map(answeredOpcode).filter((opcode) => opcode !== undefined);
  }
}

/** Each step of a script can take effect before the next one. */
const follow = async (
  clock: SimClock,
  hosts: readonly Witness[],
  host: number,
  steps: Script,
): Promise<void> => {
  for (const [who, said] of steps) {
    hosts[host ^ who]?.ask(said);
    await clock.advance(20);
  }
};

/** The one command that has no answer when it succeeds. */
const withAnswer = (opcodes: readonly number[]): number[] =>
  opcodes.filter((opcode) => opcode !== HostCompletedPackets.opcode);

describe('two hosts that send anything in any order', () => {
  it('get one answer for each command, well-formed events, and leave nothing behind', async () => {
    const commands = fc.array(step, { minLength: 1, maxLength: 30, size: 'max' });
    const pace = fc.constantFrom('instant' as const, 'real' as const);
    const offers = fc.tuple(fc.boolean(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(commands, pace, offers, async (steps, wanted, offered) => {
        const clock = new SimClock();
        const air = new VirtualAir({ seed: 'property', clock, pace: wanted });
        const hosts = offered.map((extended) => Witness.make(air, extended));
        for (const each of steps) {
          if ('ms' in each) await clock.advance(each.ms);
          else if ('data' in each) hosts[each.host]?.controller.send(each.data);
          else if ('command' in each) hosts[each.host]?.ask(each.command);
          else await follow(clock, hosts, each.host, each.steps);
        }
        await settle();
        for (const host of hosts) host.ask(commandOf(Reset));
        await settle();
        for (const { seen, asked, answered } of hosts) {
          expect(withAnswer(answered)).toEqual(withAnswer(asked));
          expect(answered.length).toBeLessThanOrEqual(asked.length);
          for (const packet of seen) {
            const wrong = complaint(packet);
            expect(wrong && `${wrong}: ${packet.toString('hex')}`).toBeUndefined();
          }
        }
        await clock.advance(40_000);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 150 },
    );
  }, 30_000);
});
