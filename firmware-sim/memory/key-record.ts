import type { GrantTerms } from '../../lib/credentials/grant.js';
import type { KeyGrant, KeySlot, PathStep } from '../../lib/credentials/key-slot.js';
import {
  FORM_FACTOR_NAMES,
  formFactorFromName,
  formFactorName,
} from '../../lib/credentials/form-factors.js';
import { ROLE_NAMES, roleFromName, roleName } from '../../lib/credentials/roles.js';
import { MOST_LINKS } from '../../lib/credentials/grant.js';
import { toHex } from '../../lib/platform/bytes.js';
import { checkName, LENGTH } from '../../lib/native/codec.js';
import { FormFactor } from '../../lib/native/schema/gen/phonekey_pb.js';
import { absent, bytes, list, object, oneOf, text, whole } from '../../local/json.js';
import type { Reader } from '../../local/json.js';

/** Slot numbers fit in a byte. */
export const MAX_SLOTS = 256;

const MAX_TIME = 2 ** 32 - 1;

const time = whole(MAX_TIME);
const count = whole(255);

/** In the order in which they are written. The role is the key's own. */
const TERMS = {
  ownerSlot: whole(MAX_SLOTS - 1),
  epoch: whole(0xffff),
  issuedAt: time,
  notBefore: time,
  notAfter: time,
  uses: count,
  leaseHours: count,
  delegations: whole(MOST_LINKS - 1),
} as const satisfies Record<Exclude<keyof GrantTerms, 'role'>, Reader<number>>;

const TERM_NAMES = Object.keys(TERMS) as readonly (keyof typeof TERMS)[];

/** One key slot as JSON. */
export const encodeKey = (key: KeySlot): object => ({
  slot: key.slot,
  publicKey: toHex(key.publicKey),
  signingKey: toHex(key.signingKey),
  name: key.name,
  formFactor: formFactorName(key.formFactor ?? FormFactor.UNSPECIFIED),
  role: roleName(key.role),
  pairedAt: key.pairedAt ?? 0,
  grant: key.grant === undefined ? null : encodeGrant(key.grant),
});

const encodeGrant = ({ terms, path, used }: KeyGrant): object => ({
  terms: Object.fromEntries(TERM_NAMES.map((name) => [name, terms[name]])),
  path: path.map(({ fingerprint, issuedAt }) => ({ fingerprint: toHex(fingerprint), issuedAt })),
  used,
});

const step = object<PathStep>({
  fingerprint: bytes(LENGTH.fingerprint),
  issuedAt: time,
});

const grant = object<Omit<KeyGrant, 'terms'> & { readonly terms: Omit<GrantTerms, 'role'> }>({
  terms: object<Omit<GrantTerms, 'role'>>(TERMS),
  path: list(step, MOST_LINKS, 1),
  used: count,
});

const fields = {
  slot: whole(MAX_SLOTS - 1),
  publicKey: bytes(LENGTH.publicKey),
  signingKey: bytes(LENGTH.publicKey),
  name: (value: unknown, what: string) => checkName(text(value, what)),
  formFactor: oneOf(['unknown', ...FORM_FACTOR_NAMES]),
  role: oneOf(ROLE_NAMES),
  pairedAt: time,
  grant: absent(grant),
};

/** Of `encodeKey`. */
export const keySlot: Reader<KeySlot> = (value, what) => {
  const { formFactor, role: given, grant: bounds, ...key } = object(fields)(value, what);
  const role = roleFromName(given);
  return {
    ...key,
    formFactor: formFactorFromName(formFactor),
    role,
    ...(bounds && { grant: { ...bounds, terms: { role, ...bounds.terms } } }),
  };
};
