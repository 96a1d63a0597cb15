import type { KeySlot, PhoneIdentity } from '../lib/credentials/key-slot.js';
import type { Role } from '../lib/domain/roles.js';
import { sameBytes } from '../lib/platform/bytes.js';

/** As many as `list_keys` can tell in one message, however long their names are. */
export const MAX_CAR_SLOTS = 32;

export interface PlacedKey {
  readonly keys: readonly KeySlot[];
  readonly key: KeySlot;
  /** The same public key was enrolled before: its slot is used again. */
  readonly replaced: boolean;
}

/**
 * The keys with this phone's added, in the lowest free slot. A car without an owner gets one: its
 * first key is the owner's whatever was asked. An owner who pairs again stays owner.
 * Undefined when no slot is free.
 * @param pairedAt seconds since 1970, see KeySlot
 */
export const placeKey = (
  keys: readonly KeySlot[],
  phone: PhoneIdentity,
  asked: Role,
  slots: number,
  pairedAt: number,
): PlacedKey | undefined => {
  const same = keys.find((key) => sameBytes(key.publicKey, phone.publicKey));
  const slot = same?.slot ?? lowestFree(keys, slots);
  if (slot === undefined) return undefined;
  const ownerless = !keys.some((key) => key.role === 'owner');
  const key: KeySlot = {
    ...phone,
    slot,
    role: ownerless || same?.role === 'owner' ? 'owner' : asked,
    pairedAt,
  };
  return { keys: withKey(keys, key), key, replaced: same !== undefined };
};

/** Ascending by slot, with this one in its own. */
export const withKey = (keys: readonly KeySlot[], key: KeySlot): readonly KeySlot[] =>
  [...keys.filter(({ slot }) => slot !== key.slot), key].sort((a, b) => a.slot - b.slot);

export const lowestFree = (keys: readonly KeySlot[], slots: number): number | undefined =>
  Array.from({ length: slots }, (_, slot) => slot).find(
    (slot) => !keys.some((key) => key.slot === slot),
  );
