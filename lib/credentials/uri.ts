import { base64urlnopad } from '@scure/base';
import { PhoneKeyError } from '../errors.js';
import { concat } from '../platform/bytes.js';
import { LEAF_BYTES, MOST_CHAIN_BYTES, parseChain } from './grant.js';
import { LEAST_PART_BYTES, MOST_PART_BYTES } from './revocation-list.js';

/**
 * How keys, grants and revocation lists travel from phone to phone: `phonekey:<what>/<base64url>`, which fits
 * in a message and in a QR code.
 *
 *     key               X25519 key, Ed25519 key     64 bytes: of the phone that is to get a grant
 *     grant             car's X25519 key, links     147 to 588 bytes
 *     revocation-list   as in ToCar                 148 to 2020 bytes
 */
export type PhoneKeyUri =
  | { readonly what: 'key'; readonly publicKey: Uint8Array; readonly signingKey: Uint8Array }
  | { readonly what: 'grant'; readonly carPublicKey: Uint8Array; readonly chain: Uint8Array }
  | { readonly what: 'revocation-list'; readonly revocationList: Uint8Array };

const KEY_BYTES = 32;

export const formatUri = (uri: PhoneKeyUri): string =>
  `phonekey:${uri.what}/${base64urlnopad.encode(payloadOf(uri))}`;

/**
 * @throws PhoneKeyError `usage.invalid`, also for a grant that cannot be taken apart; nothing is verified
 */
export const parseUri = (text: string): PhoneKeyUri => {
  const [, what, encoded] =
    /^phonekey:(key|grant|revocation-list)\/([A-Za-z0-9_-]+)$/.exec(text.trim()) ?? [];
  if (what === undefined || encoded === undefined) {
    throw invalid('not a key, a grant or a revocation list of phonekey');
  }
  const bytes = decode(encoded);
  if (what === 'key' && bytes.length === 2 * KEY_BYTES) {
    const [publicKey, signingKey] = [bytes.slice(0, KEY_BYTES), bytes.slice(KEY_BYTES)];
    return { what, publicKey, signingKey };
  }
  if (what === 'grant' && between(bytes, KEY_BYTES + LEAF_BYTES, KEY_BYTES + MOST_CHAIN_BYTES)) {
    const chain = bytes.slice(KEY_BYTES);
    checkChain(chain);
    return { what, carPublicKey: bytes.slice(0, KEY_BYTES), chain };
  }
  if (what === 'revocation-list' && between(bytes, LEAST_PART_BYTES, MOST_PART_BYTES)) {
    return { what, revocationList: bytes };
  }
  throw invalid(`a ${uriNoun(what)} of the wrong length`);
};

/** What people call it. */
export const uriNoun = (what: string): string => what.replace('-', ' ');

const payloadOf = (uri: PhoneKeyUri): Uint8Array => {
  switch (uri.what) {
    case 'key':
      return concat(uri.publicKey, uri.signingKey);
    case 'grant':
      return concat(uri.carPublicKey, uri.chain);
    case 'revocation-list':
      return uri.revocationList;
  }
};

const decode = (text: string): Uint8Array => {
  try {
    return base64urlnopad.decode(text);
  } catch (cause) {
    throw invalid('not base64url', cause);
  }
};

const checkChain = (chain: Uint8Array): void => {
  try {
    parseChain(chain);
  } catch (cause) {
    throw invalid('not a grant', cause);
  }
};

const between = (bytes: Uint8Array, least: number, most: number): boolean =>
  bytes.length >= least && bytes.length <= most;

const invalid = (message: string, cause?: unknown): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', message, {
    cause,
    hint: 'Copy all of it: it begins with phonekey:key/, phonekey:grant/ or phonekey:revocation-list/.',
  });
