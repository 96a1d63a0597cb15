import { expect } from '@jest/globals';
import { IDENTITY } from '../../../support/memory-car.js';
import { DONE } from '../../../support/test-car.js';
import type { LinkContext, LinkState } from '../../../../lib/native/car/link-state.js';
import { encodeCommand } from '../../../../lib/native/commands.js';
import { person } from '../../credentials/sample.js';
import { UNLOCK } from '../session/sample.js';
import { Machine } from './machine.js';

export type Phase = LinkState['phase'];

/** Who pairs. */
export const PHONE = person(2);

/** The link of a car that knows IDENTITY and is open for pairing; tries are counted by who says so. */
export const opened = (change?: Partial<LinkContext>): Machine => {
  const machine = new Machine(change);
  machine.counts = false;
  machine.host.enrol(IDENTITY.publicKey);
  machine.host.open = true;
  machine.open();
  return machine;
};

/** A first command with a grant. */
export const INTRODUCTION = encodeCommand(
  { type: 'unlock' },
  { grants: new Uint8Array(115), name: 'guest' },
);

/** The way to each phase. */
export const WAYS: Readonly<Record<Phase, (machine: Machine) => void>> = {
  challenged: () => undefined,
  refusing: (machine) => machine.input({ type: 'malformed' }),
  executing: (machine) => machine.say(machine.phone.proof(IDENTITY, UNLOCK)),
  admitting: (machine) => machine.say(machine.phone.proof(IDENTITY, INTRODUCTION)),
  ready: (machine) => {
    WAYS.executing(machine);
    machine.input({ type: 'executed', result: DONE });
    machine.phone.result();
  },
  'counting-try': (machine) => machine.say(machine.phone.pairStart(machine.host.code)),
  shared: (machine) => {
    WAYS['counting-try'](machine);
    machine.input({ type: 'try-counted', allowed: true });
  },
  offered: (machine) => {
    WAYS.shared(machine);
    machine.say(machine.phone.pairConfirm());
  },
  enrolling: (machine) => {
    WAYS.offered(machine);
    machine.say(machine.phone.pairCommit(PHONE));
  },
  ending: (machine) => {
    WAYS['counting-try'](machine);
    machine.input({ type: 'try-counted', allowed: false });
  },
  closed: (machine) => {
    WAYS.ready(machine);
    machine.input({ type: 'idle' });
  },
};

export const PHASES = Object.keys(WAYS) as Phase[];

/** A link in this phase. */
export const linkIn = (phase: Phase, change?: Partial<LinkContext>): Machine => {
  const machine = opened(change);
  WAYS[phase](machine);
  expect(machine.phase).toBe(phase);
  return machine;
};

const reached = new Map<Phase, LinkState>();

/**
 * A link in this phase, for what it does not take: the way there is gone once, and all such links have that
 * one's finished proof or exchange of shares.
 */
export const linkLeftIn = (phase: Phase): Machine => {
  const state = reached.get(phase) ?? linkIn(phase).state;
  reached.set(phase, state);
  const machine = opened();
  machine.state = state;
  return machine;
};
