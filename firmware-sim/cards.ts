import { fingerprint } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import { toHex, utf8 } from '../lib/platform/bytes.js';
import { FIRST_CARD_SLOT, lowestFree, MAX_CAR_SLOTS } from './rights/slots.js';

/**
 * The key cards of a car: keys in slots of their own, which open it by a tap. They have no role, no grants,
 * and sign nothing. What a real card proves to the reader is not simulated: a tap says which card it is.
 */

export interface KeyCard {
  /** 24 to 31: above those of keys. */
  readonly slot: number;
  /** 1 to 32 bytes of UTF-8, of one card alone: here it is what tells the cards apart. */
  readonly name: string;
}

/** A key card as people may see it. */
export interface CardSummary extends KeyCard {
  /** 16 hex digits. Of the name, where a real car has that of the card's public key. */
  readonly fingerprint: string;
}

/** At least one, so that somebody can always pair. */
export const MOST_CARDS = MAX_CAR_SLOTS - FIRST_CARD_SLOT;

/** With which a new car comes, and one after a factory reset: the card that lies on the console then. */
export const firstCard = (name = 'card'): KeyCard => ({ slot: FIRST_CARD_SLOT, name });

type Cards = readonly KeyCard[];

/** @param name where it is left out, the first one */
export const cardNamed = (cards: Cards, name = cards[0]?.name): KeyCard | undefined =>
  cards.find((card) => card.name === name);

/** A new one, for the lowest slot that is free. */
export const newCard = (cards: Cards, name: string): KeyCard | 'slots-full' | 'card-known' => {
  if (cardNamed(cards, name) !== undefined) return 'card-known';
  const slot = lowestFree(cards, MAX_CAR_SLOTS, FIRST_CARD_SLOT);
  return slot === undefined ? 'slots-full' : { slot, name };
};

export const summariseCard = (suite: Suite, { slot, name }: KeyCard): CardSummary => ({
  slot,
  name,
  fingerprint: toHex(fingerprint(suite, utf8(name))),
});
