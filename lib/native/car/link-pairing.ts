import type { KeySlot } from '../../credentials/key-slot.js';
import { PhoneKeyError } from '../../errors.js';
import { CarPairing } from '../pairing/car.js';
import { PairRefusalReason } from '../schema/gen/phonekey_pb.js';
import type { EnrolRefusal } from '../../car/host.js';
import { lastWord, openLink } from './link-steps.js';
import { PAIRING_IDLE_MS } from './link-state.js';
import type { LinkContext, LinkEffect, LinkState, Pairing, Step } from './link-state.js';

/** The steps of pairing on one link: SPAKE2+, then the keys (docs/PROTOCOL.md, section 5). */

export const onPairStart = (
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

export const onTryCounted = (state: LinkState, allowed: boolean): Step => {
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

export const onPairConfirm = (
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

export const onPairCommit = (pairing: Pairing, sealed: Uint8Array): Step =>
  attempt(PairRefusalReason.FAILED, () => {
    const phone = pairing.exchange.openCommit(sealed);
    return {
      state: { phase: 'enrolling', pairing },
      effects: [{ type: 'enrol', window: pairing.window, phone }],
    };
  });

/** Sealed either way: nobody else can make the phone forget a key that the car has enrolled. */
export const onEnrolled = (
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

const refusePairing = (reason: PairRefusalReason): Step =>
  lastWord(
    { type: 'send', message: { case: 'pairRefusal', value: { reason } } },
    'pairing refused',
  );

const attempt = (reason: PairRefusalReason, step: () => Step): Step => {
  try {
    return step();
  } catch (error) {
    if (error instanceof PhoneKeyError) return refusePairing(reason);
    throw error;
  }
};
