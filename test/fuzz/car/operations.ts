import { CLOSURES, DOORS } from '../../../lib/domain/closures.js';
import type { CardTap } from '../../../firmware-sim/controller.js';
import { COMMAND_ID_BYTES } from '../../../lib/domain/commands.js';
import type { Command } from '../../../lib/domain/commands.js';
import { encodeCommand } from '../../../lib/native/commands.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import type { AttackLink, Made } from './attack-link.js';
import { KEY_HOLDERS } from './key-holders.js';
import type { KeyHolder } from './key-holders.js';
import type { Step } from './program.js';
import {
  alterGrant,
  alterRevocationList,
  at,
  cardClock,
  clock,
  grant,
  removeAtScreen,
  sign,
} from './sharing-operations.js';
import { START } from './world.js';
import type { World } from './world.js';

/** What a program has made so far: messages to send again, elsewhere or late. */
export interface Run {
  readonly world: World;
  readonly recorded: Made[];
  pairings: number;
  /** Commands with a PIN, which is hashed slowly. */
  pins: number;
  /** Steps that follow without waiting for the car. */
  hurry: number;
  /** The bytes of the following steps, as a payload. */
  readonly payload: (length: number) => Uint8Array;
}

export type Operation = (run: Run, step: Step) => Promise<void> | void;

const command = (given: Command): Uint8Array => encodeCommand(given);

const PIN = '2468';

/** Few enough that the car remembers all of them. */
const id = (n: number): Uint8Array => new Uint8Array(COMMAND_ID_BYTES).fill(n);

/** What phones ask for. Programs name them by number: new ones go to the end. */
export const COMMANDS = {
  unlock: command({ type: 'unlock' }),
  lock: command({ type: 'lock' }),
  start: command({ type: 'start' }),
  trunk: command({ type: 'trunk' }),
  frunk: command({ type: 'frunk' }),
  status: command({ type: 'status' }),
  listKeys: command({ type: 'listKeys' }),
  removeOwner: command({ type: 'removeKey', slot: 0 }),
  removeDriver: command({ type: 'removeKey', slot: 1 }),
  removeNewcomer: command({ type: 'removeKey', slot: 2 }),
  nothing: new Uint8Array(0),
  cutOff: Uint8Array.of(0x0a, 0x7f),
  unknown: Uint8Array.of(0xfa, 0x01, 0x00),
  setPin: command({ type: 'setPin', pin: PIN }),
  clearPin: command({ type: 'setPin', pin: '' }),
  setBadPin: command({ type: 'setPin', pin: '12' }),
  startWithPin: command({ type: 'start', pin: PIN }),
  startWithWrongPin: command({ type: 'start', pin: '0000' }),
  raiseEpoch: command({ type: 'raiseEpoch' }),
  setTimeBack: command({ type: 'setTime', seconds: START - 7_200 }),
  setTimeForward: command({ type: 'setTime', seconds: START + 7_200 }),
  removeThird: command({ type: 'removeKey', slot: 3 }),
  removeFourth: command({ type: 'removeKey', slot: 4 }),
  listRevocations: command({ type: 'listRevocations', page: 0 }),
  removeOwn: command({ type: 'removeKey' }),
  changePin: command({ type: 'setPin', pin: '86420', oldPin: PIN }),
  clearPinByOldOne: command({ type: 'setPin', pin: '', oldPin: PIN }),
  unlockAsWish: command({ type: 'unlock', id: id(1) }),
  lockInstead: command({ type: 'lock', id: id(2), voids: [id(1), id(3)] }),
  startInstead: command({ type: 'start', id: id(3), voids: [id(1), id(2)] }),
  trunkAsWish: command({ type: 'trunk', id: id(4), voids: [] }),
  statusInstead: command({ type: 'status', id: id(5), voids: [id(1)] }),
  voidsItself: command({ type: 'unlock', id: id(6), voids: [id(6)] }),
} as const satisfies Record<string, Uint8Array>;

type Maker = (link: AttackLink, person: KeyHolder, step: Step, run: Run) => Made | undefined;

/** Takes a while. */
const PINS: ReadonlySet<Uint8Array> = new Set([
  COMMANDS.setPin,
  COMMANDS.changePin,
  COMMANDS.clearPinByOldOne,
  COMMANDS.startWithPin,
  COMMANDS.startWithWrongPin,
]);

const commandOf = ({ parameter }: Step, run: Run): Uint8Array => {
  const chosen = at(Object.values<Uint8Array>(COMMANDS), parameter) ?? COMMANDS.nothing;
  return PINS.has(chosen) && ++run.pins > MAX_PINS ? COMMANDS.nothing : chosen;
};

const NO_CREDENTIAL = { bytes: new Uint8Array(0) };

/** The newest is number 0. */
const grantOf = ({ at: number }: Step, { world }: Run): Uint8Array =>
  (at(world.oracle.issued.grants.toReversed(), number) ?? NO_CREDENTIAL).bytes;

const revocationListOf = ({ at: number }: Step, { world }: Run): Uint8Array =>
  (at(world.oracle.issued.revocationLists.toReversed(), number) ?? NO_CREDENTIAL).bytes;

const deliver = (step: Step, run: Run): Uint8Array =>
  command({ type: 'deliver', revocationList: revocationListOf(step, run) });

/** What phones say. A new message is a line here, at the end. */
export const MESSAGES = {
  proof: (link, person, step, run) => link.proof(person, commandOf(step, run)),
  sealed: (link, _person, step, run) => link.sealed(commandOf(step, run)),
  pairStart: (link, _person, { parameter }) => link.pairStart((parameter & 1) === 0),
  pairConfirm: (link) => link.pairConfirm(),
  pairCommit: (link, person) => link.pairCommit(person),
  introduce: (link, person, step, run) =>
    link.proof(person, commandOf(step, run), grantOf(step, run)),
  revocationList: (link, _person, step, run) => link.revocationList(revocationListOf(step, run)),
  proofOfRevocationList: (link, person, step, run) => link.proof(person, deliver(step, run)),
  sealedRevocationList: (link, _person, step, run) => link.sealed(deliver(step, run)),
} as const satisfies Record<string, Maker>;

const WAITS_MS = [1, 250, 4_999, 5_000, 10_000, 30_000, 60_000, 120_000] as const;

const TAPS: readonly CardTap[] = [
  { reader: 'console', purpose: 'pair' },
  { reader: 'console', purpose: 'pair', role: 'owner' },
  { reader: 'console', purpose: 'drive' },
  { reader: 'pillar' },
];

const linkOf = ({ world }: Run, { link }: Step): AttackLink | undefined => at(world.links, link);

const make = (run: Run, step: Step): Made | undefined => {
  const link = linkOf(run, step);
  const person = at(Object.values<KeyHolder>(KEY_HOLDERS), step.person);
  if (link === undefined || person === undefined) return undefined;
  const maker = at(Object.values<Maker>(MESSAGES), step.message);
  // They take 50 times longer than anything else.
  if (maker === MESSAGES.pairStart && ++run.pairings > MAX_PAIRINGS) return undefined;
  const made = maker?.(link, person, step, run);
  // No phone can say so much at once: a full part of a revocation list beside a proof.
  if (made === undefined || made.bytes.length > MAX_MESSAGE_BYTES) return undefined;
  run.recorded.push(made);
  return made;
};

/** A message that was really made, changed on its way; where nothing changes, it is the message. */
const sendChanged = async (
  run: Run,
  step: Step,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> => {
  const made = make(run, step);
  if (made === undefined) return;
  const changed = change(made.bytes.slice());
  const same = Buffer.compare(changed, made.bytes) === 0;
  const link = linkOf(run, step);
  if (same) await link?.sendMade(made, step.chunk);
  else await link?.sendMessage(changed, step.chunk);
};

const NOTHING: Made = { bytes: new Uint8Array(0), sent: () => undefined };

const MAX_LINKS = 6;
const MAX_PAIRINGS = 6;
const MAX_PINS = 4;
const MAX_HURRY = 4;

const tap: Operation = ({ world: { controller, oracle } }, { parameter }) => {
  const card = at(TAPS, parameter);
  if (card === undefined) return;
  oracle.byHand = true;
  controller.tap(card);
  oracle.byHand = false;
  if (card.reader !== 'console' || card.purpose !== 'pair') return;
  oracle.tapped(card.role === 'owner' ? 'owner' : 'driver');
};

const hand: Operation = ({ world: { controller, oracle } }, { parameter, message }) => {
  oracle.byHand = true;
  const door = at(DOORS, message) ?? 'front-left';
  const closure = at(CLOSURES, message) ?? 'trunk';
  const hands = [
    () => controller.pullHandle(door),
    () => controller.hand({ type: 'close', closure }),
    () => controller.hand({ type: 'drive' }),
    () => controller.hand({ type: 'park' }),
  ];
  at(hands, parameter)?.();
  oracle.byHand = false;
};

/** What may happen near a car. Programs name them by number: new ones go to the end. */
export const OPERATIONS = {
  open: async ({ world }) => {
    if (world.links.filter(({ closed }) => !closed).length < MAX_LINKS) await world.connect();
  },
  send: (run, step) => sendChanged(run, step, (bytes) => bytes),
  change: (run, step) =>
    sendChanged(run, step, (bytes) => {
      const changed = step.at % bytes.length;
      bytes[changed] = (bytes[changed] ?? 0) ^ step.xor;
      return bytes;
    }),
  cut: (run, step) => sendChanged(run, step, (bytes) => bytes.subarray(0, step.at)),
  sendTwice: async (run, step) => {
    const made = make(run, step);
    const link = linkOf(run, step);
    if (made === undefined || link === undefined) return;
    await link.sendMade(made, step.chunk);
    await link.sendMessage(made.bytes, step.chunk);
  },
  /** Made, and sent late, elsewhere or never. */
  holdBack: (run, step) => void make(run, step),
  /** Something that was made before. */
  replay: async (run, step) => {
    await linkOf(run, step)?.sendMade(at(run.recorded, step.at) ?? NOTHING, step.chunk);
  },
  /** What the car said, said back to it. */
  echo: async (run, step) => {
    const heard = run.world.links.flatMap((link) => link.heard);
    await linkOf(run, step)?.sendMessage(at(heard, step.at) ?? NOTHING.bytes, step.chunk);
  },
  junk: (run, step) => linkOf(run, step)?.sendMessage(run.payload(step.parameter), step.chunk),
  unframed: (run, step) => linkOf(run, step)?.sendChunk(run.payload(step.parameter)),
  wait: async ({ world }, { parameter }) => {
    await world.clock.advance(at(WAITS_MS, parameter) ?? 1);
  },
  tap,
  hand,
  close: (run, step) => linkOf(run, step)?.close(),
  lose: async ({ world }, { link }) => {
    if (world.links.length > 0) await world.lose(link % world.links.length);
  },
  restart: ({ world }) => world.restart(),
  /** The next steps do not wait for the car. */
  hurry: (run, { parameter }) => {
    run.hurry = 1 + (parameter % MAX_HURRY);
  },
  grant,
  alterGrant,
  sign,
  alterRevocationList,
  removeAtScreen,
  clock,
  cardClock,
} as const satisfies Record<string, Operation>;
