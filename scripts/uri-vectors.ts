import { formatUri } from '../lib/credentials/uri.js';
import type { PhoneKeyUri } from '../lib/credentials/uri.js';
import { concat, toHex } from '../lib/platform/bytes.js';
import { KEYS, NOTE } from './example-keys.js';
import {
  exampleRevocationList,
  GRANT_URI,
  GUEST,
  GUEST_KEY_URI,
  LINKS,
} from './sharing-examples.js';

/** test/vectors/uris.json. */

export const uriVectors = () => {
  const part = exampleRevocationList();
  const [key, grant] = [GUEST_KEY_URI, GRANT_URI];
  const valid = (what: PhoneKeyUri['what'], uri: string, ...bytes: readonly Uint8Array[]) => ({
    uri,
    what,
    bytes: toHex(concat(...bytes)),
  });
  const invalid = {
    nothing: '',
    'a scheme without a kind': 'phonekey:',
    'a kind without a payload': 'phonekey:key/',
    'another kind': key.replace('key/', 'owner/'),
    'another scheme': key.replace('phonekey:', 'phonekeys:'),
    'upper case': key.replace('phonekey:', 'PHONEKEY:'),
    'an authority': key.replace('phonekey:', 'phonekey://'),
    'something in front': `x${key}`,
    padding: `${key}==`,
    'the other alphabet of base64': key.replace('key/', 'key/+').slice(0, -1),
    'a space behind the scheme': key.replace('phonekey:', 'phonekey: '),
    'a line break in the middle': `${key.slice(0, 40)}\n${key.slice(40)}`,
    'a character less': key.slice(0, -1),
    'a character more': `${key}A`,
    'bits behind the last byte': `${key.slice(0, -1)}${nextLetter(key.slice(-1))}`,
    'a query behind it': `${key}?role=owner`,
    'a key under the name of a grant': key.replace('key/', 'grant/'),
    'a grant without its last byte': grant.slice(0, -1),
    'a grant without a link': `phonekey:grant/${key.split('/')[1] ?? ''}`,
    'a grant under the name of a key': grant.replace('grant/', 'key/'),
    'a revocation list of 147 bytes': `phonekey:revocation-list/${'A'.repeat(196)}`,
    'a revocation list of 2021 bytes': `phonekey:revocation-list/${'A'.repeat(2695)}`,
  };
  return {
    note: NOTE,
    valid: [
      valid('key', key, GUEST.publicKey, GUEST.signingKey),
      valid('key', ` \t${key}\r\n`, GUEST.publicKey, GUEST.signingKey),
      valid('grant', grant, KEYS.car.publicKey, LINKS.both),
      valid('revocation-list', formatUri({ what: 'revocation-list', revocationList: part }), part),
    ],
    invalid: Object.entries(invalid).map(([name, uri]) => ({ name, uri })),
  };
};

/** The last letter of 64 bytes has four bits to spare, which are 0. */
const nextLetter = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) + 1);
