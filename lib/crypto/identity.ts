import { check, needed } from '../platform/check.js';
import { systemRandom } from '../platform/random.js';
import { defaultSuite } from './index.js';
import type { KeyPair, Suite } from './suite.js';

const PRIVATE_KEY = needed({
  holds: (value) => value instanceof Uint8Array && value.length === 32,
  says: '32 bytes',
});

/**
 * Who a car is: an X25519 key pair. Its `privateKey` is to be kept for good, and nobody else may have it.
 * @param privateKey 32 bytes, as they were kept; without them a fresh identity is made
 * @throws PhoneKeyError `usage.invalid`
 */
export const carIdentity = (
  privateKey: Uint8Array = systemRandom(32),
  suite: Suite = defaultSuite,
): KeyPair => {
  check('a private key', privateKey, PRIVATE_KEY);
  return suite.x25519KeyPair(privateKey);
};
