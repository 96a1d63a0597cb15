import { roleName } from '../lib/credentials/roles.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import { toHex } from '../lib/platform/bytes.js';
import { LENGTH } from '../lib/wire/codec.js';
import type { KeySummary } from './events.js';

/** First 8 bytes of SHA-512 of a public key: enough to tell keys apart on a screen. */
export const fingerprint = (suite: Suite, publicKey: Uint8Array): Uint8Array =>
  suite.sha512(publicKey).subarray(0, LENGTH.fingerprint);

export const summarise = (suite: Suite, key: KeySlot): KeySummary => ({
  slot: key.slot,
  name: key.name,
  role: roleName(key.role),
  fingerprint: toHex(fingerprint(suite, key.publicKey)),
});
