import type { KeySlot } from '../lib/credentials/key-slot.js';

/** As many as `list_keys` can tell in one message, however long their names are. */
export const MAX_CAR_SLOTS = 32;

/** Ascending by slot, with this one in its own. */
export const withKey = (keys: readonly KeySlot[], key: KeySlot): readonly KeySlot[] =>
  [...keys.filter(({ slot }) => slot !== key.slot), key].sort((a, b) => a.slot - b.slot);

export const lowestFree = (keys: readonly KeySlot[], slots: number): number | undefined =>
  Array.from({ length: slots }, (_, slot) => slot).find(
    (slot) => !keys.some((key) => key.slot === slot),
  );

/** Whether the car would be without an owner but for this key. */
export const isLastOwner = (key: KeySlot, keys: readonly KeySlot[]): boolean =>
  key.role === 'owner' && !keys.some((other) => other !== key && other.role === 'owner');
