import type { Rights } from '../../../firmware-sim/rights/rights.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { text } from '../text.js';
import type { Said } from './oracle.js';

export type Phone = 'Ada' | 'Ben' | 'Gus';

/** Two owners and a guest, their car, and what waits in the cloud. */
export interface OutageState {
  readonly now: number;
  readonly rights: Rights;
  readonly phones: Readonly<Record<Phone, PairedCar>>;
  /** Revocation lists that were left for the car, the oldest first. */
  readonly lists: readonly Uint8Array[];
  readonly grants: readonly { readonly account: string; readonly grant: Uint8Array }[];
  readonly said: readonly Said[];
}

/** The same text for states in which the same can happen from now on. */
export const canonical = ({ now, rights, phones, lists, grants, said }: OutageState): string => {
  const { keys, own, owners } = rights;
  return text([
    now,
    keys.map(({ slot, role, grant }) => [
      slot,
      role,
      grant && [grant.terms.issuedAt, grant.terms.ownerSlot],
    ]),
    own,
    owners,
    Object.values(phones).map(phoneText),
    lists.map(brief).sort(),
    grants.map(({ account, grant }) => [account, brief(grant)]),
    said.map((each) => Object.values(each)),
  ]);
};

const phoneText = ({ grant, otherGrants, outbox, mail, relayed, state, ...car }: PairedCar) => [
  state,
  relayed,
  [grant, ...(otherGrants ?? []).map((held) => held.grant)].map(brief),
  otherGrants?.map(({ taken, relayed: others }) => [taken, others]),
  outbox?.map(({ part, own, refused }) => [brief(part), own, refused]),
  mail && [mail.car, mail.answered, mail.grants?.map((each) => brief(each.grant))],
  [car.mark, car.floor, car.clockOffset, car.epoch],
  car.shared,
  car.revocationList,
];

/** Of a tag or a public key, and of a signature: enough to tell them apart. */
const brief = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? '' : String.fromCharCode(...bytes.subarray(0, 6), ...bytes.subarray(-6));
