import type { Suite } from '../crypto/suite.js';
import { serviceDataOf } from '../link/advertising.js';
import type { AdvertisingContent, ScanFilter } from '../link/advertising.js';
import { concat, utf8 } from '../platform/bytes.js';
import type { Random } from '../platform/random.js';
import { nativeProfile } from './profile.js';

/**
 * The service data a car advertises, 9 bytes: flags (1), nonce (4), hint (4). The hint is keyed with
 * what only paired phones know, and the nonce changes, so that nobody else can tell which car it is
 * (docs/PROTOCOL.md, section 2).
 */

const FLAG_PAIRING = 0x01;
const NONCE = 4;
const HINT = 4;
const SIZE = 1 + NONCE + HINT;

/** The 32-byte key of a car's advertisements, from its X25519 public key. */
export const advertisementKey = (suite: Suite, carPublicKey: Uint8Array): Uint8Array =>
  suite.hkdfSha512(carPublicKey, new Uint8Array(0), utf8('phonekey v1 advertisement'), 32);

export const encodeAdvertisement = (
  suite: Suite,
  key: Uint8Array,
  pairing: boolean,
  random: Random,
): Uint8Array => {
  const head = concat(Uint8Array.of(pairing ? FLAG_PAIRING : 0), random(NONCE));
  return concat(head, hint(suite, key, head));
};

/** What a scanner reads without any key; undefined when it is not ours. */
export const decodeAdvertisement = (
  data: Uint8Array,
): { readonly pairing: boolean } | undefined => {
  const flags = data[0];
  if (data.length !== SIZE || flags === undefined || (flags & ~FLAG_PAIRING) !== 0)
    return undefined;
  return { pairing: (flags & FLAG_PAIRING) !== 0 };
};

/** Whether this is the car of that key. One stranger in 2^32 looks like it; the handshake decides. */
export const advertisementIsFrom = (suite: Suite, key: Uint8Array, data: Uint8Array): boolean =>
  data.length === SIZE &&
  suite.equal(hint(suite, key, data.subarray(0, 1 + NONCE)), data.subarray(1 + NONCE));

const hint = (suite: Suite, key: Uint8Array, head: Uint8Array): Uint8Array =>
  suite.hmacSha512(key, head).subarray(0, HINT);

const { service } = nativeProfile;

/** The service in the advertisement, and its data (at most 13 bytes fit) for who asks. */
export const nativeAdvertising = (data: Uint8Array): AdvertisingContent => ({
  advertisement: { services: [service] },
  scanResponse: { serviceData: [{ uuid: service, data }] },
});

/** Cars without service data, too: some systems cannot advertise any (macOS). */
export const nativeScan: ScanFilter = {
  service,
  matches: (heard) =>
    heard.services?.includes(service) === true || serviceDataOf(heard, service) !== undefined,
};
