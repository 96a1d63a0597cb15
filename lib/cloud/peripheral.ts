import { errorMessage } from '../errors.js';
import type { AdvertisingContent } from '../link/advertising.js';
import * as rule from '../platform/check.js';
import { checkOptions } from '../platform/check.js';
import { toHex } from '../platform/bytes.js';
import { systemClock } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import type { Optional } from '../platform/optional.js';
import { encodeSet } from '../radio/advertising-data.js';
import { closedError } from '../radio/operation.js';
import { Patience } from '../radio/patience.js';
import type { Trial } from '../radio/patience.js';
import type { LinkHandlers, Peripheral, PeripheralService } from '../radio/types.js';
import type { CarChannel, ServiceAdvertisement } from './car-channel.js';
import { decodeFrame, encodeFrame, RELAYED_MTU } from './frame.js';
import type { CloseReason, Frame } from './frame.js';
import { RelayedLink } from './link.js';
import type { FrameCarrier } from './link.js';

/** Phones far away are fewer than those near. */
const MOST_LINKS = 4;
const LINKS_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
const LINK_ID = /^[0-9a-f]{16}$/;

/** How a car is reached through a cloud; what is left out has a default. */
export type CloudPeripheralOptions = Optional<{
  /** How many phones it serves at one time, 1 to 64 (default 4). */
  readonly mostLinks: number;
  /** So many links are given in any minute (default 60): each costs the car a key pair. */
  readonly linksPerMinute: number;
  /** Times links (default: the machine's). */
  readonly clock: Clock;
  /** Is told what went wrong, and never a secret (default: nobody). */
  readonly log: Logger;
  /** A signed object has come, perhaps again; `CarChannel.confirm` says that it is kept. Must not throw. */
  readonly onObject: (object: string, bytes: Uint8Array) => void;
  /** The car is connected to the cloud, or no more. Must not throw. */
  readonly onConnected: (connected: boolean) => void;
}>;

/**
 * The radio of a car's telematics unit: phones reach it through a cloud. The channel is its own, and is closed with
 * it. `Link.peer` is the id of the link, as in a CommandReport.
 * @throws PhoneKeyError `usage.invalid`
 */
export const cloudPeripheral = (
  channel: CarChannel,
  options: CloudPeripheralOptions = {},
): Peripheral => {
  checkOptions(options, {
    mostLinks: rule.whole(1, 64),
    linksPerMinute: rule.whole(1),
    clock: rule.clock,
    log: rule.having('a log', 'debug', 'info', 'warn'),
    onObject: rule.callback,
    onConnected: rule.callback,
  });
  return new CloudPeripheral(channel, options);
};

class CloudPeripheral implements Peripheral {
  readonly mostLinks: number;
  readonly #channel: CarChannel;
  readonly #options: CloudPeripheralOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #patience: Patience;
  readonly #links = new Map<string, CarLink>();
  /** When links were given, in the last minute. */
  readonly #given: number[] = [];
  #services: readonly PeripheralService[] = [];
  #closing: Promise<void> | undefined;

  constructor(channel: CarChannel, options: CloudPeripheralOptions) {
    const { clock = systemClock, log = silentLogger, mostLinks = MOST_LINKS } = options;
    this.mostLinks = mostLinks;
    this.#channel = channel;
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.#patience = new Patience(clock);
  }

  async start(services: readonly PeripheralService[]): Promise<void> {
    this.#assertOpen();
    this.#services = services;
    this.#channel.start({
      frame: (link, frame) => {
        this.#frame(link, frame);
      },
      object: (object, bytes) => this.#options.onObject?.(object, bytes),
      connected: (connected) => {
        if (!connected) this.#endAll();
        this.#options.onConnected?.(connected);
      },
    });
  }

  async advertise(sets: readonly AdvertisingContent[]): Promise<void> {
    this.#assertOpen();
    for (const set of sets) encodeSet(set); // throws where no radio could say it
    this.#channel.advertise(sets.flatMap(advertised));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()));
    await this.#channel.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  /** Whatever comes, the car goes on. */
  #frame(id: string, bytes: Uint8Array): void {
    try {
      const link = this.#links.get(id);
      if (link !== undefined) link.receive(bytes);
      else if (LINK_ID.test(id) && bytes.length > 0 && this.#closing === undefined)
        this.#open(id, bytes);
    } catch (error) {
      this.#log.warn('a frame from the cloud failed', { error: errorMessage(error) });
      this.#links.get(id)?.end('lost', 'broken');
    }
  }

  #open(id: string, bytes: Uint8Array): void {
    const frame = decoded(bytes);
    if (frame?.kind !== 'open' || frame.sequence !== 0) {
      this.#refuse(id, 'broken');
      return;
    }
    const service = this.#services.find(({ profile }) => profile.service === frame.service);
    if (service === undefined) this.#refuse(id, 'no-service');
    else if (this.#links.size >= this.mostLinks || !this.#mayGive()) this.#refuse(id, 'busy');
    else this.#give(id, frame, service);
  }

  #give(id: string, frame: Frame & { kind: 'open' }, service: PeripheralService): void {
    const carrier: FrameCarrier = {
      send: (sent) => {
        this.#channel.send(id, sent);
      },
      end: (reason, why) => {
        this.#links.delete(id);
        if (reason === 'remote') return;
        this.#channel.send(id, link.closing(why));
        this.#channel.send(id, NO_LINK);
      },
    };
    const link = new CarLink(id, carrier, this.#patience.begin());
    this.#links.set(id, link);
    link.receive(encodeFrame(frame));
    service.onLink(link);
  }

  #refuse(id: string, why: CloseReason): void {
    this.#log.debug('no link for a phone', { link: id, why });
    this.#channel.send(id, encodeFrame({ kind: 'close', sequence: 0, why }));
    this.#channel.send(id, NO_LINK);
  }

  #mayGive(): boolean {
    const now = this.#clock.now();
    while ((this.#given[0] ?? now) <= now - MINUTE_MS) this.#given.shift();
    if (this.#given.length >= (this.#options.linksPerMinute ?? LINKS_PER_MINUTE)) return false;
    this.#given.push(now);
    return true;
  }

  #endAll(): void {
    for (const link of [...this.#links.values()]) link.end('lost');
  }
}

/** There is no such link any more. */
const NO_LINK = new Uint8Array(0);

class CarLink extends RelayedLink {
  readonly trial: Trial;
  protected readonly carrier: FrameCarrier;

  constructor(peer: string, carrier: FrameCarrier, trial: Trial) {
    super(peer);
    this.carrier = carrier;
    this.trial = trial;
    this.down.addEventListener('abort', () => trial.over(), { once: true });
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.buffer.open(handlers);
  }

  /** The last frame. */
  closing(why: CloseReason): Uint8Array {
    return this.numbered({ kind: 'close', why });
  }

  protected take(frame: Frame): boolean {
    switch (frame.kind) {
      case 'open': {
        if (frame.sequence !== 0) return false;
        this.mtu = Math.min(this.mtu, frame.mtu);
        const { service } = frame;
        void this.sendFrame({ kind: 'open', service, mtu: RELAYED_MTU }).catch(() => undefined);
        return true;
      }
      case 'data':
        return this.deliver(frame.chunk);
      case 'close':
        this.end('remote');
        return true;
    }
  }
}

const decoded = (bytes: Uint8Array): Frame | undefined => {
  try {
    return decodeFrame(bytes);
  } catch {
    return undefined;
  }
};

/** As a phone would hear it, but for names. */
const advertised = ({
  advertisement,
  scanResponse,
}: AdvertisingContent): ServiceAdvertisement[] => {
  const data = [...(advertisement.serviceData ?? []), ...(scanResponse?.serviceData ?? [])];
  const services = [...(advertisement.services ?? []), ...(scanResponse?.services ?? [])];
  const bare = services.filter((service) => !data.some(({ uuid }) => uuid === service));
  return [
    ...data.map((each) => ({ uuid: each.uuid, data: toHex(each.data) })),
    ...bare.map((uuid) => ({ uuid, data: '' })),
  ];
};
