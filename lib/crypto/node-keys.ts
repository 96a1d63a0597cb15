import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { PhoneKeyError } from '../errors.js';
import { sameBytes } from '../platform/bytes.js';
import { requireLength } from './checks.js';

/** Raw keys of the two curves, 32 bytes each, to and from the key objects of node:crypto. */
export type Curve = 'X25519' | 'Ed25519';

type ImportPrivate = (curve: Curve, privateKey: Uint8Array) => KeyObject;

/** RFC 8410 section 7: what stands before the 32 bytes of a private key in PKCS#8. */
const PKCS8_PREFIX = {
  X25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
  Ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
};

/** What belongs to a private key of 32 zeros. */
const PUBLIC_KEY_OF_ZERO = {
  X25519: Buffer.from('2fe57da347cd62431528daac5fbb290730fff684afc4cfc2ed90995f58cb3b74', 'hex'),
  Ed25519: Buffer.from('3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29', 'hex'),
};

/**
 * The ways to import a private key, the fastest first; no release of Node takes all of them.
 *
 * - `raw`: since Node 24.15.
 * - `jwk`: OpenSSL computes the public key itself, so the x beside d only had to be there. Node 24.22
 *   and 26 compare the two and refuse.
 * - `pkcs8`: always there, but on Node 20 reading DER takes ten times as long as the other two.
 */
export const PRIVATE_KEY_IMPORTS: Readonly<Record<'raw' | 'jwk' | 'pkcs8', ImportPrivate>> = {
  raw: (curve, privateKey) => {
    const raw = { key: privateKey, format: 'raw-private', asymmetricKeyType: curve.toLowerCase() };
    return createPrivateKey(raw as unknown as Parameters<typeof createPrivateKey>[0]);
  },
  jwk: (curve, privateKey) => {
    const d = base64url(privateKey);
    return createPrivateKey({ key: { kty: 'OKP', crv: curve, x: d, d }, format: 'jwk' });
  },
  pkcs8: (curve, privateKey) => {
    const key = Buffer.concat([PKCS8_PREFIX[curve], privateKey]);
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  },
};

/** Whether this release of Node imports private keys so, and to the right public key. */
export function takes(way: ImportPrivate): boolean {
  return (['X25519', 'Ed25519'] as const).every((curve) => {
    try {
      const key = way(curve, new Uint8Array(32));
      return sameBytes(exportPublic(key), PUBLIC_KEY_OF_ZERO[curve]);
    } catch {
      return false;
    }
  });
}

let fastest: ImportPrivate | undefined;

/** @throws PhoneKeyError `crypto.invalid-input` unless the key has 32 bytes */
export function importPrivate(curve: Curve, privateKey: Uint8Array): KeyObject {
  requireLength(`${curve} private key`, privateKey, 32);
  fastest ??= Object.values(PRIVATE_KEY_IMPORTS).find(takes) ?? PRIVATE_KEY_IMPORTS.pkcs8;
  return fastest(curve, privateKey);
}

/** Those used last, by curve and content: a handshake uses each key twice, a car the same few again. */
const publicKeys = new Map<string, KeyObject>();
const MOST_PUBLIC_KEYS = 32;

/** @throws PhoneKeyError `crypto.invalid-input` unless the key has 32 bytes */
export function importPublic(curve: Curve, publicKey: Uint8Array): KeyObject {
  requireLength(`${curve} public key`, publicKey, 32);
  const x = base64url(publicKey);
  const name = `${curve} ${x}`;
  const key =
    publicKeys.get(name) ?? createPublicKey({ key: { kty: 'OKP', crv: curve, x }, format: 'jwk' });
  publicKeys.delete(name);
  publicKeys.set(name, key);
  const [oldest] = publicKeys.keys();
  if (publicKeys.size > MOST_PUBLIC_KEYS && oldest !== undefined) publicKeys.delete(oldest);
  return key;
}

/** The 32-byte public key that belongs to a private one. */
export function exportPublic(privateKey: KeyObject): Uint8Array {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new PhoneKeyError('internal', 'a public key without x');
  return new Uint8Array(Buffer.from(x, 'base64url'));
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}
