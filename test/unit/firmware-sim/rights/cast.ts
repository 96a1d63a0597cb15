import type { Rights, RightsContext } from '../../../../firmware-sim/rights/rights.js';
import { noRevocations } from '../../../../firmware-sim/rights/revocations.js';
import type { Revocation } from '../../../../firmware-sim/rights/revocations.js';
import type { OwnerRevocations } from '../../../../firmware-sim/rights/rights.js';
import type { GrantTerms } from '../../../../lib/credentials/grant.js';
import { fingerprint } from '../../../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../../../lib/credentials/key-slot.js';
import type { RevocationEntry } from '../../../../lib/credentials/revocation-list.js';
import type { Role } from '../../../../lib/domain/roles.js';
import { suite, TERMS } from '../../credentials/sample.js';

/** Keys in slots whose public key follows from the slot, for the rules as functions. */

/** Seconds since 1970. */
export const NOW = 1_000_000;
/** What is dated five minutes ahead is believed. */
export const AHEAD = 300;
/** As late as can be written. */
export const LATEST = 2 ** 32 - 1;
/** When the grants here were signed. */
export const SIGNED = 100;

export const at = (seconds = NOW, mostRevocations?: number): RightsContext => ({
  suite,
  wallMs: seconds * 1000 + 999,
  ...(mostRevocations === undefined ? {} : { mostRevocations }),
});

export const publicKeyOf = (slot: number): Uint8Array => new Uint8Array(32).fill(slot + 1);
export const printOf = (slot: number): Uint8Array => fingerprint(suite, publicKeyOf(slot));

export const paired = (slot: number, role: Role, pairedAt = 50): KeySlot => ({
  slot,
  publicKey: publicKeyOf(slot),
  signingKey: new Uint8Array(32).fill(200 + slot),
  name: `key ${String(slot)}`,
  role,
  pairedAt,
});

/** A guest's key, whose chain goes over the keys in these slots to its own. */
export const granted = (
  slot: number,
  ownerSlot: number,
  over: readonly number[] = [],
  terms: Partial<GrantTerms> = {},
): KeySlot => {
  const issuedAt = terms.issuedAt ?? SIGNED;
  return {
    slot,
    publicKey: publicKeyOf(slot),
    signingKey: new Uint8Array(32),
    name: `key ${String(slot)}`,
    role: 'guest',
    grant: {
      terms: { ...TERMS, notAfter: LATEST, ...terms, ownerSlot, issuedAt },
      path: [...over, slot].map((each) => ({
        fingerprint: printOf(each),
        issuedAt: each === slot ? issuedAt : SIGNED,
      })),
      used: 0,
    },
  };
};

// Two owners, a paired driver, a guest of the first owner, the guest's friend, a guest of the second.
export const KEYS: readonly KeySlot[] = [
  paired(0, 'owner'),
  paired(1, 'owner'),
  paired(2, 'driver'),
  granted(3, 0),
  granted(4, 0, [3]),
  granted(5, 1),
];

export const rightsOf = (more: Partial<Rights> = {}): Rights => ({
  keys: KEYS,
  epoch: 0,
  clock: { offset: 0, floor: 0, lost: false },
  own: noRevocations,
  owners: [],
  ...more,
});

export const LOST = { offset: 0, floor: 0, lost: true } as const;

export const keyIn = ({ keys }: Rights, slot: number): KeySlot => {
  const key = keys.find((each) => each.slot === slot);
  if (key === undefined) throw new Error('nobody is there');
  return key;
};

export const slots = (keys: readonly KeySlot[]): readonly number[] => keys.map(({ slot }) => slot);

/** As the car remembers it. */
export const known = (
  slot: number,
  kind: Revocation['kind'],
  until: number,
  more: Partial<Revocation> = {},
): Revocation => ({ fingerprint: printOf(slot), kind, until, number: 0, issuedAt: 0, ...more });

/** What is remembered for the owner whose key was or is in that slot. */
export const listOf = (
  slot: number,
  entries: readonly Revocation[],
  more: Partial<OwnerRevocations> = {},
): OwnerRevocations => ({
  owner: printOf(slot),
  number: 0,
  issuedAt: 0,
  floor: { until: 0 },
  entries,
  ...more,
});

/** As an owner says it. */
export const about = (
  slot: number,
  since: number,
  kind: RevocationEntry['kind'] = 'revoked',
): RevocationEntry => ({ fingerprint: printOf(slot), since, kind });
