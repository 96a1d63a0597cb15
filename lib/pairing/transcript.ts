import { CipherState } from '../noise/cipher-state.js';
import type { Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import { concat, utf8 } from '../platform/bytes.js';
import { SealedChannel } from '../session/channel.js';

const KEY = 32;

/** SPAKE2+ context: the protocol, and the challenge of this very link. */
export const pairingContext = (challenge: Uint8Array): Uint8Array =>
  concat(utf8('phonekey v1 pairing'), challenge);

/** The channel under the key that SPAKE2+ gave (32 bytes): one key for each direction. */
export const pairingChannel = (
  suite: Suite,
  sharedKey: Uint8Array,
  role: 'phone' | 'car',
): SealedChannel => {
  const keys = suite.hkdfSha512(
    sharedKey,
    new Uint8Array(0),
    utf8('phonekey v1 pairing keys'),
    2 * KEY,
  );
  const toCar = new CipherState(suite);
  toCar.initializeKey(keys.slice(0, KEY));
  const fromCar = new CipherState(suite);
  fromCar.initializeKey(keys.slice(KEY));
  return role === 'phone'
    ? new SealedChannel({ send: toCar, receive: fromCar })
    : new SealedChannel({ send: fromCar, receive: toCar });
};

/** A pairing function was called before the message that it needs. */
export const outOfOrder = (): PhoneKeyError =>
  new PhoneKeyError('protocol.order', 'a pairing message came out of order');
