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

/** The role is the key's own. */
const encodeGrant = ({ terms: { role: _, ...terms }, path, used }: KeyGrant): object => ({
  terms,
  path: path.map(({ fingerprint, issuedAt }) => ({ fingerprint: toHex(fingerprint), issuedAt })),
  used,
});

const step = object<PathStep>({
  fingerprint: bytes(LENGTH.fingerprint),
  issuedAt: whole(MAX_TIME),
});

const grant = object<Omit<KeyGrant, 'terms'> & { readonly terms: Omit<GrantTerms, 'role'> }>({
  terms: object<Omit<GrantTerms, 'role'>>({
    ownerSlot: whole(MAX_SLOTS - 1),
    epoch: whole(0xffff),
    issuedAt: whole(MAX_TIME),
    notBefore: whole(MAX_TIME),
    notAfter: whole(MAX_TIME),
    uses: whole(255),
    leaseHours: whole(255),
    delegations: whole(MOST_LINKS - 1),
  }),
  path: list(step, MOST_LINKS, 1),
  used: whole(255),
});

const fields = {
  slot: whole(MAX_SLOTS - 1),
  publicKey: bytes(LENGTH.publicKey),
  signingKey: bytes(LENGTH.publicKey),
  name: (value: unknown, what: string) => checkName(text(value, what)),
  formFactor: oneOf(['unknown', ...FORM_FACTOR_NAMES]),
  role: oneOf(ROLE_NAMES),
  pairedAt: whole(MAX_TIME),
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
