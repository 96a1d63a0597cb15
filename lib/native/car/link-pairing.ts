import { PAIRING_MS } from '../../car/host.js';
import type { EnrolRefusal, PairingWindow } from '../../car/host.js';
import type { Suite } from '../../crypto/suite.js';
import type { Enrolment } from '../../domain/outcomes.js';
import type { PairingRefusal } from '../../domain/refusals.js';
import { PhoneKeyError } from '../../errors.js';
import { perObject } from '../../platform/per-object.js';
import { pairingRefusals } from '../numbers.js';
import { CarPairing } from '../pairing/car.js';
import { pairingRegistration } from '../pairing/transcript.js';
import { lastWord, openLink } from './link-state.js';
import type { LinkContext, LinkEffect, LinkState, Pairing, LinkStep } from './link-state.js';

/** The steps of pairing on one link: SPAKE2+, then proof of the keys (docs/PROTOCOL.md, section 4). */

export const onPairStart = (
  state: Extract<LinkState, { phase: 'challenged' }>,
  share: Uint8Array,
  context: LinkContext,
): LinkStep => {
  const window = context.pairingWindow();
  if (window === undefined) return refusePairing('closed');
  const exchange = new CarPairing(
    context.suite,
    context.random,
    registrationOf(window, context.suite),
    state.challenge.bytes,
  );
  return {
    state: { phase: 'counting-try', pairing: { window, exchange }, share },
    effects: [
      { type: 'idle-after', ms: PAIRING_MS },
      { type: 'count-try', window },
    ],
  };
};

export const onTryCounted = (state: LinkState, allowed: boolean | 'fault'): LinkStep => {
  if (state.phase !== 'counting-try') return { state, effects: [] };
  if (allowed !== true) return refusePairing(allowed === 'fault' ? 'fault' : 'closed');
  const { pairing, share } = state;
  return attempt('pairStart', pairing, () => ({
    state: { phase: 'shared', pairing },
    effects: [
      { type: 'send', message: { case: 'pairShare', value: pairing.exchange.respond(share) } },
    ],
  }));
};

export const onPairConfirm = (
  pairing: Pairing,
  { confirm, handshake }: { readonly confirm: Uint8Array; readonly handshake: Uint8Array },
  { secrets, carName }: LinkContext,
): LinkStep =>
  attempt('pairConfirm', pairing, () => {
    const { exchange, window } = pairing;
    exchange.verify(confirm, handshake, secrets.identity);
    const offer = exchange.offer({ name: carName, role: window.role });
    return {
      state: { phase: 'offered', pairing },
      effects: [{ type: 'send', message: { case: 'pairOffer', value: offer } }],
    };
  });

export const onPairCommit = (pairing: Pairing, commit: Uint8Array): LinkStep =>
  attempt('pairCommit', pairing, () => {
    const phone = pairing.exchange.openCommit(commit);
    return {
      state: { phase: 'enrolling', pairing },
      effects: [{ type: 'enrol', window: pairing.window, phone }],
    };
  });

/** Sealed either way: nobody else can make the phone forget a key that the car has enrolled. */
export const onEnrolled = (
  state: LinkState,
  outcome: Enrolment | EnrolRefusal | 'fault',
  context: LinkContext,
): LinkStep => {
  if (state.phase !== 'enrolling') return { state, effects: [] };
  const { exchange } = state.pairing;
  const done: LinkEffect = {
    type: 'send',
    message: { case: 'pairDone', value: exchange.done(outcome) },
  };
  if (typeof outcome === 'string') return lastWord(done, 'pairing refused');
  const next = openLink(context);
  return { state: next.state, effects: [done, ...next.effects] };
};

const refusePairing = (refusal: PairingRefusal): LinkStep => {
  const value = { reason: pairingRefusals.of(refusal) };
  return lastWord({ type: 'send', message: { case: 'pairRefusal', value } }, 'pairing refused');
};

/**
 * What is wrong with a message fails the pairing. Anything else is a fault of the car, which is told; its try is given
 * back only where the phone has shown before that it knew the code. Until then an error may be the phone's doing, and
 * tell something of the code (docs/THREAT-MODEL.md).
 */
const attempt = (during: string, { exchange, window }: Pairing, step: () => LinkStep): LinkStep => {
  try {
    return step();
  } catch (error) {
    if (error instanceof PhoneKeyError) return refusePairing('failed');
    const { state, effects } = refusePairing('fault');
    const returned: LinkEffect[] = exchange.knewCode ? [{ type: 'return-try', window }] : [];
    return { state, effects: [{ type: 'internal-error', during, error }, ...returned, ...effects] };
  }
};

/** Made once for a window, because it is slow on purpose; gone with the window. */
const registrationOf = perObject((window: PairingWindow, suite: Suite) =>
  pairingRegistration(window.code, suite),
);
