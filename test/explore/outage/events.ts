import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { lastTerms } from '../../../lib/credentials/grant.js';
import { parseUri } from '../../../lib/credentials/uri.js';
import type { KeyRing } from '../../../lib/phone/key-ring.js';
import type { Mailbox } from '../../../lib/phone/mailbox.js';
import type { Remote } from '../../../lib/phone/remote.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { pairKey } from '../../../firmware-sim/rights/pairing.js';
import { PostOffice } from '../../support/mailbox.js';
import { CAR, KEYS, phoneOf, suite } from '../cast.js';
import { broken } from '../facts.js';
import { newState, START } from '../state.js';
import { OutageCar } from './car.js';
import { nothingTold } from './oracle.js';
import type { Owner } from './oracle.js';
import { withPhone } from './phone.js';
import type { Draft, Event, Parts, Phone } from './state.js';

/** What can happen, by the real functions of phones and car. */

const CAR_ID = '0123456789abcdef0123456789abcdef';
const GUS = toHex(fingerprint(suite, KEYS.Gus.identity.publicKey));

const POST = new PostOffice();
POST.online(CAR_ID, CAR.publicKey);
const { cars: ONLINE } = POST;

interface Use {
  readonly ring: KeyRing;
  readonly remote: Remote;
  readonly mailbox: () => Mailbox;
}

/** What the cloud has for this phone; others' grants it does not see. */
const postFor = (draft: Draft, name: Phone): PostOffice => {
  const post = new PostOffice();
  post.cars = ONLINE;
  post.lists = draft.get('lists').map((part) => ({ car: CAR_ID, part }));
  if (name === 'Gus') for (const grant of draft.get('grants')) post.put('gus', grant);
  return post;
};

const keepPost = (draft: Draft, name: Phone, post: PostOffice): void => {
  draft.set(
    'lists',
    post.lists.map(({ part }) => part),
  );
  if (name === 'Gus')
    draft.set(
      'grants',
      post.grants.map(({ grant }) => grant),
    );
  else if (post.grants.length > 0) {
    const before = draft.get('grants');
    const left = post.grants.map(({ grant }) => grant);
    const isThere = (grant: Uint8Array) => before.some((each) => suite.equal(each, grant));
    draft.set('grants', [...before, ...left.filter((grant) => !isThere(grant))]);
  }
};

const carOf = (draft: Draft): OutageCar =>
  new OutageCar(draft.get('rights'), () => draft.get('now'));

/** One step of a phone, with the car near and the cloud there; whether it did what it was to do. */
const step = async (
  draft: Draft,
  name: Phone,
  use: (phone: Use) => Promise<unknown>,
): Promise<boolean> => {
  let post: PostOffice | undefined;
  let car: OutageCar | undefined;
  const at = {
    name,
    entry: draft.get(name),
    now: () => draft.get('now'),
    car: () => (car ??= carOf(draft)),
  };
  const done = await withPhone(at, (ring, remote) => {
    const mailbox = () => (post ??= postFor(draft, name)).mailbox(name.toLowerCase());
    return use({ ring, remote, mailbox });
  });
  const [entry, ...others] = done.entries;
  if (entry === undefined || others.length > 0)
    return broken('a phone has one entry of a car', String(done.entries.length));
  draft.set(name, entry);
  if (done.seconds > 0) draft.set('now', draft.get('now') + done.seconds);
  if (car !== undefined) draft.set('rights', car.rights);
  if (post !== undefined) keepPost(draft, name, post);
  return done.failure === undefined;
};

/** When all are in reach again: what takes longer, takes ten minutes more. */
const END = START + 3600 + 12 * 600;

export const later: Event = (draft) => {
  draft.set('now', Math.max(END, draft.get('now') + 600));
  return true;
};

/** How an owner's words leave the phone: with its next session at the car, or by the cloud at once. */
type By = 'BLE' | 'cloud';

/** What takes its time, and comes to nothing where he cannot say it. */
export const status =
  (pace: number, name: Owner, what: 'revoked' | 'suspended' | 'resumed', by: By): Event =>
  (draft) => {
    const at = draft.get('now') + pace;
    draft.set('now', at);
    draft.said.push({ what, by: name, at });
    return step(draft, name, async ({ ring, mailbox }) => {
      const verb = ({ revoked: 'revoke', suspended: 'suspend', resumed: 'resume' } as const)[what];
      await ring[verb](GUS);
      if (by === 'cloud') await ring.sync(mailbox());
    });
  };

/** An owner gives the guest a new grant. */
export const grant =
  (pace: number, name: Owner, by: By): Event =>
  async (draft) => {
    let uri = '';
    draft.set('now', draft.get('now') + pace);
    const account = by === 'cloud' ? 'gus' : undefined;
    const to = toHex(KEYS.Gus.identity.publicKey);
    const isGiven = await step(draft, name, async ({ ring, mailbox }) => {
      ({ uri } = await ring.share({ to, role: 'driver', account }));
      draft.said.push({ what: 'granted', by: name, date: lastTerms(chainOf(uri)).issuedAt });
      if (by === 'cloud') await ring.sync(mailbox());
    });
    if (isGiven && by === 'BLE') await step(draft, 'Gus', ({ ring }) => ring.accept(uri));
    return isGiven;
  };

const chainOf = (uri: string): Uint8Array => {
  const parsed = parseUri(uri);
  return parsed.what === 'grant' ? parsed.chain : new Uint8Array();
};

/** Somebody is at the car with the phone, and what waits in it is delivered. */
export const visit =
  (name: Phone): Event =>
  async (draft) => {
    await step(draft, name, ({ remote }) => (name === 'Gus' ? remote.unlock() : remote.status()));
    return true;
  };

/** The guest tries, and gets in. */
export const unlocks: Event = (draft) => step(draft, 'Gus', ({ remote }) => remote.unlock());

export const sync =
  (name: Phone): Event =>
  async (draft) => {
    await step(draft, name, ({ ring, mailbox }) => ring.sync(mailbox()));
    return true;
  };

/** Nothing is left to be exchanged: another time changes nothing. */
export const exchanged =
  (name: Phone): Event =>
  async (draft) => {
    let none = false;
    await step(draft, name, async ({ ring, mailbox }) => {
      const { left, taken, granted } = await ring.sync(mailbox());
      none = left === 0 && taken === 0 && granted.length === 0;
    });
    return none;
  };

/** Nothing waits for the car. */
export const delivered =
  (name: Phone): Event =>
  (draft) =>
    (draft.get(name).outbox ?? []).length === 0;

/** The card at the screen, or Ada's phone at the car. */
export const remove =
  (pace: number, by: 'card' | 'Ada'): Event =>
  async (draft) => {
    const car = carOf(draft);
    const key = car.rights.keys.find(({ publicKey }) =>
      suite.equal(publicKey, KEYS.Gus.identity.publicKey),
    );
    if (key === undefined) return false;
    const at = draft.get('now') + pace;
    draft.set('now', at);
    draft.said.push({ what: 'removed', at });
    if (by === 'Ada') await step(draft, by, ({ remote }) => remote.removeKey(key.slot));
    else {
      car.remove(key);
      draft.set('rights', car.rights);
    }
    return true;
  };

/** The cloud brings the car what was left for it, any of it, any number of times. */
export const bring =
  (index: number): Event =>
  (draft) => {
    const part = draft.get('lists')[index];
    if (part === undefined) return false;
    const car = carOf(draft);
    car.take(part);
    draft.set('rights', car.rights);
    return true;
  };

/** Before the outage: both owners have paired, the guest has a grant of Ada's, and drives. */
export const beginning = (): Parts => {
  let { rights } = newState;
  const { now } = newState;
  const context = { suite, wallMs: now * 1000, carPublicKey: CAR.publicKey, slots: 8 };
  for (const person of ['Ada', 'Ben'] as const) {
    const paired = pairKey(rights, phoneOf(person), 'owner', context);
    if (typeof paired === 'string') throw new Error(paired);
    ({ rights } = paired);
  }
  const entry = (person: Phone, slot?: number): PairedCar => ({
    name: 'car',
    carPublicKey: CAR.publicKey,
    identity: KEYS[person].identity,
    signing: KEYS[person].signing,
    state: 'paired',
    ...(slot === undefined ? {} : { role: 'owner', slot }),
  });
  const gus: PairedCar = {
    ...entry('Gus'),
    state: 'pending',
    role: 'guest',
    grant: new Uint8Array(),
  };
  const parts: Parts = {
    now: now + 3600,
    rights,
    Ada: entry('Ada', 0),
    Ben: entry('Ben', 1),
    Gus: gus,
    lists: [],
    grants: [],
    told: nothingTold,
  };
  return parts;
};

/** Gus has no key yet to which another grant would be one more. */
const firstGrant: Event = async (draft) => {
  const to = toHex(KEYS.Gus.identity.publicKey);
  let chain = new Uint8Array();
  await step(draft, 'Ada', async ({ ring }) => {
    chain = new Uint8Array(chainOf((await ring.share({ to, role: 'driver' })).uri));
  });
  draft.set('Gus', { ...draft.get('Gus'), grant: chain, role: 'driver' });
  draft.said.push({ what: 'granted', by: 'Ada', date: lastTerms(chain).issuedAt });
  return true;
};

/** What has happened before it: phones and car know of each other, and of the cloud. */
export const BEFORE: readonly Event[] = [
  ...[firstGrant, visit('Gus'), visit('Ada'), visit('Ben')],
  ...[sync('Ada'), sync('Ben'), sync('Gus')],
];
