import { MOST_OUTCOMES_OF_ALL } from '../../../../firmware-sim/memory/outcome-record.js';
import type { GrantTerms } from '../../../../lib/credentials/grant.js';
import type { KeySlot } from '../../../../lib/credentials/key-slot.js';
import { MOST_FORMER_OWNERS } from '../../../../firmware-sim/rights/departure.js';
import { MOST_REVOCATIONS } from '../../../../firmware-sim/rights/revocations.js';
import type { Revocation, Revocations } from '../../../../firmware-sim/rights/revocations.js';
import { MAX_CAR_SLOTS } from '../../../../firmware-sim/rights/slots.js';
import { ENTRIES_PER_PART, MOST_PARTS } from '../../../../lib/credentials/revocation-list.js';
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
  const entries: readonly Revocation[] = [
    { fingerprint: print(5), kind: 'revoked', until: LATEST, number: LATEST, issuedAt: LATEST },
    { fingerprint: print(6), kind: 'suspended', until: 0, number: 1, issuedAt: 2 },
    {
      fingerprint: print(7),
      kind: 'removed',
      until: 3,
      pending: LATEST,
      number: 0,
      issuedAt: 0,
    },
    { fingerprint: print(8), kind: 'suspended', until: 4, pending: 0, number: 0, issuedAt: 0 },
  ];
  return {
    ...rest,
    pairingTries: Number.MAX_SAFE_INTEGER,
    keys: [...keys, guest],
    epoch: 0xffff,
    own: { floor: { until: LATEST }, entries: entries.slice(1) },
    owners: [
      { owner: print(9), number: 1, issuedAt: 2, floor: { until: 0 }, entries: [] },
      {
        owner: print(10),
        number: LATEST,
        issuedAt: LATEST,
        floor: { until: 0, pending: LATEST },
        entries,
        incoming: {
          number: LATEST,
          issuedAt: LATEST,
          parts: 8,
          have: 255,
          resumed: [print(11), print(12)],
        },
      },
    ],
    clock: { offset: -5, floor: LATEST, lost: true },
    pin: {
      salt: new Uint8Array(16).fill(1),
      hash: new Uint8Array(32).fill(2),
      tries: { owners: 1000, others: 3 },
    },
  };
};

/** As long as a record can be: nothing but owners, each with a full list and one that comes in, and all who give commands. */
export const fullestRecord = (): CarRecord => {
  const at = (list: number, index: number): Uint8Array =>
    Uint8Array.of(list, index >> 8, index & 255, 0, 0, 0, 0, 1);
  const revocations = (list: number): Revocations => ({
    floor: { until: LATEST, pending: LATEST },
    entries: Array.from({ length: MOST_REVOCATIONS }, (_, index) => ({
      fingerprint: at(list, index),
      kind: 'removed',
      until: LATEST,
      pending: LATEST,
      number: LATEST,
      issuedAt: LATEST,
    })),
  });
  const { keys, ...rest } = fullRecord();
  return {
    ...rest,
    keys: Array.from({ length: MAX_CAR_SLOTS }, (_, slot) => ({
      ...keys[2]!,
      slot,
      publicKey: new Uint8Array(32).fill(slot + 1),
      role: 'owner' as const,
    })).map(({ grant: _, ...key }) => key),
    outcomes: Array.from({ length: 2 * MOST_OUTCOMES_OF_ALL }, (_, n) => ({
      key: at(n >> 4, 0),
      id: at(n & 15, n),
      until: Number.MAX_SAFE_INTEGER,
      outcome: n % 2 === 0 ? ('superseded' as const) : ('revocation-list-invalid' as const),
    })),
    own: revocations(255),
    owners: Array.from({ length: MAX_CAR_SLOTS + MOST_FORMER_OWNERS }, (_, list) => ({
      owner: at(list, 0xffff),
      number: LATEST,
      issuedAt: LATEST,
      ...revocations(list),
      incoming: {
        number: LATEST,
        issuedAt: LATEST,
        parts: MOST_PARTS,
        have: 255,
        resumed: Array.from({ length: MOST_PARTS * ENTRIES_PER_PART }, (__, n) => at(list, n)),
      },
    })),
  };
};
