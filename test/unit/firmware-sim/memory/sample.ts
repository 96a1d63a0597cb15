import type { GrantTerms } from '../../../../lib/credentials/grant.js';
import type { KeySlot } from '../../../../lib/credentials/key-slot.js';
import { newRecord } from '../../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { FORM_FACTORS } from '../../../../lib/domain/names.js';

const LATEST = 2 ** 32 - 1;

/** A record with that many keys and tries. */
export const sampleRecord = (keys: number, pairingTries = keys): CarRecord => ({
  ...newRecord(new Uint8Array(32).fill(0xa7)),
  pairingTries,
  keys: Array.from({ length: keys }, (_, slot) => ({
    slot,
    publicKey: new Uint8Array(32).fill(slot + 1),
    signingKey: new Uint8Array(32).fill(slot + 101),
    ...(slot % 7 < 6 ? { formFactor: FORM_FACTORS[slot % 7]! } : {}),
    name: `Ada's phone ${String(slot)} ☂`,
    role: slot === 0 ? 'owner' : 'driver',
    pairedAt: 1_800_000_000 + slot,
  })),
});

const print = (id: number): Uint8Array => new Uint8Array(8).fill(id);

/** A record in which every field says something; two owners, and a guest's guest. */
export const fullRecord = (): CarRecord => {
  const { keys, ...rest } = sampleRecord(2);
  const terms: GrantTerms = {
    role: 'guest',
    ownerSlot: 255,
    epoch: 0xffff,
    issuedAt: LATEST,
    notBefore: 1,
    notAfter: LATEST,
    uses: 255,
    leaseHours: 255,
    delegations: 3,
  };
  const path = [1, 2, 3, 4].map((id) => ({ fingerprint: print(id), issuedAt: LATEST - id }));
  const guest: KeySlot = {
    slot: 255,
    publicKey: new Uint8Array(32).fill(77),
    signingKey: new Uint8Array(32),
    name: 'x'.repeat(32),
    formFactor: 'computer',
    role: 'guest',
    pairedAt: LATEST,
    grant: { terms, path, used: 255 },
  };
  const entries = [
    { fingerprint: print(5), since: LATEST, kind: 'revoked' },
    { fingerprint: print(6), since: 0, kind: 'suspended' },
  ] as const;
  return {
    ...rest,
    pairingTries: Number.MAX_SAFE_INTEGER,
    keys: [...keys, guest],
    epoch: 0xffff,
    revocationLists: [
      { ownerSlot: 0, number: 1, issuedAt: 2, entries: [] },
      {
        ownerSlot: 255,
        number: LATEST,
        issuedAt: LATEST,
        entries,
        pending: { number: LATEST, issuedAt: LATEST, parts: 8, have: 255, entries },
      },
    ],
    removed: [
      { fingerprint: print(7), since: LATEST },
      { fingerprint: print(8), since: 9 },
    ],
    clock: { offset: -5, floor: LATEST, lost: true },
    pin: {
      salt: new Uint8Array(16).fill(1),
      hash: new Uint8Array(32).fill(2),
      tries: { owners: 1000, others: 3 },
    },
  };
};
