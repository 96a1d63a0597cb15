import { asPhoneKeyError } from '../errors.js';
import type { PhoneKeyError } from '../errors.js';
import * as rule from '../platform/check.js';
import { check, checkOptions } from '../platform/check.js';
import { fromHex } from '../platform/bytes.js';
import { systemClock } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import type { Optional } from '../platform/optional.js';
import { notThere } from '../radio/gatt-row.js';
import { abortError, closedError, connectedError } from '../radio/operation.js';
import type { Advertisement, Central } from '../radio/types.js';
import type { CloudCar } from './answers.js';
import type { CloudClient } from './client.js';
import { PhoneLink } from './phone-link.js';

/** What a phone's radio through a cloud needs of a CloudClient. */
export type CloudRelay = Pick<CloudClient, 'cars' | 'openLink'>;

/** What is left out has a default. */
export type CloudCentralOptions = Optional<{
  /** Times what is waited for (default: the machine's). */
  readonly clock: Clock;
  /** From one look at the cars to the next during a scan, in milliseconds (default 2,000). */
  readonly pollMs: number;
}>;

const POLL_MS = 2_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Far below what any radio hears: of two ways to a car its Bluetooth is the nearer. */
export const CLOUD_RSSI = -127;

/**
 * A phone's radio through a cloud: it hears the cars of the account that are connected to the cloud, by what they
 * advertise, and its links are relayed. It behaves as `Central` says, but for errors: what is wrong with the cloud is
 * `cloud.*`, and it is told at once, by scans too. Nothing is connected before it is used.
 * @throws PhoneKeyError `usage.invalid`
 */
export const cloudCentral = (relay: CloudRelay, options: CloudCentralOptions = {}): Central => {
  check('the client', relay, rule.needed(rule.having('a client', 'cars', 'openLink')));
  checkOptions(options, { clock: rule.clock, pollMs: rule.number(1) });
  return new CloudCentral(relay, options);
};

class CloudCentral implements Central {
  readonly #relay: CloudRelay;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #power = new AbortController();
  /** By car, from the attempt on. */
  readonly #links = new Map<string, PhoneLink>();

  constructor(relay: CloudRelay, { clock = systemClock, pollMs = POLL_MS }: CloudCentralOptions) {
    this.#relay = relay;
    this.#clock = clock;
    this.#pollMs = pollMs;
  }

  readonly scan: Central['scan'] = async (filters, found, signal) => {
    const power = this.#power.signal;
    power.throwIfAborted();
    if (signal.aborted) return;
    const over = AbortSignal.any([signal, power]);
    const isOver = (): boolean => over.aborted; // `found` may end it
    try {
      while (!isOver()) {
        const cars = await this.#relay.cars({ signal: over });
        for (const car of cars) {
          const heard = heardOf(car);
          if (heard === undefined || !filters.some((filter) => filter.matches(heard))) continue;
          if (!isOver()) found(heard);
        }
        await this.#wait(over);
      }
    } catch (error) {
      if (!isOver()) throw failureOf(error, over);
    }
    if (power.aborted) throw abortError(power);
  };

  readonly connect: Central['connect'] = async (advertisement, profile, options = {}) => {
    const { timeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
    const power = this.#power.signal;
    power.throwIfAborted();
    if (signal?.aborted === true) throw abortError(signal);
    const { id } = advertisement;
    if (this.#links.has(id)) throw connectedError();
    if (!mayOffer(advertisement, profile.service)) throw notThere(`service ${profile.service}`);
    const link = new PhoneLink(id, profile.service, this.#clock);
    this.#links.set(id, link);
    link.down.addEventListener('abort', () => this.#links.delete(id), { once: true });
    const over = signal === undefined ? power : AbortSignal.any([power, signal]);
    try {
      link.attach(await this.#relay.openLink(id, link.handlers, { timeoutMs, signal: over }));
      link.down.throwIfAborted();
      over.throwIfAborted();
    } catch (error) {
      await link.close();
      throw failureOf(error, over);
    }
    return link;
  };

  readonly close = async (): Promise<void> => {
    this.#power.abort(closedError());
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  };

  #wait(over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        over.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#clock.after(this.#pollMs, end);
      over.addEventListener('abort', end);
      if (over.aborted) end();
    });
  }
}

/** A relay of somebody's own may throw anything. */
const failureOf = (error: unknown, over: AbortSignal): PhoneKeyError =>
  over.aborted
    ? abortError(over)
    : asPhoneKeyError(error, 'cloud.unreachable', 'talking to the cloud');

/** Undefined for a car that is not connected to the cloud, or says nothing. */
const heardOf = ({ id, online, advertises }: CloudCar): Advertisement | undefined => {
  if (!online || advertises.length === 0) return undefined;
  const serviceData = advertises.map(({ uuid, data }) => ({
    uuid,
    data: fromHex(data) ?? new Uint8Array(),
  }));
  return {
    id,
    rssi: CLOUD_RSSI,
    services: advertises.map(({ uuid }) => uuid),
    serviceData: serviceData.filter(({ data }) => data.length > 0),
  };
};

/** Whether a car that was heard to say this may have the service. */
const mayOffer = ({ services, serviceData }: Advertisement, service: string): boolean => {
  const said = [...(services ?? []), ...(serviceData ?? []).map(({ uuid }) => uuid)];
  return said.length === 0 || said.includes(service);
};
