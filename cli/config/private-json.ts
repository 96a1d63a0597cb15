import { PhoneKeyError } from '../../lib/errors.js';
import type { KeyPair } from '../../lib/index.js';
import { toHex } from '../../lib/platform/bytes.js';
import { hexBytes, JsonError, object, readJson } from '../../local/json.js';
import type { JsonReader } from '../../local/json.js';

export const formatPrivate = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** @throws PhoneKeyError `keys.unreadable`; never quotes the contents */
export const parsePrivate = <T>(text: string, reader: JsonReader<T>): T => {
  try {
    return readJson(text, 'it', reader);
  } catch (error) {
    if (error instanceof JsonError) throw new PhoneKeyError('keys.unreadable', error.message);
    throw error;
  }
};

/** The one version of a file that is known. */
export const version: JsonReader<1> = (value) => {
  if (value !== 1) throw new JsonError('a version this phonekey does not know');
  return value;
};

export const keyPair = object<KeyPair>({ privateKey: hexBytes(32), publicKey: hexBytes(32) });

export const keyPairJson = ({ privateKey, publicKey }: KeyPair) => ({
  privateKey: toHex(privateKey),
  publicKey: toHex(publicKey),
});
