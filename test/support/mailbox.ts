import { defaultSuite as suite } from '../../lib/crypto/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { advertisementKey, encodeAdvertisement } from '../../lib/native/advertisement.js';
import { nativeProfile } from '../../lib/native/profile.js';
import type { Mailbox } from '../../lib/phone/mailbox.js';
import { sameBytes } from '../../lib/platform/bytes.js';

/** What a cloud keeps: an account's name stands for its token. Tests look into it, and put into it what they like. */
export class PostOffice {
  cars: { readonly id: string; readonly data?: Uint8Array }[] = [];
  lists: { readonly car: string; readonly part: Uint8Array }[] = [];
  grants: { readonly id: string; readonly account: string; readonly grant: Uint8Array }[] = [];
  /** Called before each request, with its name: what it throws is what the phone gets. */
  onRequest: (name: string) => void = () => undefined;
  #ids = 0;

  /** A car that is connected. */
  online(id: string, carPublicKey: Uint8Array): void {
    const key = advertisementKey(suite, carPublicKey);
    const data = encodeAdvertisement(suite, key, false, (length) => new Uint8Array(length));
    this.cars = [...this.cars.filter((car) => car.id !== id), { id, data }];
  }

  offline(id: string): void {
    this.cars = [...this.cars.filter((car) => car.id !== id), { id }];
  }

  put(account: string, grant: Uint8Array): void {
    const there = this.grants.some(
      (each) => each.account === account && sameBytes(each.grant, grant),
    );
    if (!there) this.grants = [...this.grants, { id: String(++this.#ids), account, grant }];
  }

  mailbox(account: string): Mailbox {
    const asked = (name: string): void => {
      this.onRequest(name);
    };
    return {
      cars: async () => {
        asked('cars');
        return this.cars.map(({ id, data }) => ({
          id,
          serviceData: data === undefined ? [] : [{ uuid: nativeProfile.service, data }],
        }));
      },
      leaveRevocationList: async (car, part) => {
        asked('leaveRevocationList');
        const there = this.lists.some((each) => each.car === car && sameBytes(each.part, part));
        if (!there) this.lists = [...this.lists, { car, part }];
      },
      revocationLists: async (car) => {
        asked('revocationLists');
        return this.lists.filter((each) => each.car === car).map(({ part }) => part);
      },
      leaveGrant: async (_, to, grant) => {
        asked('leaveGrant');
        if (to === 'nobody') throw new PhoneKeyError('cloud.not-permitted', 'no such account');
        this.put(to, grant);
      },
      grants: async () => {
        asked('grants');
        return this.grants.filter((each) => each.account === account);
      },
      confirmGrant: async (id) => {
        asked('confirmGrant');
        this.grants = this.grants.filter((each) => each.id !== id || each.account !== account);
      },
    };
  }
}
