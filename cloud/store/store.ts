/** So many of the largest objects fit into what a phone reads of one answer, 1 MiB. Each list repeats those before it. */
export const MOST_LISTS = 40;

/**
 * What the service keeps: one set of queries, over the embedded database or PostgreSQL. Nothing of it opens a car: secrets of
 * tokens and cars are hashes, and grants and revocation lists are signed by phones. Every promise that resolves has made
 * what it says durable, as far as the database promises (docs/decisions/0026). Rejects with a StoreError.
 */
export interface Store {
  /** Undefined where the name is taken. */
  createAccount(account: NewAccount): Promise<Account | undefined>;
  accountNamed(name: string): Promise<Account | undefined>;
  /** What people call them, by id; of those that exist. */
  accountNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;

  /** @param now those of the account that have expired by then are forgotten */
  createToken(token: NewToken, now?: Date): Promise<Token>;
  /** Of the SHA-256 of its secret; expired and revoked ones are not found. */
  tokenOf(hash: Uint8Array, now: Date): Promise<Token | undefined>;
  tokensOf(account: string): Promise<readonly Token[]>;
  /** False where this account has none of that id. */
  revokeToken(account: string, id: string): Promise<boolean>;

  /** A car that nobody has claimed yet. */
  registerCar(car: NewCar): Promise<void>;
  /** Of the SHA-256 of its secret. */
  carOf(id: string, hash: Uint8Array): Promise<Car | undefined>;
  /** Makes the account the owner of the car with this code, once (again for the same account); undefined where no car waits with it. */
  claimCar(claimHash: Uint8Array, account: string, now: Date): Promise<Car | undefined>;
  car(id: string): Promise<Car | undefined>;
  /** Those that it owns or is a member of. */
  carsOf(account: string): Promise<readonly MemberCar[]>;
  /** What an account is to a car; undefined: nothing. */
  membership(car: string, account: string): Promise<Membership | undefined>;
  setMember(car: string, account: string): Promise<void>;
  removeMember(car: string, account: string): Promise<boolean>;
  /** The owner gives the car up: with it go its members, objects and log. */
  removeCar(car: string): Promise<void>;

  /** The same bytes for the same recipient again are the same object. */
  keepObject(object: NewObject): Promise<StoredObject>;
  /** Of a car, those that it has not confirmed; oldest first. */
  objectsForCar(car: string): Promise<readonly StoredObject[]>;
  /** Revocation lists of a car, for phones that carry them by BLE, confirmed or not: the newest MOST_LISTS, oldest first. */
  revocationListsOf(car: string): Promise<readonly StoredObject[]>;
  /** Grants for an account; oldest first. */
  grantsFor(account: string): Promise<readonly StoredObject[]>;
  /** The recipient has it. False where there is no such object for it. */
  confirmObject(id: string, recipient: Recipient): Promise<boolean>;

  /** One line of a car's command log. The same report (car, report) again is not kept twice; of a car that is gone none. */
  logCommand(entry: NewLogEntry): Promise<void>;
  /** Newest first. @param before an id; @param limit 1 to 200 */
  commandLog(car: string, page: { before?: string; limit: number }): Promise<readonly LogEntry[]>;

  close(): Promise<void>;
}

export interface NewAccount {
  /** 1 to 64 of a-z, 0-9, dot, dash, underscore. */
  readonly name: string;
  /** scrypt, with its salt and cost. */
  readonly passwordHash: string;
}

export interface Account extends NewAccount {
  readonly id: string;
  readonly createdAt: Date;
}

/** What a token lets its bearer do. */
export const SCOPES = ['account', 'cars', 'command', 'share', 'log', 'events'] as const;
export type Scope = (typeof SCOPES)[number];

export interface NewToken {
  readonly account: string;
  /** SHA-256 of the secret, 32 bytes: it is random, so that a slow hash adds nothing. */
  readonly hash: Uint8Array;
  readonly scopes: readonly Scope[];
  readonly label: string;
  readonly expiresAt: Date;
}

export interface Token extends NewToken {
  readonly id: string;
  readonly createdAt: Date;
}

export interface NewCar {
  /** 16 bytes, hex: random. */
  readonly id: string;
  readonly name: string;
  /** SHA-256 of what it connects with, 32 bytes. */
  readonly secretHash: Uint8Array;
  /** SHA-256 of the code that its owner claims it with. */
  readonly claimHash: Uint8Array;
  readonly claimExpiresAt: Date;
}

export interface Car extends Pick<NewCar, 'id' | 'name'> {
  readonly owner: string | undefined;
}

export type Membership = 'owner' | 'member';

export interface MemberCar extends Car {
  readonly membership: Membership;
}

export type Recipient = { readonly car: string } | { readonly account: string };

/** A signed object that waits for its recipient; the service cannot tell a good one from a bad one. */
export interface NewObject {
  readonly kind: 'grant' | 'revocation-list';
  readonly recipient: Recipient;
  /** About which car; of a revocation list the recipient. */
  readonly car: string;
  /** The account that left it. */
  readonly sender: string;
  readonly bytes: Uint8Array;
}

export interface StoredObject extends NewObject {
  readonly id: string;
  readonly createdAt: Date;
  readonly confirmedAt: Date | undefined;
}

/** What a car says that it did for somebody who came through the cloud, or that a link was opened to it. */
export interface NewLogEntry {
  readonly car: string;
  /** Unique for the car: a number that the car gives its reports, or the id of the link. */
  readonly report: string;
  /** The account whose link it was; undefined where the service does not know any more. */
  readonly account: string | undefined;
  readonly kind: 'link-opened' | 'command';
  /** Its name, as `unlock`. */
  readonly command: string | undefined;
  /** The command's id, 8 bytes, hex. */
  readonly commandId: string | undefined;
  /** `done`, or why it was refused. */
  readonly outcome: string | undefined;
}

export interface LogEntry extends NewLogEntry {
  readonly id: string;
  readonly at: Date;
}
