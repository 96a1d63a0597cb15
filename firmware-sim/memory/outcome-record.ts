import { FINGERPRINT_BYTES } from '../../lib/credentials/key-slot.js';
import { COMMAND_ID_BYTES } from '../../lib/domain/commands.js';
import { REFUSAL_WORDS } from '../../lib/domain/refusals.js';
import type { Refusal } from '../../lib/domain/refusals.js';
import { toHex } from '../../lib/platform/bytes.js';
import { hexBytes, list, object, oneOf, whole } from '../../local/json.js';
import { FIRST_CARD_SLOT } from '../rights/slots.js';

/** What came of a command with an id, so that it is not done twice, or at all; as JSON, binary fields in hex. */
export interface RememberedOutcome {
  /** Fingerprint of the key that gave the command, 8 bytes. */
  readonly key: Uint8Array;
  /** 8 bytes. */
  readonly id: Uint8Array;
  /** Seconds since 1970, by the clock that runs in the car: forgotten from then on. */
  readonly until: number;
  /** `begun`: nobody knows whether it was done. `superseded`: it has not come, or was not done when it did. */
  readonly outcome: 'begun' | 'done' | Refusal;
}

/** For these each key has room; and for as many that are superseded, which take no room of the others. */
export const MOST_OUTCOMES = 8;

/** What keys have beyond that, of all of them together: for one that is used a lot, as a script does. */
export const SHARED_OUTCOMES = 64;

/** Of all keys, also of those that were removed meanwhile; and as many that are superseded. */
export const MOST_OUTCOMES_OF_ALL = MOST_OUTCOMES * FIRST_CARD_SLOT + SHARED_OUTCOMES;

export const encodeOutcome = ({ key, id, until, outcome }: RememberedOutcome): object => ({
  key: toHex(key),
  id: toHex(id),
  until,
  outcome,
});

export const rememberedOutcomes = list(
  object<RememberedOutcome>({
    key: hexBytes(FINGERPRINT_BYTES),
    id: hexBytes(COMMAND_ID_BYTES),
    until: whole(Number.MAX_SAFE_INTEGER),
    outcome: oneOf(['begun', 'done', ...REFUSAL_WORDS]),
  }),
  2 * MOST_OUTCOMES_OF_ALL,
);
