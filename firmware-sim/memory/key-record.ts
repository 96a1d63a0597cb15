import type { GrantTerms } from '../../lib/credentials/grant.js';
import { FINGERPRINT_BYTES } from '../../lib/credentials/key-slot.js';
import type { KeyGrant, KeySlot, PathStep } from '../../lib/credentials/key-slot.js';
import { FORM_FACTORS } from '../../lib/domain/form-factors.js';
import type { FormFactor } from '../../lib/domain/form-factors.js';
import { checkName } from '../../lib/domain/names.js';
import { ROLES } from '../../lib/domain/roles.js';
import type { Role } from '../../lib/domain/roles.js';
import { MOST_LINKS } from '../../lib/credentials/grant.js';
import { toHex } from '../../lib/platform/bytes.js';
import { bytes, integer, invalid, list, object } from './fields.js';

/** Slot numbers fit in a byte. */
export const MAX_SLOTS = 256;

const MAX_TIME = 2 ** 32 - 1;
const KEY_BYTES = 32;

const TERMS = {
  ownerSlot: MAX_SLOTS - 1,
  epoch: 0xffff,
  issuedAt: MAX_TIME,
  notBefore: MAX_TIME,
  notAfter: MAX_TIME,
  uses: 255,
  leaseHours: 255,
  delegations: MOST_LINKS - 1,
} as const satisfies Record<Exclude<keyof GrantTerms, 'role'>, number>;

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

/** @throws Error */
export const decodeKey = (value: unknown): KeySlot => {
  const fields = object('key', value, [
    'slot',
    'publicKey',
    'signingKey',
    'name',
    'formFactor',
    'role',
    'pairedAt',
    'grant',
  ]);
  const { name, formFactor, role } = fields;
  if (typeof name !== 'string') throw invalid('name');
  if (!isRole(role)) throw invalid('role');
  if (!isFormFactor(formFactor)) throw invalid('formFactor');
  const grant = fields['grant'] === null ? undefined : decodeGrant(fields['grant'], role);
  return {
    slot: integer('slot', fields['slot'], MAX_SLOTS - 1),
    publicKey: bytes('publicKey', fields['publicKey'], KEY_BYTES),
    signingKey: bytes('signingKey', fields['signingKey'], KEY_BYTES),
    name: checkName(name),
    ...(formFactor === 'unknown' ? {} : { formFactor }),
    role,
    pairedAt: integer('pairedAt', fields['pairedAt'], MAX_TIME),
    ...(grant === undefined ? {} : { grant }),
  };
};

const encodeGrant = ({ terms, path, used }: KeyGrant): object => ({
  terms: Object.fromEntries(TERM_NAMES.map((name) => [name, terms[name]])),
  path: path.map(({ fingerprint, issuedAt }) => ({ fingerprint: toHex(fingerprint), issuedAt })),
  used,
});

const decodeGrant = (value: unknown, role: KeySlot['role']): KeyGrant => {
  const fields = object('grant', value, ['terms', 'path', 'used']);
  const terms = object('terms', fields['terms'], TERM_NAMES);
  const path = list('path', fields['path'], MOST_LINKS);
  if (path.length === 0) throw invalid('path');
  const numbers = Object.fromEntries(
    TERM_NAMES.map((name) => [name, integer(name, terms[name], TERMS[name])]),
  ) as Omit<GrantTerms, 'role'>;
  return {
    terms: { role, ...numbers },
    path: path.map(decodeStep),
    used: integer('used', fields['used'], 255),
  };
};

const decodeStep = (value: unknown): PathStep => {
  const fields = object('step', value, ['fingerprint', 'issuedAt']);
  return {
    fingerprint: bytes('fingerprint', fields['fingerprint'], FINGERPRINT_BYTES),
    issuedAt: integer('issuedAt', fields['issuedAt'], MAX_TIME),
  };
};

const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

const isFormFactor = (value: unknown): value is FormFactor | 'unknown' =>
  value === 'unknown' || FORM_FACTORS.some((name) => name === value);
