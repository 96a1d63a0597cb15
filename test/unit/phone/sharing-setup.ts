import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { parseChain } from '../../../lib/credentials/grant.js';
import type { GrantTerms } from '../../../lib/credentials/grant.js';
import { parseUri } from '../../../lib/credentials/uri.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import type { PhoneKey } from '../../../lib/phone/phone-key.js';
import type { ShareOptions } from '../../../lib/phone/sharing.js';
import type { Car } from '../../../lib/phone/car.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { SharingHost } from '../../support/sharing-car.js';
import { Air, introduce } from './setup.js';

export const NOW = 1_800_000_000;
export const HOUR = 3600;

/** A car that knows one owner's phone, slot 0, and a guest's phone that it does not know. */
export const ownerAndGuest = async () => {
  const air = new Air();
  air.wall = NOW * 1000;
  const host = new SharingHost();
  host.now = NOW;
  host.passed = () => air.clock.now();
  const car = await air.car(host);
  const owner = air.phone();
  const entry = await introduce(owner.store, host, { role: 'owner', slot: 0 });
  host.enrol(entry.identity.publicKey, 'owner', 'Ada', entry.signing.publicKey);
  const guest = air.phone(undefined, 'Bob');
  return { air, ...car, host, owner, guest, entry };
};

/** The owner shares, the guest accepts; gives what the guest sees of it. */
export const shareWith = async (
  { ring: from }: PhoneKey,
  { ring: to }: PhoneKey,
  options: Partial<ShareOptions> = {},
): Promise<Car> => {
  const { uri } = await from.share({ to: await to.offer(), ...options });
  return to.accept(uri);
};

export const termsIn = (uri: string): GrantTerms => {
  const parsed = parseUri(uri);
  if (parsed.what !== 'grant') throw new Error('not a grant');
  return parseChain(parsed.chain).at(-1)!.terms;
};

export const fingerprintOf = (known: Car | PairedCar): string =>
  'fingerprint' in known
    ? known.fingerprint
    : toHex(fingerprint(defaultSuite, known.identity.publicKey));
