import { parseUri } from '../../../lib/credentials/uri.js';
import type { CarStore, PairedCar } from '../../../lib/phone/store.js';
import { concat } from '../../../lib/platform/bytes.js';
import { PostOffice } from '../../support/mailbox.js';
import { ownerAndGuest } from './sharing-setup.js';

export const CAR = '00112233445566778899aabbccddeeff';
export const KEY = '00112233aabbccdd';
export const OWN = 'Test car';
export const NOTHING = { cars: [OWN], left: 0, taken: 0, granted: [], refused: [], ignored: 0 };
/** As Bob calls it. */
export const BOBS = { ...NOTHING, cars: ['car'] };

/** Ada's and Bob's phones, a car, and a cloud that knows it. */
export const scene = async () => {
  const all = await ownerAndGuest();
  const { host, owner, guest, air } = all;
  const post = new PostOffice();
  post.online(CAR, host.identity.publicKey);
  const ada = () => owner.key.ring.sync(post.mailbox('ada'));
  const bob = () => guest.key.ring.sync(post.mailbox('bob'));
  const entryOf = async (store: CarStore): Promise<PairedCar> => {
    const [car, ...others] = await store.list();
    if (car === undefined || others.length > 0) throw new Error('not one entry');
    return car;
  };
  /** Ada signs a grant for Bob's key, to wait for his account; gives what it is by hand. */
  const shares = async (to?: string): Promise<string> => {
    const offer = to ?? (await guest.key.ring.offer());
    return (await air.run(owner.key.ring.share({ to: offer, account: 'bob' }))).uri;
  };
  const later = (seconds: number) => {
    air.wall += seconds * 1000;
    host.now += seconds;
  };
  const unlock = () => air.run(guest.key.unlock());
  return { ...all, post, ada, bob, entryOf, shares, later, unlock };
};

export type Scene = Awaited<ReturnType<typeof scene>>;

export const packageOf = (uri: string): Uint8Array => {
  const parsed = parseUri(uri);
  if (parsed.what !== 'grant') throw new Error('not a grant');
  return concat(parsed.carPublicKey, parsed.chain);
};
