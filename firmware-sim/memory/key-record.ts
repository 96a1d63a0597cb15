import { MAX_TIME, MOST_LINKS } from '../../lib/credentials/grant.js';
import type { GrantTerms } from '../../lib/credentials/grant.js';
import { FINGERPRINT_BYTES } from '../../lib/credentials/key-slot.js';
import type { KeyGrant, KeySlot, PathStep } from '../../lib/credentials/key-slot.js';
import { checkName, FORM_FACTORS } from '../../lib/domain/names.js';
import { ROLES } from '../../lib/domain/roles.js';
import { toHex } from '../../lib/platform/bytes.js';
import { absent, hexBytes, list, object, oneOf, text, whole } from '../../local/json.js';
import type { JsonReader } from '../../local/json.js';

/** Slot numbers fit in a byte. */
export const MAX_SLOTS = 256;

const KEY_BYTES = 32;

/** Seconds since 1970, in 32 bits. */
export const time = whole(MAX_TIME);
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
} as const satisfies Record<Exclude<keyof GrantTerms, 'role'>, JsonReader<number>>;

const TERM_NAMES = Object.keys(TERMS) as readonly (keyof typeof TERMS)[];

/** One key slot as JSON. */
export const encodeKey = (key: KeySlot): object => ({
  slot: key.slot,
  publicKey: toHex(key.publicKey),
  signingKey: toHex(key.signingKey),
  name: key.name,
  formFactor: key.formFactor ?? 'unknown',
  role: key.role,
  pairedAt: key.pairedAt ?? 0,
  grant: key.grant === undefined ? null : encodeGrant(key.grant),
});

const encodeGrant = ({ terms, path, used }: KeyGrant): object => ({
  terms: Object.fromEntries(TERM_NAMES.map((name) => [name, terms[name]])),
  path: path.map(({ fingerprint, issuedAt }) => ({ fingerprint: toHex(fingerprint), issuedAt })),
  used,
});

const step = object<PathStep>({
  fingerprint: hexBytes(FINGERPRINT_BYTES),
  issuedAt: time,
});

const grant = object<Omit<KeyGrant, 'terms'> & { readonly terms: Omit<GrantTerms, 'role'> }>({
  terms: object<Omit<GrantTerms, 'role'>>(TERMS),
  path: list(step, MOST_LINKS, 1),
  used: count,
});

const fields = {
  slot: whole(MAX_SLOTS - 1),
  publicKey: hexBytes(KEY_BYTES),
  signingKey: hexBytes(KEY_BYTES),
  name: (value: unknown, what: string) => checkName(text(value, what)),
  formFactor: oneOf(['unknown', ...FORM_FACTORS]),
  role: oneOf(ROLES),
  pairedAt: time,
  grant: absent(grant),
};

/** Of `encodeKey`. */
export const keySlot: JsonReader<KeySlot> = (value, what) => {
  const { formFactor, grant: bounds, ...key } = object(fields)(value, what);
  return {
    ...key,
    ...(formFactor !== 'unknown' && { formFactor }),
    ...(bounds && { grant: { ...bounds, terms: { role: key.role, ...bounds.terms } } }),
  };
};
