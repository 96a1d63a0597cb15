import type { CarLinkEvent } from '../lib/car/dialect.js';
import type { AdmissionRefusal } from '../lib/car/host.js';
import type { KeyEntry } from '../lib/domain/outcomes.js';
import type { Role } from '../lib/domain/roles.js';
import type { CommandName } from '../lib/domain/commands.js';
import type { Refusal } from '../lib/domain/refusals.js';
import type { BodyAct, BodyEffect, BodyRefusal } from './body.js';
import type { CardSummary } from './cards.js';
import type { Door } from '../lib/domain/closures.js';
import type { WindowEffect } from './pairing-window.js';

/**
 * What happens in and at the car, for a log, a screen or a test. Events never hold a secret: the
 * pairing code is on the screen only, and keys appear as fingerprints.
 */
export type CarEvent = CarEventDetail & {
  /** Milliseconds on the car's monotonic clock. */
  readonly at: number;
  /** Wall time, ISO 8601 in UTC. */
  readonly time: string;
};

/** Who did it: a phone's key, the key card, a person's hand, or the car by itself. */
export type Actor = (Pick<KeyEntry, 'slot' | 'name'> & Via) | 'card' | 'hand' | 'car';

/** How a phone came; undefined: by the car's own radio. */
export interface Via {
  /** Through the car's telematics unit, from anywhere. */
  readonly via?: 'cloud';
}

/** A key as people may see it. */
export interface KeySummary extends Pick<KeyEntry, 'slot' | 'name' | 'formFactor' | 'fingerprint'> {
  /** What the key may do. */
  readonly role: Role;
  /** An owner's revocation list has switched it off. */
  readonly suspended?: true;
  /** Of a key that came by a grant. */
  readonly grant?: GrantSummary;
}

/** What bounds a key that came by a grant. Times are seconds since 1970. */
export interface GrantSummary {
  /** Slot of the owner with whom it began. */
  readonly owner: number;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** The first second in which it does not hold any more; 2^32 - 1: no end. */
  readonly notAfter: number;
  /** Of its uses; none where it has no limit. */
  readonly usesLeft?: number;
  /** Without a fresh signature of the owner for so long it does not drive, 1 to 255; none where it has no lease. */
  readonly leaseHours?: number;
}

/** What happened, without its time; `by` says who did it. */
export type CarEventDetail =
  | (BodyAct & { readonly by: Actor })
  | Exclude<BodyEffect, BodyAct>
  | WindowEffect
  | { readonly type: 'handle-refused'; readonly door: Door; readonly reason: BodyRefusal }
  | {
      readonly type: 'command-refused';
      readonly command: CommandName;
      readonly reason: Refusal;
      readonly by: Actor;
    }
  | {
      readonly type: 'card-tapped';
      readonly reader: 'console' | 'pillar';
      readonly purpose: 'drive' | 'pair' | 'lock';
      /** The name of the card. */
      readonly card: string;
    }
  /** A card that is not enrolled, or not any more. */
  | { readonly type: 'card-refused'; readonly reader: 'console' | 'pillar'; readonly card: string }
  | { readonly type: 'card-added' | 'card-removed'; readonly card: CardSummary; readonly by: Actor }
  | { readonly type: 'key-added'; readonly key: KeySummary; readonly replaced: boolean }
  | { readonly type: 'key-removed'; readonly key: KeySummary; readonly by: Actor }
  | { readonly type: 'key-refused'; readonly name?: string; readonly reason: AdmissionRefusal }
  | { readonly type: 'key-suspended' | 'key-resumed'; readonly key: KeySummary; readonly by: Actor }
  /** `entries`: how many keys the owner has revoked or suspended. */
  | {
      readonly type: 'revocation-list-taken';
      readonly by: Actor;
      readonly number: number;
      readonly entries: number;
    }
  | { readonly type: 'pin-changed'; readonly set: boolean; readonly by: Actor }
  | { readonly type: 'epoch-raised'; readonly epoch: number; readonly by: Actor }
  | { readonly type: 'clock-lost' }
  /** Seconds since 1970. */
  | { readonly type: 'clock-set'; readonly now: number; readonly by: Actor }
  | { readonly type: 'factory-reset'; readonly fingerprint: string }
  | LinkEventDetail;

/** What happens on a link: a CarLinkEvent, of whose key it has what people may see. */
export type LinkEventDetail = Via &
  (
    | { readonly type: 'link-opened' | 'refused' }
    /** A fault of the car: in which step, and a word for what failed. */
    | { readonly type: 'internal-error'; readonly during: string; readonly error: string }
    | { readonly type: 'authenticated' | 'turned-away'; readonly key: LinkKey }
    | { readonly type: 'link-closed'; readonly why: string; readonly key?: LinkKey }
  );

/** Whose link it is. */
export type LinkKey = Pick<KeyEntry, 'slot' | 'name'>;

/** What happens on a link, of its key only slot and name: for logs of a car of your own. */
export const linkEvent = (event: CarLinkEvent & Via): LinkEventDetail =>
  'key' in event ? { ...event, key: { slot: event.key.slot, name: event.key.name } } : event;

/** The event that an effect of the body is, done by `by`. */
export const bodyEvent = (effect: BodyEffect, by: Actor): CarEventDetail => {
  switch (effect.type) {
    case 'unlocked':
    case 'locked':
    case 'door-opened':
    case 'drive-authorised':
      return { ...effect, by };
    case 'relocked':
    case 'driving':
    case 'door-closed':
    case 'drive-ended':
      return effect;
  }
};
