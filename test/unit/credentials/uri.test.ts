import { describe, expect, it } from '@jest/globals';
import { base64urlnopad } from '@scure/base';
import fc from 'fast-check';
import {
  LEAST_PART_BYTES,
  MOST_PART_BYTES,
  sealRevocationList,
} from '../../../lib/credentials/revocation-list.js';
import { formatUri, parseUri, uriNoun } from '../../../lib/credentials/uri.js';
import type { PhoneKeyUri } from '../../../lib/credentials/uri.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { CAR, delegate, FRIEND, grantTo, GUEST, NOW, OWNER, suite } from './sample.js';

const first = grantTo({ delegations: 1 });
const [revocationList] = sealRevocationList(
  suite,
  seededRandom('uri'),
  OWNER.signing,
  CAR.publicKey,
  {
    ownerSlot: 0,
    epoch: 0,
    number: 1,
    issuedAt: NOW,
    floor: 0,
    entries: [],
  },
);

const uris: readonly PhoneKeyUri[] = [
  { what: 'key', publicKey: GUEST.publicKey, signingKey: GUEST.signingKey },
  { what: 'grant', carPublicKey: CAR.publicKey, chain: grantTo() },
  { what: 'grant', carPublicKey: CAR.publicKey, chain: delegate(first, GUEST, FRIEND) },
  { what: 'revocation-list', revocationList: revocationList! },
];

const NONE = 'not a key, a grant or a revocation list of phonekey';
const KEY = formatUri(uris[0]!);

describe('a phonekey: URI', () => {
  it.each(uris)('of a $what is read as it was written', (uri) => {
    const text = formatUri(uri);
    expect(text).toMatch(/^phonekey:[a-z-]+\/[A-Za-z0-9_-]+$/);
    expect(parseUri(`  ${text}\n`)).toEqual(uri);
  });

  it('of a grant has at most 180 bytes behind it for one link, and 340 for two', () => {
    const bytes = (uri: PhoneKeyUri): number =>
      Buffer.from(formatUri(uri).split('/')[1]!, 'base64url').length;
    expect(bytes({ what: 'grant', carPublicKey: CAR.publicKey, chain: first })).toBe(179);
    expect(bytes(uris[2]!)).toBe(294);
  });

  it.each([
    ['', NONE],
    ['phonekey:', NONE],
    ['phonekey:key/', NONE],
    ['phonekey:key/AAAA', 'a key of the wrong length'],
    ['phonekey:car/AAAA', NONE],
    ['phonekey:grant/AAAA', 'a grant of the wrong length'],
    ['phonekey:revocation-list/AAAA', 'a revocation list of the wrong length'],
    [`phonekey:key/${'A'.repeat(87)}`, 'a key of the wrong length'],
    ['phonekey:key/A', 'not base64url'],
    [`phonekey:grant/${'A'.repeat(196)}`, 'not a grant'],
    ['https://example.org/', NONE],
    [`see ${KEY}`, NONE],
    [`${KEY} ${KEY}`, NONE],
    [`${KEY}=`, NONE],
  ])('is not %j', (text, message) => {
    expect(() => parseUri(text)).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message,
        hint: 'Copy all of it: it begins with phonekey:key/, phonekey:grant/ or phonekey:revocation-list/.',
      }),
    );
  });

  it.each([
    ['key', 64, 64],
    ['revocation-list', LEAST_PART_BYTES, MOST_PART_BYTES],
  ])('of a %s has its length, not a byte less or more', (what, least, most) => {
    const text = (length: number): string =>
      `phonekey:${what}/${base64urlnopad.encode(new Uint8Array(length).fill(7))}`;
    for (const length of [least, most])
      expect(formatUri(parseUri(text(length)))).toBe(text(length));
    for (const length of [least - 1, most + 1]) {
      expect(() => parseUri(text(length))).toThrow(`a ${uriNoun(what)} of the wrong length`);
    }
  });

  it('of a grant holds the longest chain, and not a byte more', () => {
    const links = [2, 1, 0].reduce<Uint8Array>(
      (chain, delegations) => delegate(chain, GUEST, GUEST, { delegations }),
      grantTo({ delegations: 3 }),
    );
    const uri = { what: 'grant', carPublicKey: CAR.publicKey, chain: links } as const;
    expect(parseUri(formatUri(uri))).toEqual(uri);
    for (const chain of [new Uint8Array(links.length + 1), grantTo().slice(1)]) {
      expect(() => parseUri(formatUri({ ...uri, chain }))).toThrow('a grant of the wrong length');
    }
  });

  it('or an error that says what to do, whatever is read', () => {
    const almost = fc
      .tuple(fc.constantFrom('key', 'grant', 'revocation-list'), fc.uint8Array({ maxLength: 700 }))
      .map(([what, bytes]) => `phonekey:${what}/${Buffer.from(bytes).toString('base64url')}`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), almost), (text) => {
        try {
          expect(formatUri(parseUri(text))).toBe(text.trim());
        } catch (error) {
          expect(error).toBeInstanceOf(PhoneKeyError);
        }
      }),
    );
  });
});
