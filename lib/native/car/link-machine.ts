import type { KeySlot } from '../../credentials/key-slot.js';
import type { Command } from '../../domain/commands.js';
import { refusedResult } from '../../domain/outcomes.js';
import type { Result } from '../../domain/outcomes.js';
import { PhoneKeyError } from '../../errors.js';
import { decodeRequest, encodeResult } from '../commands.js';
import type { Request } from '../commands.js';
import type { ToCar } from '../schema/gen/phonekey.js';
import { isInTime } from '../session/freshness.js';
import type { AdmissionRefusal } from '../../car/host.js';
import {
  onEnrolled,
  onPairCommit,
  onPairConfirm,
  onPairStart,
  onTryCounted,
} from './link-pairing.js';
import {
  BUSY,
  challenge,
  close,
  drop,
  lastWord,
  MAX_FAILURES,
  READY_IDLE_MS,
  refuse,
} from './link-state.js';
import type {
  LinkContext,
  LinkEffect,
  LinkInput,
  LinkState,
  Session,
  LinkStep,
} from './link-state.js';

export const stepLink = (state: LinkState, input: LinkInput, context: LinkContext): LinkStep => {
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
    case 'admitted':
      return onAdmitted(state, input.outcome, context);
    case 'executed':
      return onExecuted(state, input.result, context);
    case 'try-counted':
      return onTryCounted(state, input.allowed);
    case 'enrolled':
      return onEnrolled(state, input.outcome, context);
    case 'key-removed':
      return onKeyRemoved(state, input.publicKey, context);
    case 'turn-over':
      return endSession(state, 'its turn is over');
    case 'idle':
      return BUSY.has(state.phase)
        ? { state, effects: [] }
        : close(state.phase === 'ending' ? state.why : 'idle');
  }
};

const onMessage = (
  state: Exclude<LinkState, { phase: 'closed' }>,
  message: ToCar['message'],
  context: LinkContext,
): LinkStep => {
  switch (state.phase) {
    case 'challenged':
      if (message.case === 'proof') return onProof(state, message.value, context);
      if (message.case === 'pairStart') return onPairStart(state, message.value.share, context);
      if (message.case === 'revocationList') return onRevocationList(state.failures, message.value);
      return refuse(state.failures);
    case 'ready':
      return message.case === 'sealed'
        ? onSealed(state, message.value, context)
        : drop(state, 'not a sealed command');
    case 'shared':
      return message.case === 'pairConfirm'
        ? onPairConfirm(state.pairing, message.value, context)
        : drop(state, 'not a PairConfirm');
    case 'offered':
      return message.case === 'pairCommit'
        ? onPairCommit(state.pairing, message.value)
        : drop(state, 'not a PairCommit');
    case 'refusing':
    case 'admitting':
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
): LinkStep => {
  const verified = state.challenge.verify(proof.handshake, proof.tag, context.now);
  if (verified === undefined) return refuse(state.failures);
  const { phonePublicKey } = verified;
  const key = context.findKey(phonePublicKey);
  const request = requestIn(verified.command);
  const { command, introduction } = request;
  if (introduction !== undefined) {
    const admission = {
      session: verified,
      command,
      known: key !== undefined,
      failures: state.failures,
    };
    return {
      state: { phase: 'admitting', admission },
      effects: [{ type: 'admit', publicKey: phonePublicKey, introduction }],
    };
  }
  return key === undefined ? refuse(state.failures) : begin(verified, key, command, context);
};

/** The phone has proved itself, and has a key. */
const begin = (
  session: Session,
  key: KeySlot,
  command: Command | undefined,
  context: LinkContext,
): LinkStep => {
  if (!context.admits(key)) {
    const { state, effects } = lastWord(answer(session, refusedResult('busy')), 'others are next');
    return { state, effects: [{ type: 'turned-away', key }, ...effects] };
  }
  const { state, effects } = execute(session, key, command, context);
  return { state, effects: [{ type: 'authenticated', key }, ...effects] };
};

/** Only a chain that holds shows that its bearer is no stranger; he is told why he is not let in. */
const onAdmitted = (
  state: LinkState,
  outcome: KeySlot | AdmissionRefusal,
  context: LinkContext,
): LinkStep => {
  if (state.phase !== 'admitting') return { state, effects: [] };
  const { session, command, known, failures } = state.admission;
  if (typeof outcome !== 'string') return begin(session, outcome, command, context);
  if (outcome === 'grant-invalid' && !known) return refuse(failures);
  return lastWord(answer(session, refusedResult(outcome)), `refused: ${outcome}`);
};

/** To who relays it, a revocation list is like anything else that is no proof. */
const onRevocationList = (failures: number, revocationList: Uint8Array): LinkStep => {
  const { state, effects } = refuse(failures);
  return { state, effects: [{ type: 'receive-revocation-list', revocationList }, ...effects] };
};

const onSealed = (
  { session, wordAt }: Extract<LinkState, { phase: 'ready' }>,
  sealed: Uint8Array,
  context: LinkContext,
): LinkStep => {
  const key = context.findKey(session.phonePublicKey);
  if (key === undefined) return close('key removed');
  try {
    const { command } = requestIn(session.channel.open(sealed));
    if (isInTime(command?.type, wordAt, context.now))
      return execute(session, key, command, context);
    return say(session, refusedResult('too-late'), context);
  } catch (error) {
    if (error instanceof PhoneKeyError) return close('a sealed command did not open');
    throw error;
  }
};

/** The sender is known from here on, so it may be told what is wrong with the command. */
const execute = (
  session: Session,
  key: KeySlot,
  command: Command | undefined,
  context: LinkContext,
): LinkStep => {
  if (command === undefined) return say(session, refusedResult('unknown-command'), context);
  return {
    state: { phase: 'executing', session, ends: undefined },
    effects: [{ type: 'execute', command, key }],
  };
};

const requestIn = (encoded: Uint8Array): Request => {
  try {
    return decodeRequest(encoded);
  } catch {
    return { command: undefined, introduction: undefined };
  }
};

const onExecuted = (state: LinkState, result: Result, context: LinkContext): LinkStep => {
  if (state.phase !== 'executing') return { state, effects: [] };
  const { session, ends } = state;
  if (ends !== undefined) return lastWord(answer(session, result), ends);
  return say(session, result, context);
};

/** A word of the car, to a command and never unasked: from now on it is fresh. */
const say = (session: Session, result: Result, { now }: LinkContext): LinkStep => ({
  state: { phase: 'ready', session, wordAt: now },
  effects: [answer(session, result), { type: 'idle-after', ms: READY_IDLE_MS }],
});

const answer = ({ channel }: Session, result: Result): LinkEffect => ({
  type: 'send',
  message: { case: 'sealed', value: channel.seal(encodeResult(result)) },
});

const onKeyRemoved = (state: LinkState, publicKey: Uint8Array, context: LinkContext): LinkStep => {
  if (state.phase !== 'ready' && state.phase !== 'executing') return { state, effects: [] };
  if (!context.suite.equal(state.session.phonePublicKey, publicKey)) return { state, effects: [] };
  return endSession(state, 'key removed');
};

/** A command that is under way is still answered: also to a phone that removes its own key. */
const endSession = (state: LinkState, why: string): LinkStep => {
  if (state.phase === 'executing') return { state: { ...state, ends: why }, effects: [] };
  return state.phase === 'ready' ? close(why) : { state, effects: [] };
};
