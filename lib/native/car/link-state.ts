import type { Applicant, Introduction, KeySlot } from '../../credentials/key-slot.js';
import type { Suite } from '../../crypto/suite.js';
import type { Command } from '../../domain/commands.js';
import type { Enrolment, Result } from '../../domain/outcomes.js';
import type { CarPairing } from '../pairing/car.js';
import type { Random } from '../../platform/random.js';
import type { CarSecrets, VerifiedProof } from '../session/car.js';
import type { OnSessionKeys } from '../session/common.js';
import type { FromCarMessage } from '../codec.js';
import type { ToCar } from '../schema/gen/phonekey.js';
import type { AdmissionRefusal, EnrolRefusal, PairingWindow } from '../../car/host.js';
import { Challenge } from '../session/car.js';
import { PROTOCOL_VERSION } from '../profile.js';

/**
 * One link of the car as a state machine: (state, input) -> state and effects. car.ts carries
 * the effects out. A stranger gets one answer to everything: a fresh challenge, always after the same
 * time (docs/PROTOCOL.md, section 3).
 */
export type LinkState =
  | { readonly phase: 'challenged'; readonly challenge: Challenge; readonly failures: number }
  | { readonly phase: 'refusing'; readonly failures: number }
  /** `wordAt`: when the last answer was handed to the radio, on the clock of `LinkContext.now`. */
  | { readonly phase: 'ready'; readonly session: Session; readonly wordAt: number }
  | { readonly phase: 'admitting'; readonly admission: Admission }
  /** `ends`: why the link ends when the command is answered. */
  | { readonly phase: 'executing'; readonly session: Session; readonly ends: string | undefined }
  | { readonly phase: 'counting-try'; readonly pairing: Pairing; readonly share: Uint8Array }
  | { readonly phase: 'shared'; readonly pairing: Pairing }
  | { readonly phase: 'offered'; readonly pairing: Pairing }
  | { readonly phase: 'enrolling'; readonly pairing: Pairing }
  /** The last word is said; the phone closes the link once it has it, or we do a little later. */
  | { readonly phase: 'ending'; readonly why: string }
  | { readonly phase: 'closed' };

export type Session = Omit<VerifiedProof, 'command'>;

/** A key with a grant, of which the car is asked what it makes of it. */
export interface Admission {
  readonly session: Session;
  /** Undefined: one that this version does not know. */
  readonly command: Command | undefined;
  /** It is in a slot already, so it may be told what is wrong with the grant. */
  readonly known: boolean;
  readonly failures: number;
}

export interface Pairing {
  readonly window: PairingWindow;
  readonly exchange: CarPairing;
}

export type LinkInput =
  | { readonly type: 'message'; readonly message: ToCar['message'] }
  /** Not a message at all. */
  | { readonly type: 'malformed' }
  | { readonly type: 'refusal-due' }
  | { readonly type: 'admitted'; readonly outcome: KeySlot | AdmissionRefusal }
  | { readonly type: 'executed'; readonly result: Result }
  | { readonly type: 'try-counted'; readonly allowed: boolean | 'fault' }
  | { readonly type: 'enrolled'; readonly outcome: Enrolment | EnrolRefusal | 'fault' }
  | { readonly type: 'key-removed'; readonly publicKey: Uint8Array }
  /** The key has had its turn, and others want the link. */
  | { readonly type: 'turn-over' }
  | { readonly type: 'idle' };

export type LinkEffect =
  | { readonly type: 'send'; readonly message: NonNullable<FromCarMessage> }
  /** Give `refusal-due` REFUSAL_DELAY_MS after the message that was refused arrived. */
  | { readonly type: 'refuse-later' }
  | {
      readonly type: 'admit';
      readonly publicKey: Uint8Array;
      readonly introduction: Introduction;
    }
  | { readonly type: 'execute'; readonly command: Command; readonly key: KeySlot }
  | { readonly type: 'receive-revocation-list'; readonly revocationList: Uint8Array }
  | { readonly type: 'count-try'; readonly window: PairingWindow }
  | { readonly type: 'return-try'; readonly window: PairingWindow }
  | { readonly type: 'enrol'; readonly window: PairingWindow; readonly phone: Applicant }
  /** Give `idle` after this time, unless another such effect comes first. */
  | { readonly type: 'idle-after'; readonly ms: number }
  | { readonly type: 'authenticated'; readonly key: KeySlot }
  | { readonly type: 'refused' }
  /** A fault of ours, of unknown origin. */
  | { readonly type: 'internal-error'; readonly during: string; readonly error: unknown }
  | { readonly type: 'turned-away'; readonly key: KeySlot }
  | { readonly type: 'close'; readonly why: string };

export interface LinkContext {
  readonly suite: Suite;
  readonly random: Random;
  readonly secrets: CarSecrets;
  readonly onSessionKeys?: OnSessionKeys | undefined;
  readonly carName: string;
  /** Milliseconds on the car's monotonic clock, which runs in sleep, at the arrival of the input. */
  readonly now: number;
  /** A link that has not proved itself by then is closed: a car holds few links. */
  readonly unprovenMs: number;
  findKey(publicKey: Uint8Array): KeySlot | undefined;
  pairingWindow(): PairingWindow | undefined;
  /** False: it has had its turn, and others may want the link. */
  admits(key: KeySlot): boolean;
}

export interface LinkStep {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

/** Every refusal leaves this long after the message came, whatever was wrong with it. */
export const REFUSAL_DELAY_MS = 250;
export const READY_IDLE_MS = 60_000;
export const MAX_FAILURES = 5;
/** For the last message to arrive: what is sent just before closing may be lost in a controller. */
export const LAST_WORD_MS = 1_000;

/** Steps that several states of a link take. */

/** A phone has subscribed. */
export const openLink = (context: LinkContext): LinkStep => {
  const { state, effects } = challenge(context, 0);
  return { state, effects: [...effects, { type: 'idle-after', ms: context.unprovenMs }] };
};

export const challenge = (context: LinkContext, failures: number): LinkStep => {
  const { suite, random, secrets, now, onSessionKeys } = context;
  const fresh = new Challenge(suite, random, secrets, now, { onSessionKeys });
  const hello = { version: PROTOCOL_VERSION, handshake: fresh.bytes };
  return {
    state: { phase: 'challenged', challenge: fresh, failures },
    effects: [{ type: 'send', message: { case: 'hello', value: hello } }],
  };
};

export const refuse = (failures: number): LinkStep => ({
  state: { phase: 'refusing', failures: failures + 1 },
  effects: [{ type: 'refused' }, { type: 'refuse-later' }],
});

export const lastWord = (send: LinkEffect, why: string): LinkStep => ({
  state: { phase: 'ending', why },
  effects: [send, { type: 'idle-after', ms: LAST_WORD_MS }],
});

/** Out-of-turn messages end the link, but never a command or an enrolment that is under way. */
export const drop = (state: LinkState, why: string): LinkStep =>
  DEAF.has(state.phase) ? { state, effects: [] } : close(why);

/** The host is at work, and will say so when it is done. */
export const BUSY: ReadonlySet<LinkState['phase']> = new Set([
  'admitting',
  'executing',
  'enrolling',
]);

const DEAF: ReadonlySet<LinkState['phase']> = new Set([...BUSY, 'refusing', 'ending']);

export const close = (why: string): LinkStep => ({
  state: { phase: 'closed' },
  effects: [{ type: 'close', why }],
});
