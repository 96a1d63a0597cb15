import { create } from '@bufbuild/protobuf';
import type { KeySlot } from '../credentials/key-slot.js';
import type { Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import { CarPairing } from '../pairing/car.js';
import type { Random } from '../platform/random.js';
import { Challenge } from '../session/car.js';
import type { CarSecrets } from '../session/car.js';
import type { SealedChannel } from '../session/channel.js';
import type { OnSessionKeys } from '../session/session-keys.js';
import { decodeCommand, encodeResult, PROTOCOL_VERSION } from '../wire/codec.js';
import type { FromCarMessage } from '../wire/codec.js';
import type { AnyCommand } from '../wire/commands.js';
import { PairRefusalReason, RefusalReason, ResultSchema } from '../wire/gen/phonekey_pb.js';
import type { PhoneIdentity, Result, ToCar } from '../wire/gen/phonekey_pb.js';
import type { EnrolRefusal, PairingWindow } from './host.js';

/**
 * One link of the car as a state machine: (state, input) -> state and effects. car-link.ts carries
 * the effects out. A stranger gets one answer to everything: a fresh challenge, always after the same
 * time (docs/PROTOCOL.md, section 4).
 */
export type LinkState =
  | { readonly phase: 'challenged'; readonly challenge: Challenge; readonly failures: number }
  | { readonly phase: 'refusing'; readonly failures: number }
  | { readonly phase: 'ready'; readonly session: Session }
  | { readonly phase: 'executing'; readonly session: Session; readonly removed: boolean }
  | { readonly phase: 'counting-try'; readonly pairing: Pairing; readonly share: Uint8Array }
  | { readonly phase: 'shared'; readonly pairing: Pairing }
  | { readonly phase: 'offered'; readonly pairing: Pairing }
  | { readonly phase: 'enrolling'; readonly pairing: Pairing }
  /** The last word is said; the phone closes the link once it has it, or we do a little later. */
  | { readonly phase: 'ending'; readonly why: string }
  | { readonly phase: 'closed' };

interface Session {
  readonly phonePublicKey: Uint8Array;
  readonly channel: SealedChannel;
}

interface Pairing {
  readonly window: PairingWindow;
  readonly exchange: CarPairing;
}

export type LinkInput =
  | { readonly type: 'message'; readonly message: ToCar['message'] }
  /** Not a message at all. */
  | { readonly type: 'malformed' }
  | { readonly type: 'refusal-due' }
  | { readonly type: 'executed'; readonly result: Result }
  | { readonly type: 'try-counted'; readonly allowed: boolean }
  | { readonly type: 'enrolled'; readonly outcome: KeySlot | EnrolRefusal | 'fault' }
  | { readonly type: 'key-removed'; readonly publicKey: Uint8Array }
  | { readonly type: 'idle' };

export type LinkEffect =
  | { readonly type: 'send'; readonly message: NonNullable<FromCarMessage> }
  /** Give `refusal-due` REFUSAL_DELAY_MS after the message that was refused arrived. */
  | { readonly type: 'refuse-later' }
  | { readonly type: 'execute'; readonly command: AnyCommand; readonly key: KeySlot }
  | { readonly type: 'count-try'; readonly window: PairingWindow }
  | { readonly type: 'enrol'; readonly window: PairingWindow; readonly phone: PhoneIdentity }
  /** Give `idle` after this time, unless another such effect comes first. */
  | { readonly type: 'idle-after'; readonly ms: number }
  | { readonly type: 'authenticated'; readonly key: KeySlot }
  | { readonly type: 'refused' }
  | { readonly type: 'close'; readonly why: string };

export interface LinkContext {
  readonly suite: Suite;
  readonly random: Random;
  readonly secrets: CarSecrets;
  readonly onSessionKeys?: OnSessionKeys | undefined;
  readonly carName: string;
  /** Milliseconds on the car's monotonic clock, at the arrival of the input. */
  readonly now: number;
  findKey(publicKey: Uint8Array): KeySlot | undefined;
  pairingWindow(): PairingWindow | undefined;
}

export interface Step {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

/** Every refusal leaves this long after the message came, whatever was wrong with it. */
export const REFUSAL_DELAY_MS = 250;
/** A link that has not proved itself by then is closed: a car holds few links. */
export const UNPROVEN_MS = 10_000;
export const READY_IDLE_MS = 60_000;
export const PAIRING_IDLE_MS = 30_000;
export const MAX_FAILURES = 5;
/** For the last message to arrive: what is sent just before closing may be lost in a controller. */
export const LAST_WORD_MS = 1_000;

/** A phone has subscribed. */
export const openLink = (context: LinkContext): Step => {
  const { state, effects } = challenge(context, 0);
  return { state, effects: [...effects, { type: 'idle-after', ms: UNPROVEN_MS }] };
};

export const stepLink = (state: LinkState, input: LinkInput, context: LinkContext): Step => {
  if (state.phase === 'closed') return { state, effects: [] };
  switch (input.type) {
    case 'message':
      return onMessage(state, input.message, context);
    case 'malformed':
      if (state.phase === 'challenged') return refuse(state.failures);
      return drop(state, 'malformed message');
    case 'refusal-due':
      if (state.phase !== 'refusing') return { state, effects: [] };
      return state.failures < MAX_FAILURES
        ? challenge(context, state.failures)
        : close('too many failed proofs');
    case 'executed':
      return onExecuted(state, input.result);
    case 'try-counted':
      return onTryCounted(state, input.allowed);
    case 'enrolled':
      return onEnrolled(state, input.outcome, context);
    case 'key-removed':
      return onKeyRemoved(state, input.publicKey, context);
    case 'idle':
      return state.phase === 'executing' || state.phase === 'enrolling'
        ? { state, effects: [] }
        : close(state.phase === 'ending' ? state.why : 'idle');
  }
};

const onMessage = (
  state: Exclude<LinkState, { phase: 'closed' }>,
  message: ToCar['message'],
  context: LinkContext,
): Step => {
  switch (state.phase) {
    case 'challenged':
      if (message.case === 'proof') return onProof(state, message.value, context);
      if (message.case === 'pairStart') return onPairStart(state, message.value.share, context);
      return refuse(state.failures);
    case 'ready':
      return message.case === 'sealed'
        ? onSealed(state.session, message.value, context)
        : drop(state, 'not a sealed command');
    case 'shared':
      return message.case === 'pairConfirm'
        ? onPairConfirm(state.pairing, message.value.confirm, context)
        : drop(state, 'not a PairConfirm');
    case 'offered':
      return message.case === 'pairCommit'
        ? onPairCommit(state.pairing, message.value)
        : drop(state, 'not a PairCommit');
    case 'refusing':
    case 'executing':
    case 'counting-try':
    case 'enrolling':
    case 'ending':
      return drop(state, 'a message before the answer to the last one');
  }
};

const onProof = (
  state: Extract<LinkState, { phase: 'challenged' }>,
  proof: { readonly handshake: Uint8Array; readonly tag: Uint8Array },
  context: LinkContext,
): Step => {
  const verified = state.challenge.verify(proof.handshake, proof.tag, context.now);
  if (verified === undefined) return refuse(state.failures);
  const key = context.findKey(verified.phonePublicKey);
  if (key === undefined) return refuse(state.failures);
  const { effects, ...rest } = execute(verified, key, verified.command);
  return { ...rest, effects: [{ type: 'authenticated', key }, ...effects] };
};

const onSealed = (session: Session, sealed: Uint8Array, context: LinkContext): Step => {
  const key = context.findKey(session.phonePublicKey);
  if (key === undefined) return close('key removed');
  try {
    return execute(session, key, session.channel.open(sealed));
  } catch (error) {
    if (error instanceof PhoneKeyError) return close('a sealed command did not open');
    throw error;
  }
};

/** The sender is known from here on, so it may be told what is wrong with the command. */
const execute = (session: Session, key: KeySlot, encoded: Uint8Array): Step => {
  const executing: LinkState = { phase: 'executing', session, removed: false };
  let command: ReturnType<typeof decodeCommand>;
  try {
    command = decodeCommand(encoded);
  } catch {
    command = { case: undefined };
  }
  if (command.case === undefined) {
    return onExecuted(executing, refusal(RefusalReason.UNKNOWN_COMMAND));
  }
  return { state: executing, effects: [{ type: 'execute', command, key }] };
};

const onExecuted = (state: LinkState, result: Result): Step => {
  if (state.phase !== 'executing') return { state, effects: [] };
  const sealed = state.session.channel.seal(encodeResult(result));
  const send: LinkEffect = { type: 'send', message: { case: 'sealed', value: sealed } };
  if (state.removed) {
    return lastWord(send, 'key removed');
  }
  return {
    state: { phase: 'ready', session: state.session },
    effects: [send, { type: 'idle-after', ms: READY_IDLE_MS }],
  };
};

const onKeyRemoved = (state: LinkState, publicKey: Uint8Array, context: LinkContext): Step => {
  if (state.phase !== 'ready' && state.phase !== 'executing') return { state, effects: [] };
  if (!context.suite.equal(state.session.phonePublicKey, publicKey)) return { state, effects: [] };
  // A phone that removes its own key still gets the answer.
  return state.phase === 'executing'
    ? { state: { ...state, removed: true }, effects: [] }
    : close('key removed');
};

const onPairStart = (
  state: Extract<LinkState, { phase: 'challenged' }>,
  share: Uint8Array,
  context: LinkContext,
): Step => {
  const window = context.pairingWindow();
  if (window === undefined) return refusePairing(PairRefusalReason.CLOSED);
  const exchange = new CarPairing(
    context.suite,
    context.random,
    window.registration,
    state.challenge.bytes,
  );
  return {
    state: { phase: 'counting-try', pairing: { window, exchange }, share },
    effects: [
      { type: 'idle-after', ms: PAIRING_IDLE_MS },
      { type: 'count-try', window },
    ],
  };
};

const onTryCounted = (state: LinkState, allowed: boolean): Step => {
  if (state.phase !== 'counting-try') return { state, effects: [] };
  if (!allowed) return refusePairing(PairRefusalReason.CLOSED);
  const { pairing, share } = state;
  return attempt(PairRefusalReason.FAILED, () => ({
    state: { phase: 'shared', pairing },
    effects: [
      { type: 'send', message: { case: 'pairShare', value: pairing.exchange.respond(share) } },
    ],
  }));
};

const onPairConfirm = (
  pairing: Pairing,
  confirm: Uint8Array,
  { secrets, carName }: LinkContext,
): Step =>
  attempt(PairRefusalReason.FAILED, () => {
    pairing.exchange.verify(confirm);
    const offer = pairing.exchange.offer(secrets.identity.publicKey, carName);
    return {
      state: { phase: 'offered', pairing },
      effects: [{ type: 'send', message: { case: 'pairOffer', value: offer } }],
    };
  });

const onPairCommit = (pairing: Pairing, sealed: Uint8Array): Step =>
  attempt(PairRefusalReason.FAILED, () => {
    const phone = pairing.exchange.openCommit(sealed);
    return {
      state: { phase: 'enrolling', pairing },
      effects: [{ type: 'enrol', window: pairing.window, phone }],
    };
  });

/** Sealed either way: nobody else can make the phone forget a key that the car has enrolled. */
const onEnrolled = (
  state: LinkState,
  outcome: KeySlot | EnrolRefusal | 'fault',
  context: LinkContext,
): Step => {
  if (state.phase !== 'enrolling') return { state, effects: [] };
  const { exchange } = state.pairing;
  const done = (value: Uint8Array): LinkEffect => ({
    type: 'send',
    message: { case: 'pairDone', value },
  });
  if (typeof outcome === 'string') {
    return lastWord(done(exchange.refused(ENROL_REFUSALS[outcome])), 'pairing refused');
  }
  const next = openLink(context);
  return {
    state: next.state,
    effects: [done(exchange.done(outcome.slot, outcome.role)), ...next.effects],
  };
};

const ENROL_REFUSALS = {
  closed: PairRefusalReason.CLOSED,
  'slots-full': PairRefusalReason.SLOTS_FULL,
  fault: PairRefusalReason.FAULT,
} as const;

const challenge = (context: LinkContext, failures: number): Step => {
  const { suite, random, secrets, now, onSessionKeys } = context;
  const fresh = new Challenge(suite, random, secrets, now, { onSessionKeys });
  const hello = { version: PROTOCOL_VERSION, handshake: fresh.bytes };
  return {
    state: { phase: 'challenged', challenge: fresh, failures },
    effects: [{ type: 'send', message: { case: 'hello', value: hello } }],
  };
};

const refuse = (failures: number): Step => ({
  state: { phase: 'refusing', failures: failures + 1 },
  effects: [{ type: 'refused' }, { type: 'refuse-later' }],
});

const refusePairing = (reason: PairRefusalReason): Step =>
  lastWord(
    { type: 'send', message: { case: 'pairRefusal', value: { reason } } },
    'pairing refused',
  );

const lastWord = (send: LinkEffect, why: string): Step => ({
  state: { phase: 'ending', why },
  effects: [send, { type: 'idle-after', ms: LAST_WORD_MS }],
});

const attempt = (reason: PairRefusalReason, step: () => Step): Step => {
  try {
    return step();
  } catch (error) {
    if (error instanceof PhoneKeyError) return refusePairing(reason);
    throw error;
  }
};

/** Out-of-turn messages end the link, but never a command or an enrolment that is under way. */
const drop = (state: LinkState, why: string): Step =>
  DEAF.has(state.phase) ? { state, effects: [] } : close(why);

const DEAF: ReadonlySet<LinkState['phase']> = new Set([
  'refusing',
  'executing',
  'enrolling',
  'ending',
]);

const close = (why: string): Step => ({
  state: { phase: 'closed' },
  effects: [{ type: 'close', why }],
});

export const refusal = (reason: RefusalReason): Result =>
  create(ResultSchema, { outcome: { case: 'refusal', value: { reason } } });
