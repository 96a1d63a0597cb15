import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sealNotice } from '../../../lib/credentials/notice.js';
import { formatUri, parseUri, type PhoneKeyUri } from '../../../lib/credentials/uri.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { CAR, delegate, FRIEND, grantTo, GUEST, NOW, OWNER, suite } from './sample.js';

const first = grantTo({ delegations: 1 });
const [notice] = sealNotice(suite, seededRandom('uri'), OWNER.signing, CAR.publicKey, {
  ownerSlot: 0,
  number: 1,
  stamp: NOW,
  entries: [],
});

const uris: readonly PhoneKeyUri[] = [
  { what: 'key', publicKey: GUEST.publicKey, signingKey: GUEST.signingKey },
  { what: 'grant', carPublicKey: CAR.publicKey, chain: grantTo() },
  { what: 'grant', carPublicKey: CAR.publicKey, chain: delegate(first, GUEST, FRIEND) },
  { what: 'notice', notice: notice! },
];

describe('a phonekey: URI', () => {
  it.each(uris)('of a $what is read as it was written', (uri) => {
    const text = formatUri(uri);
    expect(text).toMatch(/^phonekey:[a-z]+\/[A-Za-z0-9_-]+$/);
    expect(parseUri(`  ${text}\n`)).toEqual(uri);
  });

  it('of a grant has at most 180 bytes behind it for one link, and 340 for two', () => {
    const bytes = (uri: PhoneKeyUri): number =>
      Buffer.from(formatUri(uri).split('/')[1]!, 'base64url').length;
    expect(bytes({ what: 'grant', carPublicKey: CAR.publicKey, chain: first })).toBe(179);
    expect(bytes(uris[2]!)).toBe(294);
  });

  it.each([
    '',
    'phonekey:',
    'phonekey:key/',
    'phonekey:key/AAAA',
    'phonekey:car/AAAA',
    'phonekey:grant/AAAA',
    'phonekey:notice/AAAA',
    `phonekey:key/${'A'.repeat(87)}`,
    `phonekey:grant/${'A'.repeat(196)}`,
    'https://example.org/',
  ])('is not %j', (text) => {
    expect(() => parseUri(text)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });

  it('or an error that says what to do, whatever is read', () => {
    const almost = fc
      .tuple(fc.constantFrom('key', 'grant', 'notice'), fc.uint8Array({ maxLength: 700 }))
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
