import type { CarEvent } from '../../../firmware-sim/events.js';
import type { Introduction, KeySlot } from '../../../lib/credentials/key-slot.js';
import type { Command, CommandName } from '../../../lib/domain/commands.js';
import type { MadeLink, SignedPart } from './issued-credentials.js';
import type { KeyHolder } from './key-holders.js';

/** A command that was really given: fresh, on its own link, by somebody who is enrolled. */
export interface Credit {
  readonly person: KeyHolder;
  readonly command: Command;
}

/** What the car carries out at this moment. */
export interface Acting {
  readonly command: Command;
  readonly key: KeySlot;
  /** Why it must not, as things stood when it began. */
  readonly whyNot: string | undefined;
  readonly revocationList: Delivery | undefined;
  /** It came before, or a newer one voids it: it is answered, and nothing may come of it. */
  readonly isAnswered: boolean;
}

/** A revocation list that has reached the car. */
export interface Delivery {
  readonly part: SignedPart | undefined;
  readonly good: boolean;
  taken: boolean;
  /** When it was taken, it was not newer than what the car had. */
  old: boolean;
}

export interface Admission {
  readonly publicKey: Uint8Array;
  readonly introduction: Introduction;
  readonly links: readonly MadeLink[] | undefined;
  readonly whyNot: string | undefined;
  done: boolean;
}

/** What the event of a command's effect is called. */
export const COMMAND_OF: Partial<Record<CarEvent['type'], readonly CommandName[]>> = {
  unlocked: ['unlock'],
  locked: ['lock'],
  'drive-authorised': ['start'],
  'door-opened': ['trunk', 'frunk'],
  'key-removed': ['removeKey', 'raiseEpoch'],
  'pin-changed': ['setPin'],
  'epoch-raised': ['raiseEpoch'],
  'clock-set': ['setTime'],
};

/** Of these a revocation list may be the cause, whoever relayed it. */
export const BY_REVOCATION_LIST: ReadonlySet<CarEvent['type']> = new Set([
  'revocation-list-taken',
  'key-removed',
  'key-suspended',
  'key-resumed',
]);
