import type { KeySlot } from '../../lib/credentials/key-slot.js';

/** As many as `list_keys` can tell in one message, however long their names and whatever their grants are. */
export const MAX_CAR_SLOTS = 32;

/** From here on they are for key cards, below for all other keys. */
export const FIRST_CARD_SLOT = 24;

/** Ascending by slot, with this one in its own. */
export const withKey = <K extends Pick<KeySlot, 'slot'>>(
  keys: readonly K[],
  key: K,
): readonly K[] =>
  [...keys.filter(({ slot }) => slot !== key.slot), key].sort((a, b) => a.slot - b.slot);

/** From `first` on, below `slots`. */
export const lowestFree = (
  keys: readonly Pick<KeySlot, 'slot'>[],
  slots: number,
  first = 0,
): number | undefined => {
  for (let slot = first; slot < slots; slot++) {
    if (!keys.some((key) => key.slot === slot)) return slot;
  }
  return undefined;
};

/** Whether the car would be without an owner but for this key. */
export const isLastOwner = (key: KeySlot, keys: readonly KeySlot[]): boolean =>
  key.role === 'owner' && !keys.some((other) => other !== key && other.role === 'owner');
