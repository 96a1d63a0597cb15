import { narrows } from '../credentials/chain.js';
import { fingerprint } from '../credentials/key-slot.js';
import { lastTerms, MAX_TIME, NO_END, signLink, TOLERANCE_SECONDS } from '../credentials/grant.js';
import type { GrantSubject, GrantTerms } from '../credentials/grant.js';
import { covers, GRANTED_ROLES } from '../domain/roles.js';
import type { Role } from '../domain/roles.js';
import { formatUri, parseUri, uriNoun } from '../credentials/uri.js';
import { PhoneKeyError } from '../errors.js';
import { checkOptions, needed, oneOf, text, whole } from '../platform/check.js';
import type { Rule } from '../platform/check.js';
import { concat, fromHex, toHex } from '../platform/bytes.js';
import { chooseCar, invalid, isOwner } from './choose.js';
import type { CarChoice } from './choose.js';
import { carSeconds, checkClocks, signDated, signingSeconds } from './dating.js';
import type { RingEnvironment } from './environment.js';
import { pruned } from './own-list.js';
import { chosenName, MOST_MAILED, MOST_SHARED } from './store.js';
import type { PairedCar, SharedKey } from './store.js';

/** Times are in seconds since 1970. */
export interface ShareOptions extends CarChoice {
  /**
   * The key that is to have rights, as `KeyRing.offer` gave it on the other phone: `phonekey:key/...`.
   * Where it is not to be handed on, its X25519 public key alone is enough: 64 hex digits.
   */
  readonly to: string;
  /** Default `guest`. */
  readonly role?: Exclude<Role, 'owner'> | undefined;
  /** Default: now. */
  readonly from?: number | undefined;
  /** The first second in which it does not hold any more. Default: see SHARE_HOURS. */
  readonly until?: number | undefined;
  /** How often it may unlock or start, 1 to 255; 0, the default: no limit. Not with `delegations`. */
  readonly uses?: number | undefined;
  /** Without a fresh signature of the owner for so long it unlocks and does not drive; 0, the default: none. */
  readonly leaseHours?: number | undefined;
  /** How many times it may be handed on, 0 to 3; default 0. */
  readonly delegations?: number | undefined;
  /** What this phone shall call it, 1 to 32 bytes: for revoking it by name. */
  readonly name?: string | undefined;
  /**
   * An account of the cloud, for whose phones the grant waits besides: `KeyRing.sync` leaves it there, also after an
   * outage. 1 to 64 of a-z, 0-9, dot, dash, underscore.
   */
  readonly account?: string | undefined;
}

/** A grant that was signed, for the phone that it is to. */
export interface Share {
  /** `phonekey:grant/...`: 147 bytes in base64url, or 179 where it may be delegated on; and the links before. */
  readonly uri: string;
  /** Of the car it is for, as this phone calls it. */
  readonly car: string;
  /** What this phone keeps of it. */
  readonly shared: SharedKey;
}

const SECONDS = whole(0, MAX_TIME);
const ACCOUNT: Rule = {
  holds: (value) => typeof value === 'string' && /^[a-z0-9._-]{1,64}$/.test(value),
  says: 'the name of an account, 1 to 64 of a-z, 0-9, dot, dash, underscore',
};
const RULES = {
  to: needed(text),
  role: oneOf(GRANTED_ROLES),
  from: SECONDS,
  until: SECONDS,
  uses: whole(0, 255),
  leaseHours: whole(0, 255),
  delegations: whole(0, 3),
  name: text,
  car: text,
  account: ACCOUNT,
};

/** How long a grant holds when nobody said, in hours; a driver's has no end. */
const SHARE_HOURS = { guest: 72, valet: 12, service: 24, driver: undefined } as const;

/**
 * Signs a grant. An owner begins a chain; whoever has a grant that may be delegated appends a link,
 * which cannot give more than its own. Nothing is sent: the grant travels to the other phone by whatever
 * way people have.
 * @throws PhoneKeyError `usage.invalid`, `keys.*`; `car.not-permitted` for a key that may not share;
 *   `clock.differs`, `clock.ahead` where the car would not believe the date
 */
export const share = async (
  environment: RingEnvironment,
  options: ShareOptions,
): Promise<Share> => {
  checkOptions(options, RULES);
  const { suite, store } = environment;
  const subject = subjectOf(options.to, options.delegations ?? 0);
  const name = options.name === undefined ? undefined : chosenName('a key', options.name);
  const to = toHex(fingerprint(suite, subject.publicKey));
  const chosen = await chooseCar(store, options.car);
  // Signed and remembered in one step: what a phone has granted, it can revoke.
  const dateOf = (car: PairedCar): number => {
    checkClocks(car);
    const outer = outerTerms(car)?.issuedAt ?? 0;
    return Math.max(signingSeconds(environment, car), nextIssue(car, to), outer);
  };
  return signDated(environment, chosen.name, dateOf, (car, issuedAt) => {
    if (suite.equal(car.identity.publicKey, subject.publicKey)) {
      throw invalid(
        'that is the key of this phone itself',
        'Take the key that the other phone offers.',
      );
    }
    const now = carSeconds(environment, car);
    const terms = termsOf(car, now, issuedAt, options);
    const before = car.grant ?? new Uint8Array(0);
    const link = signLink(suite, car.signing, car.carPublicKey, before, subject, terms);
    const { carPublicKey } = car;
    const uri = formatUri({ what: 'grant', carPublicKey, chain: concat(before, link) });
    const { role, ownerSlot, epoch, ...bounds } = terms;
    const called = name === undefined ? {} : { name };
    const shared = { fingerprint: to, ...called, role: options.role ?? 'guest', ...bounds };
    // Of what is forgotten now nobody could tell later that it has ended.
    const kept = pruned(car, now);
    const all = remembered(kept.shared ?? [], shared, now);
    const changed = {
      ...kept,
      shared: all,
      ...mailed(kept, options.account, concat(before, link)),
    };
    return { car: changed, value: { uri, car: car.name, shared } };
  });
};

/** With a grant that waits to be left in the mailbox. */
const mailed = (
  { name, mail }: PairedCar,
  account: string | undefined,
  grant: Uint8Array,
): Pick<PairedCar, 'mail'> => {
  if (account === undefined) return {};
  const grants = mail?.grants ?? [];
  if (grants.length >= MOST_MAILED) {
    throw invalid(
      `as many grants of ${name} as fit wait for the cloud`,
      'Hand this one over yourself, or leave those there first.',
    );
  }
  return { mail: { ...mail, grants: [...grants, { account, grant }] } };
};

const subjectOf = (to: string, delegations: number): GrantSubject => {
  const publicKey = to.length === 64 ? fromHex(to) : undefined;
  if (publicKey !== undefined && delegations === 0) return { publicKey };
  const hint = 'Take the key that the other phone offers.';
  if (publicKey !== undefined)
    throw invalid('what is handed on needs more than a public key', hint);
  const subject = parseUri(to);
  if (subject.what === 'key') return subject;
  throw invalid(`that is a ${uriNoun(subject.what)}, not a key`, hint);
};

/** Of a key that came by a grant itself: what it can give at most. */
const outerTerms = ({ grant }: PairedCar): GrantTerms | undefined => grant && lastTerms(grant);

/** @param now by the car's clock */
const termsOf = (
  car: PairedCar,
  now: number,
  issuedAt: number,
  options: ShareOptions,
): GrantTerms => {
  const { role = 'guest', uses = 0, delegations = 0 } = options;
  const outer = outerTerms(car);
  const hours = SHARE_HOURS[role];
  const most = outer?.notAfter ?? NO_END;
  // Handed on, it begins when its giver's did: the car's clock may be behind this phone's.
  const notBefore = options.from ?? outer?.notBefore ?? now;
  const begins = Math.max(now, notBefore);
  const terms: GrantTerms = {
    role,
    ownerSlot: outer?.ownerSlot ?? sharingSlot(car),
    epoch: outer?.epoch ?? car.epoch ?? 0,
    issuedAt,
    notBefore,
    notAfter: options.until ?? (hours === undefined ? most : Math.min(begins + hours * 3600, most)),
    uses,
    leaseHours: options.leaseHours ?? outer?.leaseHours ?? 0,
    delegations,
  };
  if (terms.notAfter <= now)
    throw invalid('this grant would have ended already', 'Say a later time.');
  if (outer !== undefined && !narrows(outer, terms)) throw tooWide(outer, terms);
  return terms;
};

/** The first time at which a grant to that key is a new one, to which no earlier revocation list applies. */
const nextIssue = ({ shared = [], revocationList }: PairedCar, to: string): number =>
  Math.max(
    0,
    ...shared.filter((each) => each.fingerprint === to).map((each) => each.issuedAt + 1),
    ...(revocationList?.entries ?? [])
      .filter(({ kind, fingerprint }) => kind !== 'resumed' && toHex(fingerprint) === to)
      .map(({ since }) => since + TOLERANCE_SECONDS + 1),
  );

/**
 * The slot of an owner's key, in which the car looks for the key that signs.
 * @throws PhoneKeyError `car.not-permitted`, as it is said to who is no owner; `usage.invalid`
 */
export const ownerSlot = (car: PairedCar, otherwise: string, hint: string): number => {
  if (!isOwner(car)) throw new PhoneKeyError('car.not-permitted', otherwise, { hint });
  if (car.slot !== undefined) return car.slot;
  throw invalid('this phone does not know its slot in the car', 'Ask the car for its keys once.');
};

const sharingSlot = (car: PairedCar): number =>
  ownerSlot(
    car,
    `this phone's key of ${car.name} cannot share`,
    'Owners can, and whoever was given a key to hand on.',
  );

/** What `narrows` found, for a person. */
const tooWide = (outer: GrantTerms, inner: GrantTerms): PhoneKeyError => {
  if (outer.delegations === 0) {
    return new PhoneKeyError('car.not-permitted', 'this key may not be handed on', {
      hint: 'Ask the owner for one that may.',
    });
  }
  const wide = [
    inner.delegations >= outer.delegations && 'delegations',
    !covers(outer.role, inner.role) && 'role',
    inner.notBefore < outer.notBefore && 'from',
    inner.notAfter > outer.notAfter && 'until',
    inner.leaseHours !== outer.leaseHours && 'lease',
  ].filter((each) => each !== false);
  return invalid(
    `this gives more than you have yourself: ${wide.join(', ')}`,
    'Narrow it to what you have yourself.',
  );
};

/** Another grant to the same key takes the place of the one before, and its name where it has none. */
const remembered = (
  shared: readonly SharedKey[],
  added: SharedKey,
  now: number,
): readonly SharedKey[] => {
  const before = shared.find(({ fingerprint }) => fingerprint === added.fingerprint);
  const others = shared.filter((each) => each !== before);
  const name = added.name ?? before?.name;
  const lastEnd = Math.max(before?.notAfter ?? 0, before?.lastEnd ?? 0);
  const ended = others.filter(({ notAfter }) => notAfter <= now);
  const living = others.filter(({ notAfter }) => notAfter > now);
  const kept = [...ended, ...living].slice(1 - MOST_SHARED);
  return [
    ...others.filter((each) => kept.includes(each)),
    {
      ...added,
      ...(name === undefined ? {} : { name }),
      ...(lastEnd > added.notAfter ? { lastEnd } : {}),
    },
  ];
};
