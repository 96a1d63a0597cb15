import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { lastTerms } from '../../../lib/credentials/grant.js';
import { parseUri } from '../../../lib/credentials/uri.js';
import type { KeyRing } from '../../../lib/phone/key-ring.js';
import type { Remote } from '../../../lib/phone/remote.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { pairKey } from '../../../firmware-sim/rights/pairing.js';
import { PostOffice } from '../../support/mailbox.js';
import { CAR, KEYS, phoneOf, suite } from '../cast.js';
import { broken } from '../facts.js';
import { newState } from '../state.js';
import { OutageCar } from './car.js';
import type { Said } from './oracle.js';
import { withPhone } from './phone.js';
import type { OutageState, Phone } from './state.js';

/** What can happen, by the real functions of phones and car. */

export type Event = (state: OutageState) => Promise<OutageState | undefined>;

const CAR_ID = '0123456789abcdef0123456789abcdef';
const GUS = toHex(fingerprint(suite, KEYS.Gus.identity.publicKey));

const POST = new PostOffice();
POST.online(CAR_ID, CAR.publicKey);
const { cars: ONLINE } = POST;

/** One step of a phone, with the car near and the cloud there. */
const step = async (
  state: OutageState,
  name: Phone,
  use: (phone: {
    readonly ring: KeyRing;
    readonly remote: Remote;
    readonly post: PostOffice;
  }) => Promise<unknown>,
): Promise<{ readonly state: OutageState; readonly failed: boolean }> => {
  const post = new PostOffice();
  post.cars = ONLINE;
  post.lists = state.lists.map((part) => ({ car: CAR_ID, part }));
  for (const { account, grant } of state.grants) post.put(account, grant);
  const car = new OutageCar(state.rights, () => state.now);
  const at = { name, entry: state.phones[name], now: () => state.now, car };
  const done = await withPhone(at, (ring, remote) => use({ ring, remote, post }));
  const [entry, ...others] = done.entries;
  if (entry === undefined || others.length > 0)
    broken('a phone has one entry of a car', String(done.entries.length));
  return {
    failed: done.failure !== undefined,
    state: {
      ...state,
      now: state.now + done.seconds,
      rights: car.rights,
      phones: { ...state.phones, [name]: entry },
      lists: post.lists.map(({ part }) => part),
      grants: post.grants.map(({ account, grant }) => ({ account, grant })),
    },
  };
};

const mailboxOf = (post: PostOffice, name: Phone) => post.mailbox(name.toLowerCase());

/** Somebody says something, which takes its time; what he cannot say comes to nothing. */
const says = async (
  state: OutageState,
  pace: number,
  name: Phone,
  use: Parameters<typeof step>[2],
  said: (at: number) => Said,
): Promise<OutageState | undefined> => {
  const before = { ...state, now: state.now + pace };
  const { state: after, failed } = await step(before, name, use);
  return failed ? undefined : { ...after, said: [...after.said, said(before.now)] };
};

/** How an owner's words leave the phone: with its next session at the car, or by the cloud at once. */
type By = 'BLE' | 'cloud';

export const status =
  (pace: number, name: Phone, what: 'revoked' | 'suspended' | 'resumed', by: By): Event =>
  (state) =>
    says(
      state,
      pace,
      name,
      async ({ ring, post }) => {
        const verb = ({ revoked: 'revoke', suspended: 'suspend', resumed: 'resume' } as const)[
          what
        ];
        await ring[verb](GUS);
        if (by === 'cloud') await ring.sync(mailboxOf(post, name));
      },
      (at) => ({ what, by: name, at }),
    );

/** An owner gives the guest a new grant. */
export const grant =
  (pace: number, name: Phone, by: By): Event =>
  async (state) => {
    let uri = '';
    let date = 0;
    const account = by === 'cloud' ? 'gus' : undefined;
    const to = KEYS.Gus.identity.publicKey;
    const given = await says(
      state,
      pace,
      name,
      async ({ ring, post }) => {
        ({ uri } = await ring.share({ to: toHex(to), role: 'driver', account }));
        const parsed = parseUri(uri);
        if (parsed.what === 'grant') date = lastTerms(parsed.chain).issuedAt;
        if (by === 'cloud') await ring.sync(mailboxOf(post, name));
      },
      () => ({ what: 'granted', by: name, date }),
    );
    if (given === undefined || by === 'cloud') return given;
    const { state: after } = await step(given, 'Gus', ({ ring }) => ring.accept(uri));
    return after;
  };

/** Somebody is at the car with the phone, and what waits in it is delivered. */
export const visit =
  (name: Phone): Event =>
  async (state) =>
    (await step(state, name, ({ remote }) => (name === 'Gus' ? remote.unlock() : remote.status())))
      .state;

/** The guest tries; whether he gets in. */
export const unlocks = async (state: OutageState): Promise<boolean> =>
  !(await step(state, 'Gus', ({ remote }) => remote.unlock())).failed;

export const sync =
  (name: Phone): Event =>
  async (state) =>
    (await step(state, name, ({ ring, post }) => ring.sync(mailboxOf(post, name)))).state;

/** Nothing is left to be exchanged: another time changes nothing. */
export const exchanged = async (state: OutageState, name: Phone): Promise<boolean> => {
  let none = false;
  await step(state, name, async ({ ring, post }) => {
    const { left, taken, granted } = await ring.sync(mailboxOf(post, name));
    none = left === 0 && taken === 0 && granted.length === 0;
  });
  return none;
};

const gusIn = ({ rights }: OutageState) =>
  rights.keys.find(({ publicKey }) => suite.equal(publicKey, KEYS.Gus.identity.publicKey));

/** The card at the screen, or Ada's phone at the car. */
export const remove =
  (pace: number, by: 'card' | 'Ada'): Event =>
  async (before) => {
    const state = { ...before, now: before.now + pace };
    const key = gusIn(state);
    if (key === undefined) return undefined;
    const said = [...state.said, { what: 'removed', at: state.now } as const];
    if (by === 'Ada')
      return { ...(await step(state, by, ({ remote }) => remote.removeKey(key.slot))).state, said };
    const car = new OutageCar(state.rights, () => state.now);
    car.remove(key);
    return { ...state, rights: car.rights, said };
  };

/** The cloud brings the car what was left for it, any of it, any number of times. */
export const bring =
  (index: number): Event =>
  async (state) => {
    const part = state.lists[index];
    if (part === undefined) return undefined;
    const car = new OutageCar(state.rights, () => state.now);
    car.take(part);
    return { ...state, rights: car.rights };
  };

/** Before the outage: both owners have paired, the guest has a grant of Ada's, and drives. */
export const beforeOutage = async (): Promise<OutageState> => {
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
  const state: OutageState = {
    now: now + 3600,
    rights,
    phones: { Ada: entry('Ada', 0), Ben: entry('Ben', 1), Gus: gus },
    lists: [],
    grants: [],
    said: [],
  };
  const first = await firstGrant(state);
  const story = [visit('Gus'), visit('Ada'), visit('Ben'), sync('Ada'), sync('Ben'), sync('Gus')];
  return inOrder(first, story);
};

/** Gus has no key yet to which another grant would be one more. */
const firstGrant = async (state: OutageState): Promise<OutageState> => {
  let chain = new Uint8Array();
  const to = toHex(KEYS.Gus.identity.publicKey);
  const { state: given } = await step(state, 'Ada', async ({ ring }) => {
    const parsed = parseUri((await ring.share({ to, role: 'driver' })).uri);
    if (parsed.what === 'grant') chain = new Uint8Array(parsed.chain);
  });
  const Gus: PairedCar = { ...given.phones.Gus, grant: chain, role: 'driver' };
  const said: Said = { what: 'granted', by: 'Ada', date: lastTerms(chain).issuedAt };
  return { ...given, phones: { ...given.phones, Gus }, said: [said] };
};

/** One after the other; those that come to nothing are left out. */
export const inOrder = async (
  state: OutageState,
  events: readonly Event[],
): Promise<OutageState> => {
  let now = state;
  for (const event of events) now = (await event(now)) ?? now;
  return now;
};
