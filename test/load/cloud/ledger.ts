import type { ToldCar } from './messages.js';

/** What was acknowledged to somebody. Cars by their ids, objects and commands by theirs. */
export class Ledger {
  /** The car has said that it did it. */
  readonly commands: { readonly car: string; readonly id: string }[] = [];
  /** The cloud has said that it keeps it. */
  readonly lists: { readonly car: string; readonly id: string }[] = [];
  readonly grants: { readonly account: string; readonly id: string }[] = [];
  readonly accounts: string[] = [];
  readonly claims: { readonly account: string; readonly car: string }[] = [];
}

/** What there is in the end. */
export interface Found {
  /** What the cars have done and got. */
  readonly told: readonly ToldCar[];
  /** By car: ids of the commands in its log, and of the lists that are kept for it. */
  readonly logged: ReadonlyMap<string, ReadonlySet<string>>;
  readonly lists: ReadonlyMap<string, ReadonlySet<string>>;
  /** By account: ids of the grants that wait for it, and its cars; none for one that nobody can log in to. */
  readonly grants: ReadonlyMap<string, ReadonlySet<string>>;
  readonly cars: ReadonlyMap<string, ReadonlySet<string>>;
}

/** All of these must be 0. */
export interface Findings {
  /** Commands that were carried out more than once. */
  readonly doneTwice: number;
  /** Commands that a phone was told were done, and were not. */
  readonly notDone: number;
  /** And are not in the log of the car. */
  readonly notLogged: number;
  /** Lists that the cloud does not have any more, or that did not get to the car. */
  readonly listsLost: number;
  readonly listsNotDelivered: number;
  readonly grantsLost: number;
  readonly accountsLost: number;
  readonly claimsLost: number;
}

export const findingsOf = (ledger: Ledger, found: Found): Findings => {
  const done = new Map(found.told.map((car) => [car.id, new Map(car.done)]));
  const got = new Map(found.told.map((car) => [car.id, new Set(car.objects)]));
  const missing = <T>(all: readonly T[], isThere: (one: T) => boolean | undefined): number =>
    all.filter((one) => isThere(one) !== true).length;
  return {
    doneTwice: found.told.flatMap((car) => car.done).filter(([, times]) => times > 1).length,
    notDone: missing(ledger.commands, ({ car, id }) => done.get(car)?.has(id)),
    notLogged: missing(ledger.commands, ({ car, id }) => found.logged.get(car)?.has(id)),
    listsLost: missing(ledger.lists, ({ car, id }) => found.lists.get(car)?.has(id)),
    listsNotDelivered: missing(ledger.lists, ({ car, id }) => got.get(car)?.has(id)),
    grantsLost: missing(ledger.grants, ({ account, id }) => found.grants.get(account)?.has(id)),
    accountsLost: missing(ledger.accounts, (account) => found.cars.has(account)),
    claimsLost: missing(ledger.claims, ({ account, car }) => found.cars.get(account)?.has(car)),
  };
};
