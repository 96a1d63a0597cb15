import { describe, expect, it } from '@jest/globals';
import { refusedResult } from '../../../../lib/domain/outcomes.js';
import type { Command } from '../../../../lib/domain/commands.js';
import type { LinkInput, LinkStep } from '../../../../lib/native/car/link-state.js';
import { encodeCommand } from '../../../../lib/native/commands.js';
import { WORD_LIFETIME_MS } from '../../../../lib/native/session/freshness.js';
import { LOCK } from '../../../support/memory-car.js';
import { DONE } from '../../../support/test-car.js';
import { linkIn } from './link-rig.js';
import type { Machine } from './machine.js';

/** The car's last word was said at 0. */
const sealedAt = (machine: Machine, now: number, command = LOCK): LinkStep => {
  const message = machine.phone.sealed(command);
  return machine.input({ type: 'message', message }, { now });
};

const types = ({ effects }: LinkStep): string[] => effects.map(({ type }) => type);

const LATE = { type: 'refused', refusal: 'too-late' };

// Before, a command of a session had no age: held back for 59 s it still acted.
describe('a command that acts', () => {
  it.each([0, 1, WORD_LIFETIME_MS - 1])('counts %i ms after the last word', (now) => {
    expect(types(sealedAt(linkIn('ready'), now))).toEqual(['execute']);
  });

  it.each([WORD_LIFETIME_MS, WORD_LIFETIME_MS + 1, 45_000, 59_999])(
    'gets a sealed refusal after %i ms, and the car is not asked to do anything',
    (now) => {
      const machine = linkIn('ready');
      expect(types(sealedAt(machine, now))).toEqual(['send', 'idle-after']);
      expect(machine.phone.result()).toEqual(LATE);
      expect(machine.state).toMatchObject({ phase: 'ready', wordAt: now });
    },
  );

  it('is any but status, listKeys and deliver', () => {
    const revocationList = new Uint8Array(142);
    const commands = [
      [{ type: 'unlock' }, false],
      [{ type: 'lock' }, false],
      [{ type: 'start', pin: '4711' }, false],
      [{ type: 'trunk' }, false],
      [{ type: 'frunk' }, false],
      [{ type: 'status' }, true],
      [{ type: 'listKeys' }, true],
      [{ type: 'removeKey', slot: 1 }, false],
      [{ type: 'deliver', revocationList }, true],
      [{ type: 'setPin', pin: '4711' }, false],
      [{ type: 'raiseEpoch' }, false],
      [{ type: 'setTime', seconds: 1 }, false],
    ] as const satisfies readonly (readonly [Command, boolean])[];
    for (const [command, anyTime] of commands) {
      const step = sealedAt(linkIn('ready'), 59_999, encodeCommand(command));
      expect([command.type, types(step)]).toEqual([
        command.type,
        anyTime ? ['execute'] : ['send', 'idle-after'],
      ]);
    }
  });

  it('that no car knows is called unknown, however late', () => {
    const machine = linkIn('ready');
    sealedAt(machine, 50_000, Uint8Array.of(0xa2, 0x06, 0x00));
    expect(machine.phone.result()).toMatchObject({ refusal: 'unknown-command' });
  });
});

describe("the car's last word", () => {
  it('is also the refusal of what came too late', () => {
    const machine = linkIn('ready');
    sealedAt(machine, 20_000);
    machine.phone.result();
    expect(types(sealedAt(machine, 24_999))).toEqual(['execute']);
  });

  it.each([
    ['done', DONE],
    ['a refusal', refusedResult('door-open')],
  ])('counts from when it is handed to the radio: %s', (_, result) => {
    const machine = linkIn('ready');
    sealedAt(machine, 4_000);
    machine.input({ type: 'executed', result }, { now: 9_000 });
    machine.phone.result();
    expect(machine.state).toMatchObject({ wordAt: 9_000 });
    expect(types(sealedAt(machine, 13_999))).toEqual(['execute']);
  });

  it('is the answer to whatever command', () => {
    const machine = linkIn('ready');
    sealedAt(machine, 30_000, encodeCommand({ type: 'status' }));
    machine.input({ type: 'executed', result: DONE }, { now: 30_000 });
    machine.phone.result();
    expect(types(sealedAt(machine, 34_999))).toEqual(['execute']);
  });

  it('is said when somebody asks alone', () => {
    const unasked: readonly LinkInput[] = [
      { type: 'executed', result: DONE },
      { type: 'refusal-due' },
      { type: 'admitted', outcome: 'grant-invalid' },
      { type: 'try-counted', allowed: true },
      { type: 'enrolled', outcome: 'fault' },
      { type: 'key-removed', publicKey: new Uint8Array(32) },
    ];
    const machine = linkIn('ready');
    for (const input of unasked) {
      expect(machine.input(input, { now: 4_000 })).toEqual({ state: machine.state, effects: [] });
    }
    sealedAt(machine, 5_000);
    expect(machine.phone.result()).toEqual(LATE);
  });
});

describe('a removed key', () => {
  it('is not told that it came too late', () => {
    const machine = linkIn('ready');
    machine.host.enrolled.length = 0;
    expect(types(sealedAt(machine, 50_000))).toEqual(['close']);
  });
});

// What no car and no phone of ours does, and what would come of it.
describe('a command is held back for longer than 5 s', () => {
  it('where a phone says two things at once', () => {
    const machine = linkIn('ready');
    const [first, second] = [machine.phone.sealed(LOCK), machine.phone.sealed(LOCK)];
    const say = (message: typeof first, now: number): LinkStep =>
      machine.input({ type: 'message', message }, { now });
    expect(types(say(first, 4_999))).toEqual(['execute']);
    machine.input({ type: 'executed', result: DONE }, { now: 4_999 });
    expect(types(say(second, 9_998))).toEqual(['execute']);
  });

  it('where what a car says unasked is a word', () => {
    const machine = linkIn('ready');
    if (machine.state.phase !== 'ready') throw new Error('not ready');
    machine.state = { ...machine.state, wordAt: 44_000 };
    expect(types(sealedAt(machine, 45_000))).toEqual(['execute']);
  });
});
