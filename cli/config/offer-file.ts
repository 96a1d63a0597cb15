import type { Offer } from '../../lib/index.js';
import { keyPair, keyPairJson, object, parseJson, unreadable, whole } from './strict-json.js';

/** The text of an offer: a key that waits for a grant, JSON, version 1. */

const VERSION = 1;

export const formatOffer = ({ identity, signing, madeAt }: Offer): string =>
  `${JSON.stringify(
    {
      version: VERSION,
      madeAt,
      identity: keyPairJson(identity),
      signing: keyPairJson(signing),
    },
    undefined,
    2,
  )}\n`;

/** @throws PhoneKeyError `keys.unreadable`; never quotes the contents */
export const parseOffer = (text: string): Offer => {
  const root = object(parseJson(text), ['version', 'madeAt', 'identity', 'signing']);
  if (root['version'] !== VERSION) throw unreadable('a version this phonekey does not know');
  return {
    madeAt: whole(2 ** 32 - 1)(root['madeAt']),
    identity: keyPair(root['identity']),
    signing: keyPair(root['signing']),
  };
};
