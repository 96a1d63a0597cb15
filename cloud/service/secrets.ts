import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../lib/platform/random.js';

/** 32 characters, of which none looks like another: without 0, 1, I and O. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const CLAIM_CHARACTERS = 10;
const CLAIM_CODE = new RegExp(`^[${ALPHABET}]{${String(CLAIM_CHARACTERS)}}$`);
const SECRET_BYTES = 32;

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** 32 bytes. For secrets that are random; passwords have a slow hash. */
export const sha256 = (text: string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(text).digest());

/** Takes as long for any two of the same length. */
export const sameSecret = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

/** Begins so that programs that look for secrets in files can tell it. */
export const newToken = (random: Random): string => `pkc_${base64url(random(SECRET_BYTES))}`;

/** The token of an `Authorization` header; undefined where that is none of ours. */
export const bearerToken = (header: string | undefined): string | undefined =>
  /^bearer +(pkc_[A-Za-z0-9_-]{43})$/i.exec(header ?? '')?.[1];

/** What a car connects to the broker with. */
export const newCarSecret = (random: Random): string => base64url(random(SECRET_BYTES));

/** 50 bits, as a person types them: ABCDE-FGHJK. */
export const newClaimCode = (random: Random): string => {
  const code = [...random(CLAIM_CHARACTERS)].map((byte) => ALPHABET.charAt(byte & 31)).join('');
  return `${code.slice(0, 5)}-${code.slice(5)}`;
};

/** The same for all ways of typing a code; undefined where it cannot be one. */
export const plainClaimCode = (typed: string): string | undefined => {
  const plain = typed.toUpperCase().replaceAll(/[\s-]/g, '');
  return CLAIM_CODE.test(plain) ? plain : undefined;
};

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
