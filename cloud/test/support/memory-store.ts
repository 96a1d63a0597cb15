import { timingSafeEqual } from 'node:crypto';
import type {
  Account,
  Car,
  LogEntry,
  NewCar,
  Recipient,
  Store,
  StoredObject,
  Token,
} from '../../store/store.js';

type Registered = NewCar & { owner: string | undefined };

const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);
const isFor = (recipient: Recipient, other: Recipient): boolean =>
  JSON.stringify(recipient) === JSON.stringify(other);
const carOf = ({ id, name, owner }: Registered): Car => ({ id, name, owner });

/** As the real one promises, but for durability. `broken` has every query fail. */
export class MemoryStore implements Store {
  readonly accounts: Account[] = [];
  tokens: Token[] = [];
  cars: Registered[] = [];
  readonly members = new Map<string, Set<string>>();
  objects: StoredObject[] = [];
  log: LogEntry[] = [];
  isClosed = false;
  /** Is awaited by every query: throws, or hangs, as the test likes. */
  before: () => Promise<void> = () => Promise.resolve();
  #ids = 0;

  async createAccount(account: Pick<Account, 'name' | 'passwordHash'>) {
    await this.before();
    if (this.accounts.some(({ name }) => name === account.name)) return undefined;
    const created = { ...account, id: this.#id('a'), createdAt: new Date() };
    this.accounts.push(created);
    return created;
  }

  async accountNamed(named: string) {
    await this.before();
    return this.accounts.find(({ name }) => name === named);
  }

  async accountNames(ids: readonly string[]) {
    await this.before();
    return new Map(
      this.accounts.filter(({ id }) => ids.includes(id)).map(({ id, name }) => [id, name]),
    );
  }

  async createToken(token: Omit<Token, 'id' | 'createdAt'>) {
    await this.before();
    const created = { ...token, id: this.#id('t'), createdAt: new Date() };
    this.tokens.push(created);
    return created;
  }

  async tokenOf(hash: Uint8Array, now: Date) {
    await this.before();
    return this.tokens.find((each) => same(each.hash, hash) && each.expiresAt > now);
  }

  async tokensOf(of: string) {
    await this.before();
    return this.tokens.filter(({ account }) => account === of);
  }

  async revokeToken(account: string, id: string) {
    await this.before();
    const left = this.tokens.filter((each) => each.account !== account || each.id !== id);
    const found = left.length < this.tokens.length;
    this.tokens = left;
    return found;
  }

  async registerCar(car: NewCar) {
    await this.before();
    this.cars.push({ ...car, owner: undefined });
  }

  async carOf(id: string, hash: Uint8Array) {
    await this.before();
    const car = this.cars.find((each) => each.id === id && same(each.secretHash, hash));
    return car && carOf(car);
  }

  async claimCar(claimHash: Uint8Array, account: string, now: Date) {
    await this.before();
    const car = this.cars.find(
      (each) =>
        each.owner === undefined && same(each.claimHash, claimHash) && each.claimExpiresAt > now,
    );
    if (car !== undefined) car.owner = account;
    return car && carOf(car);
  }

  async car(id: string) {
    await this.before();
    const car = this.cars.find((each) => each.id === id);
    return car && carOf(car);
  }

  async carsOf(account: string) {
    await this.before();
    return this.cars.flatMap((car) => {
      const membership = this.#membership(car, account);
      return membership === undefined ? [] : [{ ...carOf(car), membership }];
    });
  }

  async membership(id: string, account: string) {
    await this.before();
    const car = this.cars.find((each) => each.id === id);
    return car && this.#membership(car, account);
  }

  async setMember(car: string, account: string) {
    await this.before();
    this.members.set(car, (this.members.get(car) ?? new Set()).add(account));
  }

  async removeMember(car: string, account: string) {
    await this.before();
    return this.members.get(car)?.delete(account) ?? false;
  }

  async removeCar(id: string) {
    await this.before();
    this.cars = this.cars.filter((each) => each.id !== id);
    this.members.delete(id);
    this.objects = this.objects.filter(({ car }) => car !== id);
    this.log = this.log.filter(({ car }) => car !== id);
  }

  async keepObject(object: Omit<StoredObject, 'id' | 'createdAt' | 'confirmedAt'>) {
    await this.before();
    const known = this.objects.find(
      (each) => isFor(each.recipient, object.recipient) && same(each.bytes, object.bytes),
    );
    if (known !== undefined) return known;
    const kept = { ...object, id: this.#id('o'), createdAt: new Date(), confirmedAt: undefined };
    this.objects.push(kept);
    return kept;
  }

  async objectsForCar(car: string) {
    await this.before();
    return this.objects.filter((each) => isFor(each.recipient, { car }) && !each.confirmedAt);
  }

  async revocationListsOf(car: string) {
    await this.before();
    return this.objects.filter((each) => isFor(each.recipient, { car }));
  }

  async grantsFor(account: string) {
    await this.before();
    return this.objects.filter((each) => isFor(each.recipient, { account }) && !each.confirmedAt);
  }

  async confirmObject(id: string, recipient: Recipient) {
    await this.before();
    const at = this.objects.findIndex(
      (each) => each.id === id && isFor(each.recipient, recipient) && !each.confirmedAt,
    );
    const object = this.objects[at];
    if (object !== undefined) this.objects[at] = { ...object, confirmedAt: new Date() };
    return object !== undefined;
  }

  async logCommand(entry: Omit<LogEntry, 'id' | 'at'>) {
    await this.before();
    const isKnown = this.log.some(
      ({ car, report }) => car === entry.car && report === entry.report,
    );
    if (!isKnown) this.log.unshift({ ...entry, id: this.#id('l'), at: new Date() });
  }

  async commandLog(of: string, { before, limit }: { before?: string; limit: number }) {
    await this.before();
    const log = this.log.filter(({ car }) => car === of);
    const from = before === undefined ? 0 : log.findIndex(({ id }) => id === before) + 1;
    return log.slice(from, from + limit);
  }

  async close() {
    this.isClosed = true;
  }

  #membership(car: Registered, account: string): 'owner' | 'member' | undefined {
    if (car.owner === account) return 'owner';
    return this.members.get(car.id)?.has(account) === true ? 'member' : undefined;
  }

  #id(kind: string): string {
    return `${kind}${String(++this.#ids)}`;
  }
}
