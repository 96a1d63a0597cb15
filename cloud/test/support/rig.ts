import type { LogFields, Logger } from '../../../lib/platform/logger.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { makeApp } from '../../service/http/app.js';
import { LIMITS } from '../../service/limits.js';
import type { Limits } from '../../service/limits.js';
import { makeService } from '../../service/service.js';
import { SCOPES } from '../../store/store.js';
import type { Scope } from '../../store/store.js';
import { MemoryBroker } from './memory-broker.js';
import { MemoryStore } from './memory-store.js';
import { StreamReader } from './stream-reader.js';

export const PASSWORD = 'correct horse';
/** So many that no test meets them that does not mean to. */
const OFTEN = { burst: 1_000_000, perMinute: 1_000_000 };
const RATES = {
  perAddress: OFTEN,
  perToken: OFTEN,
  perAccount: OFTEN,
  accounts: OFTEN,
  logins: OFTEN,
  loginsPerName: OFTEN,
  loginsWithName: OFTEN,
  registrations: OFTEN,
  claims: OFTEN,
  objects: OFTEN,
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What a test expects to be there.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** The whole service without a socket, on a simulated clock, over fakes. */
export class Rig {
  readonly clock = new SimClock();
  readonly store = new MemoryStore();
  readonly broker = new MemoryBroker();
  readonly lines: string[] = [];
  readonly service;
  readonly app;
  readonly #began = Date.now();

  constructor(limits: Partial<Limits> = {}) {
    const keep = (message: string, fields: LogFields = {}): void => {
      this.lines.push(`${message} ${JSON.stringify(fields)}`);
    };
    const log: Logger = { debug: keep, info: keep, warn: keep };
    this.service = makeService({
      store: this.store,
      broker: this.broker,
      limits: { ...LIMITS, ...RATES, ...limits },
      clock: this.clock,
      random: seededRandom('cloud'),
      log,
      passwordCost: 1,
      now: () => new Date(this.#began + this.clock.now()),
    });
    this.app = makeApp(this.service);
  }

  /** Asks without waiting for more than the head of the answer. */
  async request(
    method: string,
    path: string,
    options: {
      token?: string;
      body?: unknown;
      headers?: Record<string, string>;
      signal?: AbortSignal;
    } = {},
  ): Promise<Response> {
    const { token, body, headers = {}, signal } = options;
    const isBytes = body instanceof Uint8Array;
    const init = {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && {
          'content-type': isBytes ? 'application/octet-stream' : 'application/json',
        }),
        ...headers,
      },
      ...(body !== undefined && {
        body: isBytes
          ? new Uint8Array(body)
          : typeof body === 'string'
            ? body
            : JSON.stringify(body),
      }),
      ...(signal !== undefined && { signal }),
    };
    return this.app.request(path, init, {});
  }

  async ask(...args: Parameters<Rig['request']>): Promise<Answer> {
    const response = await this.request(...args);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  async stream(...args: Parameters<Rig['request']>): Promise<StreamReader> {
    const response = await this.request(...args);
    if (response.status !== 200 || response.body === null) {
      throw new Error(`no stream: ${String(response.status)} ${await response.text()}`);
    }
    return new StreamReader(response.body);
  }

  async account(name: string): Promise<void> {
    const { status } = await this.ask('POST', '/v1/accounts', {
      body: { name, password: PASSWORD },
    });
    if (status !== 201) throw new Error(`no account: ${String(status)}`);
  }

  /** A token of an account that is there. */
  async login(name: string, scopes: readonly Scope[] = SCOPES): Promise<string> {
    const { body } = await this.ask('POST', '/v1/tokens', {
      body: { name, password: PASSWORD, scopes },
    });
    return body.token as string;
  }

  /** An account and its token. */
  async person(name: string): Promise<string> {
    await this.account(name);
    return this.login(name);
  }

  async register(name = 'car'): Promise<{ car: string; secret: string; claimCode: string }> {
    return (await this.ask('POST', '/v1/car-registrations', { body: { name } })).body as {
      car: string;
      secret: string;
      claimCode: string;
    };
  }

  /** A car that this person owns; online. */
  async carOf(token: string): Promise<string> {
    const { car, claimCode } = await this.register();
    await this.ask('POST', '/v1/cars', { token, body: { claimCode } });
    this.broker.online(car);
    return car;
  }
}
