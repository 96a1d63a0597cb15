import { FORM_FACTORS } from '../domain/names.js';
import type { FormFactor } from '../domain/names.js';
import { check, checkOptions, needed, oneOf, text } from '../platform/check.js';
import { verifyDelegations } from '../credentials/chain.js';
import { lastTerms, parseChain } from '../credentials/grant.js';
import { formatUri, parseUri, uriNoun } from '../credentials/uri.js';
import type { Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import { wallSeconds } from './environment.js';
import type { RingEnvironment } from './environment.js';
import { invalid } from './choose.js';
import { grantsOf, withGrant } from './grants.js';
import { addUniquely, chosenName, to } from './store.js';
import type { PairedCar } from './store.js';

/**
 * A fresh key for a grant, which this phone keeps until one comes; every car gets a key of its own, so
 * that no two can tell that they know the same phone.
 * @returns `phonekey:key/...`, 64 bytes in base64url; no secret
 */
export const offer = async (environment: RingEnvironment): Promise<string> => {
  const { suite, random, store } = environment;
  const identity = suite.x25519KeyPair(random(32));
  const signing = suite.ed25519KeyPair(random(32));
  await store.addOffer({ identity, signing, madeAt: wallSeconds(environment) });
  return keyUri({ identity, signing });
};

/** The key of an offer, or the one that this phone has for a car already: for another grant to it. */
export const keyUri = ({ identity, signing }: Pick<PairedCar, 'identity' | 'signing'>): string =>
  formatUri({ what: 'key', publicKey: identity.publicKey, signingKey: signing.publicKey });

/** How a car and this phone are to be called where a grant is accepted. */
export interface AcceptOptions {
  /** What to call the car, 1 to 32 bytes (default `car`); unique, a number is added where it is taken. */
  readonly name?: string | undefined;
  /** What the car is to call this phone, 1 to 32 bytes (default: as PhoneKeyOptions say). */
  readonly ownName?: string | undefined;
  /** What kind of thing has the key (default: as PhoneKeyOptions say). */
  readonly ownFormFactor?: FormFactor | undefined;
}

/**
 * Takes a grant for a key that this phone has offered, or another one for a key that it has. Whether
 * the car takes it shows when it is used first.
 * @param relayed by the mailbox in the cloud: what was given by hand goes before it
 * @returns the entry, which is `pending` until the car has taken the key
 * @throws PhoneKeyError `usage.invalid`; `grant.invalid` for one that is not for this phone or was altered
 */
export const accept = async (
  environment: RingEnvironment,
  uri: string,
  options: AcceptOptions = {},
  relayed = false,
): Promise<PairedCar> => {
  check('a grant', uri, needed(text));
  checkOptions(options, { name: text, ownName: text, ownFormFactor: oneOf(FORM_FACTORS) });
  const { name = 'car', ownName, ownFormFactor } = options;
  const { suite, store } = environment;
  const wanted = chosenName('a car', name);
  const called = {
    ...(ownName === undefined ? {} : { ownName: chosenName('a phone', ownName) }),
    ...(ownFormFactor === undefined ? {} : { ownFormFactor }),
  };
  const grant = parseUri(uri);
  if (grant.what !== 'grant') throw invalid(`that is a ${uriNoun(grant.what)}, not a grant`);
  const links = parseChain(grant.chain);
  const last = links.at(-1) ?? links[0];
  try {
    verifyDelegations(suite, grant.carPublicKey, links);
  } catch (cause) {
    throw new PhoneKeyError('grant.invalid', 'this grant was altered', { cause });
  }
  const isSubject = (publicKey: Uint8Array): boolean =>
    suite.equal(publicKey, last.subject.publicKey);
  const cars = await store.list();
  const known = cars.find(({ identity }) => isSubject(identity.publicKey));
  const offered = (await store.offers()).find(({ identity }) => isSubject(identity.publicKey));
  const own = known ?? offered;
  if (own === undefined) {
    throw new PhoneKeyError('grant.invalid', 'this grant is not for a key of this phone', {
      hint: 'Ask for one to the key that this phone shows.',
    });
  }
  const { identity, signing } = own;
  const { signingKey = signing.publicKey } = last.subject;
  // A grant that may be delegated on, by another key than ours, is of no use to hand on.
  if (!suite.equal(signingKey, signing.publicKey)) {
    throw new PhoneKeyError('grant.invalid', 'this grant names half of another key');
  }
  const { carPublicKey, chain } = grant;
  const entry: Omit<PairedCar, 'name'> = {
    carPublicKey,
    identity,
    signing,
    state: 'pending',
    grant: chain,
    ...(relayed && { relayed }),
    ...called,
    role: last.terms.role,
  };
  if (known !== undefined) {
    const renewed = await store.update(
      known.name,
      to((car) => renew(suite, car, entry, chain, called)),
    );
    // Where the phone stopped between the two last time.
    await store.removeOffer(last.subject.publicKey);
    return renewed;
  }
  const place = cars.find((car) => suite.equal(car.carPublicKey, carPublicKey));
  const saved =
    place === undefined
      ? await addUniquely(store, wanted, entry)
      : await replaced(environment, place, entry);
  await store.removeOffer(last.subject.publicKey);
  return saved;
};

/** A key for a car that this phone has one for: only in the place of one that is of no use. */
const replaced = (
  environment: RingEnvironment,
  { name }: PairedCar,
  entry: Omit<PairedCar, 'name'>,
): Promise<PairedCar> =>
  environment.store.update(
    name,
    to((car) => {
      const grants = grantsOf(car);
      const now = wallSeconds(environment);
      const over =
        grants.length > 0 && grants.every(({ grant }) => lastTerms(grant).notAfter <= now);
      if (!over) {
        throw invalid(
          `this phone has a key for that car: ${name}`,
          'Ask for a grant to that key instead, or forget it first.',
        );
      }
      const { outbox, mail } = car;
      return { name, ...entry, ...(outbox && { outbox }), ...(mail && { mail }) };
    }),
  );

/** Another grant to the same key is kept beside those of before; the same again changes nothing. */
const renew = (
  suite: Suite,
  car: PairedCar,
  entry: Omit<PairedCar, 'name'>,
  chain: Uint8Array,
  called: Pick<PairedCar, 'ownName' | 'ownFormFactor'>,
): PairedCar => {
  const relayed = entry.relayed === true;
  if (!suite.equal(car.carPublicKey, entry.carPublicKey)) {
    const held = grantsOf(car);
    // Which car its key is for, only the mailbox has said so far: who gives by hand counts more.
    if (!relayed && held.length > 0 && held.every((each) => each.relayed === true)) {
      return { name: car.name, ...entry };
    }
    throw new PhoneKeyError('grant.invalid', `that key of this phone is for ${car.name}`, {
      hint: 'Every car gets a key of its own.',
    });
  }
  if (car.grant === undefined) throw invalid(`this phone's key was paired at ${car.name} itself`);
  const held = withGrant(car, chain, relayed);
  return held === car ? car : { ...held, ...called };
};
