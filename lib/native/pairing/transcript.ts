import { CipherState } from '../../noise/cipher-state.js';
import type { Suite } from '../../crypto/suite.js';
import { PhoneKeyError } from '../../errors.js';
import { concat, utf8 } from '../../platform/bytes.js';
import { SealedChannel } from '../session/channel.js';

const KEY = 32;

/** SPAKE2+ context: the protocol, and the challenge of this very link. */
export const pairingContext = (challenge: Uint8Array): Uint8Array =>
  concat(utf8('phonekey v1 pairing'), challenge);

/** One 32-byte key for each direction, from the 32 bytes that SPAKE2+ gave. */
export const pairingKeys = (
  suite: Suite,
  sharedKey: Uint8Array,
): { readonly toCar: Uint8Array; readonly fromCar: Uint8Array } => {
  const info = utf8('phonekey v1 pairing keys');
  const keys = suite.hkdfSha512(sharedKey, new Uint8Array(0), info, 2 * KEY);
  return { toCar: keys.slice(0, KEY), fromCar: keys.slice(KEY) };
};

/** The channel under the key that SPAKE2+ gave. */
export const pairingChannel = (
  suite: Suite,
  sharedKey: Uint8Array,
  role: 'phone' | 'car',
): SealedChannel => {
  const keys = pairingKeys(suite, sharedKey);
  const toCar = new CipherState(suite, keys.toCar);
  const fromCar = new CipherState(suite, keys.fromCar);
  return role === 'phone'
    ? new SealedChannel({ send: toCar, receive: fromCar })
    : new SealedChannel({ send: fromCar, receive: toCar });
};

/** A pairing function was called before the message that it needs. */
export const outOfOrder = (): PhoneKeyError =>
  new PhoneKeyError('protocol.order', 'a pairing message came out of order');
