import { asPhoneKeyError } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import { needed, check, having } from '../platform/check.js';
import type { Central, CentralLink, LinkCloseReason } from '../radio/types.js';
import type { CarStore } from './store.js';

/**
 * Where the library meets what an application gave it. A store, a radio or a clock of somebody's own may throw
 * anything at all; who calls the library gets a PhoneKeyError.
 */

/** What was thrown by a function of the caller's own: it is his, and he gets it as it is. */
class CallersOwn extends Error {
  readonly error: unknown;

  constructor(error: unknown) {
    super();
    this.error = error;
  }
}

/** Calls back the caller of a call that is `bounded`. */
export const calledBack = async <T>(call: () => T | Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw new CallersOwn(error);
  }
};

/** Does the work of one public call, which never throws at once, and rejects with PhoneKeyError alone. */
export const bounded = async <T>(work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CallersOwn) throw error.error;
    throw asPhoneKeyError(error, 'internal', 'the call');
  }
};

/**
 * As `part` is, but what its methods throw, at once or later, is a PhoneKeyError by that table.
 * @param instead methods that are called in the place of its own
 */
const guarded = <T extends object>(
  part: T,
  table: Partial<Record<keyof T, Fault>>,
  instead: Partial<T> = {},
): T =>
  new Proxy(part, {
    get: (target, key) => {
      const value: unknown = Reflect.get(key in instead ? instead : target, key, target);
      const fault = (table as Readonly<Record<PropertyKey, Fault | undefined>>)[key];
      if (typeof value !== 'function' || fault === undefined) return value;
      return async (...given: unknown[]): Promise<unknown> => {
        try {
          return await (Reflect.apply(value, target, given) as unknown);
        } catch (error) {
          if (error instanceof CallersOwn) throw error;
          throw asPhoneKeyError(error, ...fault);
        }
      };
    },
  });

type Fault = readonly [code: ErrorCode, what: string];

const UNREADABLE: Fault = ['keys.unreadable', 'reading the keys'];
const NOT_SAVED: Fault = ['keys.not-saved', 'saving the keys'];
const LINK_LOST: Fault = ['radio.link-lost', 'using the link'];

const STORE: Record<keyof CarStore, Fault> = {
  list: UNREADABLE,
  offers: UNREADABLE,
  add: NOT_SAVED,
  update: NOT_SAVED,
  remove: NOT_SAVED,
  addOffer: NOT_SAVED,
  removeOffer: NOT_SAVED,
};

const CENTRAL: Record<keyof Central, Fault> = {
  scan: ['radio.scan-failed', 'scanning'],
  connect: ['radio.connect-failed', 'connecting'],
  close: ['radio.closed', 'closing the radio'],
};

const CLOUD: Record<keyof Central, Fault> = {
  scan: ['cloud.failed', 'asking the cloud for the cars'],
  connect: ['cloud.failed', 'connecting through the cloud'],
  close: ['cloud.failed', 'leaving the cloud'],
};

/** Those that are guarded already: the parts of a phone share them. */
const GUARDED = new WeakSet();

const once = <T extends object>(part: T, table: Record<keyof T, Fault>, says: string): T => {
  check(says, part, needed(having('an object', ...Object.keys(table))));
  if (GUARDED.has(part)) return part;
  const guard = guarded(part, table);
  GUARDED.add(guard);
  return guard;
};

/** @throws PhoneKeyError `usage.invalid` for what is no store */
export const guardedStore = (store: CarStore): CarStore => once(store, STORE, 'the store');

/** @throws PhoneKeyError `usage.invalid` for what is no radio */
export const guardedCentral = (central: Central): Central => once(central, CENTRAL, 'the central');

/** @throws PhoneKeyError `usage.invalid` for what is no radio */
export const guardedCloud = (cloud: Central): Central => once(cloud, CLOUD, 'the cloud');

/** A link whose end can be waited for. */
export interface WatchedLink {
  readonly link: CentralLink;
  /** Settles once it was opened and is down. */
  readonly closed: Promise<LinkCloseReason>;
}

/** The link to be used in the place of this one. */
export const watched = (link: CentralLink): WatchedLink => {
  let end: (reason: LinkCloseReason) => void;
  const closed = new Promise<LinkCloseReason>((resolve) => {
    end = resolve;
  });
  const own: Pick<CentralLink, 'open'> = {
    open: (handlers) =>
      link.open({
        data: (chunk) => {
          handlers.data(chunk);
        },
        closed: (reason) => {
          end(reason);
          handlers.closed(reason);
        },
      }),
  };
  return {
    link: guarded(link, { open: LINK_LOST, send: LINK_LOST, close: LINK_LOST }, own),
    closed,
  };
};
