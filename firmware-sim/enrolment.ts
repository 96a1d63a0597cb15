import type { EnrolRefusal } from '../lib/car/host.js';
import type { KeySlot, PhoneIdentity } from '../lib/credentials/key-slot.js';
import type { Role } from '../lib/domain/roles.js';
import { sameBytes } from '../lib/platform/bytes.js';
import type { AdmissionContext } from './admission.js';
import { timeOfPairing } from './car-clock.js';
import { isLastOwner, lowestFree, withKey } from './key-slots.js';
import type { CarRecord } from './memory/record.js';
import { removeFrom } from './removed-keys.js';

export interface EnrolledKey {
  readonly key: KeySlot;
  /** What it was in that slot before; none for a key that is new here. A grant that it had is displaced. */
  readonly former: KeySlot | undefined;
  /** With the key in it. */
  readonly record: CarRecord;
  /** Keys that an owner had let in who is none any more. */
  readonly gone: readonly KeySlot[];
}

/**
 * Takes a phone that knew the code and proved both of its keys. It gets what the window is for, also where its key
 * could do more before; an owner who becomes less goes as one that is removed, with all that it had granted. The
 * last owner stays, and an X25519 key does not change its signing key: who has but the one would sign as its owner.
 */
export const enrolKey = (
  record: CarRecord,
  phone: PhoneIdentity,
  role: Role,
  { suite, slots, wallMs }: Pick<AdmissionContext, 'suite' | 'slots' | 'wallMs'>,
): EnrolledKey | EnrolRefusal => {
  const former = record.keys.find(({ publicKey }) => sameBytes(publicKey, phone.publicKey));
  // The car does not know what a granted key signs with.
  const knownSigner = former?.grant === undefined ? former?.signingKey : undefined;
  if (knownSigner !== undefined && !sameBytes(knownSigner, phone.signingKey)) return 'key-mismatch';
  const deposed = former?.role === 'owner' && role !== 'owner' ? former : undefined;
  if (deposed !== undefined && isLastOwner(deposed, record.keys)) return 'last-owner';
  const slot = former?.slot ?? lowestFree(record.keys, slots);
  if (slot === undefined) return 'slots-full';
  const rest = deposed && removeFrom(suite, record, deposed, 'others');
  if (deposed !== undefined && rest === undefined) return 'slots-full';
  const { record: before, gone } = rest ?? { record, gone: [] };
  const key: KeySlot = { ...phone, slot, role, pairedAt: timeOfPairing(record.clock, wallMs) };
  return {
    key,
    former,
    record: { ...before, keys: withKey(before.keys, key) },
    gone: gone.filter((each) => each !== deposed),
  };
};
