import type { Offer } from '../../lib/index.js';
import { object, whole } from '../../local/json.js';
import { formatPrivate, keyPair, keyPairJson, parsePrivate, version } from './private-json.js';

/** The text of an offer: a key that waits for a grant, JSON, version 1. */

export const formatOffer = ({ identity, signing, madeAt }: Offer): string =>
  formatPrivate({
    version: 1,
    madeAt,
    identity: keyPairJson(identity),
    signing: keyPairJson(signing),
  });

const offerFile = object<Offer & { readonly version: 1 }>({
  version,
  madeAt: whole(2 ** 32 - 1),
  identity: keyPair,
  signing: keyPair,
});

/** @throws PhoneKeyError `keys.unreadable`; never quotes the contents */
export const parseOffer = (text: string): Offer => {
  const { version: _, ...offer } = parsePrivate(text, offerFile);
  return offer;
};
