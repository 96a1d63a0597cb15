import { base64 } from '@scure/base';
import { PhoneKeyError } from '../errors.js';
import { READ, ID } from './answers.js';
import type {
  CarRegistration,
  CloudCar,
  CloudLogEntry,
  CloudObject,
  CloudScope,
  CloudToken,
  NewCloudToken,
} from './answers.js';
import { CloudHttp } from './http.js';
import type { CloudCallOptions, CloudHttpOptions } from './http.js';
import { dataOf, EVENT_STREAM, eventsOf, openLinkStream } from './link-stream.js';
import type { LinkStream, LinkStreamHandlers } from './link-stream.js';
import type { JsonObject } from '../platform/json.js';

/** An account of a cloud, and what opens it. */
export interface CloudCredentials {
  /** 1 to 64 of a-z, 0-9, dot, dash, underscore. */
  readonly name: string;
  /** As the person typed it. */
  readonly password: string;
}

/** Of a token that is made. */
export interface NewTokenOptions extends CloudCallOptions {
  /** What it may do (default: all). */
  readonly scopes?: readonly CloudScope[] | undefined;
  /** From now on; the cloud has a default and a bound. */
  readonly expiresInSeconds?: number | undefined;
  /** What it is for, as people see it in the list. */
  readonly label?: string | undefined;
}

/** Which lines of a log. */
export interface LogPageOptions extends CloudCallOptions {
  /** The id of a line: those before it alone. */
  readonly before?: string | undefined;
  /** At most so many, 1 to 200. */
  readonly limit?: number | undefined;
}

/** What happens in a cloud: `car-online`, `car-offline`, `command`, `object-delivered`, `failing` and others to come. */
export interface CloudHappening {
  /** For `after` of a later call. */
  readonly id: string;
  /** What happened. */
  readonly type: string;
  /** As the cloud tells it: nothing is known of its fields. */
  readonly data: JsonObject;
}

/**
 * The HTTP API of a cloud. Every method throws PhoneKeyError `cloud.*`, `usage.invalid` for what the cloud does not
 * take, or `interrupted`; no error, log or URL has the token or a password. It follows no redirect.
 */
export class CloudClient {
  readonly #http: CloudHttp;

  /** @throws PhoneKeyError `usage.invalid` */
  constructor(options: CloudHttpOptions) {
    this.#http = new CloudHttp(options);
  }

  /** Resolves where the cloud says that it works. Needs no token. */
  health(options?: CloudCallOptions): Promise<JsonObject> {
    return this.#http.json({ ...options, method: 'GET', path: '/v1/health' });
  }

  /** Makes an account. Needs no token. @throws also `cloud.conflict` where the name is taken */
  createAccount({ name, password }: CloudCredentials, options?: CloudCallOptions): Promise<void> {
    const body = { name, password };
    return this.#http.done({ ...options, method: 'POST', path: '/v1/accounts', body });
  }

  /** Makes a token. Needs none. @throws also `cloud.logged-out` where name or password is wrong */
  async createToken(
    { name, password }: CloudCredentials,
    { scopes, expiresInSeconds, label, ...options }: NewTokenOptions = {},
  ): Promise<NewCloudToken> {
    const body = { name, password, scopes, expiresInSeconds, label };
    return READ.token(
      await this.#http.json({ ...options, method: 'POST', path: '/v1/tokens', body }),
    );
  }

  /** Those of this account that can be used. */
  async tokens(options?: CloudCallOptions): Promise<readonly CloudToken[]> {
    return READ.tokens(await this.#http.json({ ...options, method: 'GET', path: '/v1/tokens' }))
      .tokens;
  }

  /** Ends a token. @param id `current`: the one that this client has */
  deleteToken(id: string, options?: CloudCallOptions): Promise<void> {
    return this.#http.done({ ...options, method: 'DELETE', path: `/v1/tokens/${segment(id)}` });
  }

  /** Makes this account the owner of the car that shows the code. */
  async claimCar(
    claimCode: string,
    options?: CloudCallOptions,
  ): Promise<Pick<CloudCar, 'id' | 'name'>> {
    const body = { claimCode };
    return READ.claimed(
      await this.#http.json({ ...options, method: 'POST', path: '/v1/cars', body }),
    );
  }

  /** Those that this account owns or is a member of. */
  async cars(options?: CloudCallOptions): Promise<readonly CloudCar[]> {
    return READ.cars(await this.#http.json({ ...options, method: 'GET', path: '/v1/cars' })).cars;
  }

  /** Gives up a car, as its owner; what phones and the car know of each other stays. */
  removeCar(car: string, options?: CloudCallOptions): Promise<void> {
    return this.#http.done({ ...options, method: 'DELETE', path: carPath(car) });
  }

  /** Lets another account reach a car; that gives it no key. */
  addMember(car: string, account: string, options?: CloudCallOptions): Promise<void> {
    return this.#http.done({ ...options, method: 'PUT', path: memberPath(car, account) });
  }

  /** Lets it reach the car no more; its links end. */
  removeMember(car: string, account: string, options?: CloudCallOptions): Promise<void> {
    return this.#http.done({ ...options, method: 'DELETE', path: memberPath(car, account) });
  }

  /**
   * A link to a car, for `cloudCentral`.
   * @throws also `cloud.car-offline`
   */
  openLink(
    car: string,
    handlers: LinkStreamHandlers,
    options: CloudCallOptions = {},
  ): Promise<LinkStream> {
    return openLinkStream(this.#http, `${carPath(car)}/links`, handlers, options);
  }

  /** What came to a car through the cloud, newest first; for its owner. */
  async commands(
    car: string,
    { before, limit, ...options }: LogPageOptions = {},
  ): Promise<readonly CloudLogEntry[]> {
    const query = queryOf({ before: before && segment(before), limit });
    const path = `${carPath(car)}/commands${query}`;
    return READ.commands(await this.#http.json({ ...options, method: 'GET', path })).commands;
  }

  /** Leaves a part of a revocation list for a car, and for phones that carry it there; gives its id. */
  async sendRevocationList(
    car: string,
    bytes: Uint8Array,
    options?: CloudCallOptions,
  ): Promise<string> {
    const path = `${carPath(car)}/revocation-lists`;
    return READ.kept(await this.#http.json({ ...options, method: 'POST', path, body: bytes })).id;
  }

  /** Parts of revocation lists that were left for a car. Nobody but the car and phones can tell good ones from bad ones. */
  async revocationLists(car: string, options?: CloudCallOptions): Promise<readonly CloudObject[]> {
    const path = `${carPath(car)}/revocation-lists`;
    return READ.objects(await this.#http.json({ ...options, method: 'GET', path })).objects;
  }

  /** Leaves a grant for another account; gives its id. */
  async giveGrant(
    { car, account, bytes }: GrantForAccount,
    options?: CloudCallOptions,
  ): Promise<string> {
    const body = { car, account, bytes: base64.encode(bytes) };
    return READ.kept(
      await this.#http.json({ ...options, method: 'POST', path: '/v1/grants', body }),
    ).id;
  }

  /** Those that wait for this account. */
  async grants(options?: CloudCallOptions): Promise<readonly CloudObject[]> {
    return READ.objects(await this.#http.json({ ...options, method: 'GET', path: '/v1/grants' }))
      .objects;
  }

  /** This account has it. */
  deleteGrant(id: string, options?: CloudCallOptions): Promise<void> {
    return this.#http.done({ ...options, method: 'DELETE', path: `/v1/grants/${segment(id)}` });
  }

  /**
   * What happens from now on, or from after an event that was told before: `for await`; leaving the loop ends it, and so
   * does the signal. Ends where the cloud ends it. `timeoutMs` is for its first word.
   */
  async *events({
    after,
    ...options
  }: CloudCallOptions & { readonly after?: string | undefined } = {}): AsyncGenerator<
    CloudHappening,
    void,
    undefined
  > {
    const headers = {
      accept: EVENT_STREAM,
      ...(after !== undefined && { 'last-event-id': segment(after) }),
    };
    const call = { ...options, method: 'GET', path: '/v1/events', headers } as const;
    const stream = await this.#http.request(call, async (response, over, stop) => ({
      events: eventsOf(response, over),
      stop,
    }));
    options.signal?.addEventListener('abort', stream.stop, { once: true });
    try {
      for await (const event of stream.events) {
        yield { id: event.id, type: event.type, data: dataOf(event) };
      }
    } finally {
      options.signal?.removeEventListener('abort', stream.stop);
      stream.stop();
    }
  }
}

/** A grant, and for whom. */
export interface GrantForAccount {
  /** The id of the car that it opens. */
  readonly car: string;
  /** Name of the account. */
  readonly account: string;
  /** As `PhoneKey.share` gives it. */
  readonly bytes: Uint8Array;
}

/**
 * The car's side: registers a car that no cloud knows yet. What it gets is a secret, all of it.
 * @param name as people will see it in their list of cars
 * @throws as CloudClient does
 */
export const registerCar = async (
  { signal, ...where }: Omit<CloudHttpOptions, 'token'> & Pick<CloudCallOptions, 'signal'>,
  name: string,
): Promise<CarRegistration> => {
  const http = new CloudHttp(where);
  const call = { method: 'POST', path: '/v1/car-registrations', body: { name }, signal } as const;
  return READ.registration(await http.json(call));
};

/** A part of a path that the caller names. @throws PhoneKeyError `usage.invalid` */
const segment = (id: string): string => {
  if (ID.test(id)) return id;
  throw new PhoneKeyError(
    'usage.invalid',
    'an id has 1 to 64 letters, digits, dashes and underscores',
  );
};

const carPath = (car: string): string => `/v1/cars/${segment(car)}`;

const memberPath = (car: string, account: string): string => {
  if (!/^[a-z0-9._-]{1,64}$/.test(account) || /^\.+$/.test(account)) {
    throw new PhoneKeyError(
      'usage.invalid',
      'an account has a name of a-z, 0-9, dot, dash, underscore',
    );
  }
  return `${carPath(car)}/members/${account}`;
};

const queryOf = (fields: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]) => `${name}=${String(value)}`).join('&');
  return text === '' ? '' : `?${text}`;
};
