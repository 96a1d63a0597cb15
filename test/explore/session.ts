import { openLink } from '../../lib/native/car/link-state.js';
import type {
  LinkContext,
  LinkEffect,
  LinkInput,
  LinkState,
} from '../../lib/native/car/link-state.js';
import { stepLink } from '../../lib/native/car/link-machine.js';
import { AT_ANY_TIME, encodeCommand } from '../../lib/native/commands.js';
import { Challenge, carSecrets } from '../../lib/native/session/car.js';
import type { SealedChannel } from '../../lib/native/session/common.js';
import type { Attempt } from '../../lib/native/session/freshness.js';
import { answerChallenge } from '../../lib/native/session/phone.js';
import type { Response } from '../../lib/native/session/phone.js';
import { COMMAND_ID_BYTES } from '../../lib/domain/commands.js';
import type { Command } from '../../lib/domain/commands.js';
import { DONE, NO_TERMS } from '../../lib/domain/outcomes.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { CAR, KEYS, phoneOf, suite } from './cast.js';
import { broken } from './facts.js';

/**
 * One session, the car by its own machine and the phone by its own decisions, and everything that they say in
 * the hands of a man in the middle. Sealed messages are counted and not encrypted: what he changes would not open.
 */

/** How many messages of a session went out and came in at one end. */
interface Sealing {
  readonly sent: number;
  readonly received: number;
}

/** `hello`: the number of the challenge, in which it differs from others. */
export type InTheAir =
  | { readonly case: 'hello'; readonly hello: number }
  | { readonly case: 'proof'; readonly hello: number; readonly wish: number }
  | { readonly case: 'sealed'; readonly value: Uint8Array };

export interface Wish {
  readonly number: number;
  readonly attempt: Attempt;
  readonly waitsFor: 'hello' | 'proof' | 'status' | 'command';
  readonly sentAt: number;
}

export interface SessionState {
  /** In milliseconds. */
  readonly now: number;
  readonly car: {
    readonly link: LinkState;
    readonly sealing: Sealing;
    readonly hellos: number;
    /** When the last challenge was made. */
    readonly challengedAt: number;
  };
  readonly phone: {
    readonly phase: 'unproven' | 'session' | 'gone';
    /** The car's last word is no older. */
    readonly since: number;
    readonly sealing: Sealing;
    /** The challenge that it has. */
    readonly hello?: number;
    readonly wish?: Wish;
  };
  readonly toCar: readonly InTheAir[];
  readonly fromCar: readonly InTheAir[];
  /** The last message that he let through to the car: he can send it again. */
  readonly heard?: InTheAir;
  /** When the person asked, by the number of the wish. */
  readonly asked: readonly number[];
  /** The wishes that were carried out. */
  readonly acted: readonly number[];
}

/** From asking to acting, in milliseconds: docs/PROTOCOL.md, section 5. */
const MOST_MS = 15_000;

const UNSENT: Sealing = { sent: 0, received: 0 };
const ADA: KeySlot = {
  ...phoneOf('Ada'),
  slot: 0,
  role: 'owner',
  pairedAt: 0,
  formFactor: 'phone',
};
const SECRETS = carSecrets(suite, CAR);
const CARRIED_OUT = { outcome: DONE, clockLost: false, ...NO_TERMS };
export const STATUS = encodeCommand({ type: 'status' });

export const encoded = (wish: number): Uint8Array =>
  encodeCommand({ type: 'unlock', id: new Uint8Array(COMMAND_ID_BYTES).fill(wish) });

const drawn =
  (first: number) =>
  (length: number): Uint8Array =>
    new Uint8Array(length).fill(100 + first);

/** Gives what is counted in the end as well. */
export const counting = (before: Sealing) => {
  let { sent, received } = before;
  const channel = {
    seal: (plain: Uint8Array) => new Uint8Array([sent++, ...plain]),
    open: (sealed: Uint8Array) => {
      if (sealed[0] !== received)
        throw new PhoneKeyError('protocol.authentication', 'out of order');
      received++;
      return sealed.subarray(1);
    },
  };
  return { channel, counted: (): Sealing => ({ sent, received }) };
};

const responses = new Map<string, Response>();

/** Each made once. */
const response = (hello: number, wish: number): Response => {
  const name = `${String(hello)} ${String(wish)}`;
  const known = responses.get(name);
  if (known !== undefined) return known;
  const challenge = new Challenge(suite, drawn(hello), SECRETS, 0).bytes;
  const ada = { identity: KEYS.Ada.identity, carPublicKey: CAR.publicKey };
  const made = answerChallenge(suite, drawn(50 + wish), ada, challenge, encoded(wish));
  responses.set(name, made);
  return made;
};

const contextAt = (now: number, hellos: number): LinkContext => ({
  suite,
  random: drawn(hellos),
  secrets: SECRETS,
  carName: 'car',
  now,
  unprovenMs: 10_000,
  findKey: (key) => (suite.equal(key, ADA.publicKey) ? ADA : undefined),
  admits: () => true,
  pairingWindow: () => undefined,
});

/** The car's state with a challenge that was not tried yet, or with the messages counted so far. */
const linkOf = (
  { link, hellos, challengedAt }: SessionState['car'],
  channel: Pick<SealedChannel, 'seal' | 'open'>,
): LinkState => {
  if (link.phase === 'challenged')
    return { ...link, challenge: new Challenge(suite, drawn(hellos - 1), SECRETS, challengedAt) };
  if (link.phase !== 'ready' && link.phase !== 'executing') return link;
  return { ...link, session: { ...link.session, channel: channel as SealedChannel } };
};

/** The car carries something out. */
const acts = (state: SessionState, command: Command): SessionState => {
  if (AT_ANY_TIME.has(command.type)) return state;
  const wish = command.id?.[0] ?? 0;
  const waited = state.now - (state.asked[wish] ?? 0);
  if (waited > MOST_MS) broken('15 s from asking to acting', `${String(waited / 1000)} s`);
  if (state.acted.includes(wish)) broken('a command acts once', `wish ${String(wish)}`);
  return { ...state, acted: [...state.acted, wish] };
};

export const stepCar = (state: SessionState, input: LinkInput): SessionState => {
  const { car, now } = state;
  const { channel, counted } = counting(car.sealing);
  const context = contextAt(now, car.hellos);
  const { state: link, effects } = stepLink(linkOf(car, channel), input, context);
  const after = { ...state, car: { ...car, link, sealing: counted() } };
  return effects.reduce(carryOut, after);
};

/** A phone that has closed its end hears nothing of it. */
const says = (state: SessionState, message: InTheAir): SessionState =>
  state.phone.phase === 'gone' ? state : { ...state, fromCar: [...state.fromCar, message] };

const carryOut = (state: SessionState, effect: LinkEffect): SessionState => {
  if (effect.type === 'execute') return acts(state, effect.command);
  // A quarter of a second is none here.
  if (effect.type === 'refuse-later') return stepCar(state, { type: 'refusal-due' });
  if (effect.type !== 'send') return state;
  const { car, now } = state;
  const { message } = effect;
  if (message.case === 'sealed') return says(state, { case: 'sealed', value: message.value });
  const { hellos: hello } = car;
  const after = { ...state, car: { ...car, hellos: hello + 1, challengedAt: now } };
  return says(after, { case: 'hello', hello });
};

/** The phone has subscribed. */
const { state: opened } = openLink(contextAt(0, 0));

export const NEW_SESSION: SessionState = {
  now: 0,
  car: { link: opened, sealing: UNSENT, hellos: 1, challengedAt: 0 },
  phone: { phase: 'unproven', since: 0, sealing: UNSENT },
  toCar: [],
  fromCar: [{ case: 'hello', hello: 0 }],
  asked: [],
  acted: [],
};

/** What he lets through to the car, or sends again. */
export const carHears = (state: SessionState, message: InTheAir): SessionState => {
  if (message.case === 'hello') return state;
  if (message.case === 'sealed') return stepCar(state, { type: 'message', message });
  const { handshake, tag } = response(message.hello, message.wish);
  return stepCar(state, { type: 'message', message: { case: 'proof', value: { handshake, tag } } });
};

/** What it was at is done. */
export const carAnswers = (state: SessionState): SessionState | undefined =>
  state.car.link.phase === 'executing'
    ? stepCar(state, { type: 'executed', result: CARRIED_OUT })
    : undefined;

/** The car says nothing of it, for it is another key. */
export const otherKeyGoes = (state: SessionState): SessionState =>
  stepCar(state, { type: 'key-removed', publicKey: KEYS.Ben.identity.publicKey });
