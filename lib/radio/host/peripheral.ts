import { errorMessage } from '../../errors.js';
import type { PhoneKeyError } from '../../errors.js';
import type { AdvertisingContent } from '../../link/advertising.js';
import { Status } from '../../hci/constants.js';
import { takeController } from '../../hci/transport.js';
import type { HciTransport } from '../../hci/transport.js';
import * as rule from '../../platform/check.js';
import { checkOptions } from '../../platform/check.js';
import type { Cancel, Clock } from '../../platform/clock.js';
import { silentLogger } from '../../platform/logger.js';
import type { Logger } from '../../platform/logger.js';
import { systemRandom } from '../../platform/random.js';
import type { Random } from '../../platform/random.js';
import { closedError, runOperation } from '../operation.js';
import { Patience } from '../patience.js';
import type { Trial } from '../patience.js';
import { radioUnavailable } from '../stack.js';
import type { LinkCloseReason, Peripheral, PeripheralService } from '../types.js';
import { Advertiser } from './advertiser.js';
import { offeredMtu } from './att-state.js';
import { AttributeTable } from './attribute-table.js';
import { HostedController } from './controller.js';
import { HostLink } from './host-link.js';

/** A peer that is there answers within a few intervals, of which none that is honest has more than 50 ms. */
const DISCONNECT_TIMEOUT_MS = 500;
/** More than a car's people open doors at one time. */
const MOST_LINKS = 3;

/** How the host for a car is made. */
export interface HciPeripheralOptions {
  /** Gives the way to a controller that is this host's alone; it is closed with the peripheral. */
  readonly load: () => Promise<HciTransport>;
  /** Times every operation of the radio. */
  readonly clock: Clock;
  /** Is told what went wrong and was dealt with (default: nobody). */
  readonly log?: Logger;
  /** For addresses (default: the system's). */
  readonly random?: Random;
  /** How many phones it serves at one time (default 3). */
  readonly links?: number;
  /** ATT MTU in bytes that it offers, 23 to 517 (default 256, as bleno). */
  readonly mtu?: number;
}

/**
 * A Peripheral that is a Bluetooth host of its own, over any HCI controller: it serves several phones at one
 * time, and has a private address that changes with what it advertises.
 * @throws PhoneKeyError `radio.unavailable`, and the hint names the fix; `usage.invalid` for an option out of its bounds
 */
export const openHciPeripheral = async (
  options: HciPeripheralOptions,
): Promise<Peripheral & AsyncDisposable> => {
  checkOptions(options, {
    load: rule.needed(rule.callback),
    clock: rule.needed(rule.clock),
    links: rule.whole(1),
    random: rule.callback,
  });
  const { links = MOST_LINKS } = options;
  const mtu = offeredMtu(options.mtu);
  let transport: HciTransport;
  try {
    transport = await options.load();
  } catch (error) {
    throw radioUnavailable(error);
  }
  takeController(transport);
  const peripheral = new HciPeripheral(transport, { ...options, links, mtu });
  try {
    await peripheral.initialise();
    return peripheral;
  } catch (error) {
    await peripheral.close();
    throw error;
  }
};

interface Connection {
  readonly link: HostLink;
  readonly trial: Trial;
  /** With a phone that is connected and does not subscribe. */
  stopIdle: Cancel;
  /** Its end, once that was asked for. */
  ending: Promise<void> | undefined;
  /** The peer did not answer to that: the controller keeps the link for as long as the peer has chosen, at most 32 s. */
  isStuck: boolean;
  down: () => void;
}

class HciPeripheral implements Peripheral {
  readonly #options: Required<Pick<HciPeripheralOptions, 'clock' | 'mtu'>>;
  readonly #log: Logger;
  readonly mostLinks: number;
  readonly #controller: HostedController;
  readonly #advertiser: Advertiser;
  /** By handle. One that is too many is among them until it is gone. */
  readonly #connections = new Map<number, Connection>();
  readonly #patience: Patience;
  #table = new AttributeTable([]);
  #sequence = 0;
  #onError: ((error: PhoneKeyError) => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    transport: HciTransport,
    options: HciPeripheralOptions & Required<Pick<HciPeripheralOptions, 'links' | 'mtu'>>,
  ) {
    const { clock, random = systemRandom, log = silentLogger, links } = options;
    this.#options = options;
    this.#log = log;
    this.mostLinks = links;
    this.#patience = new Patience(clock);
    this.#controller = new HostedController(
      { transport, clock, log, links },
      {
        linkUp: this.#linkUp.bind(this),
        linkDown: this.#linkDown.bind(this),
        received: ({ handle, boundary, data }) => {
          this.#connections.get(handle)?.link.received(boundary, data);
        },
        failed: this.#failed.bind(this),
      },
    );
    const { commands } = this.#controller;
    this.#advertiser = new Advertiser({ commands, clock, random, log, links });
  }

  /** @throws PhoneKeyError `radio.unavailable` */
  async initialise(): Promise<void> {
    await this.#controller.initialise();
  }

  async start(
    services: readonly PeripheralService[],
    onError?: (error: PhoneKeyError) => void,
  ): Promise<void> {
    this.#controller.signal.throwIfAborted();
    this.#onError = onError;
    this.#table = new AttributeTable(services);
  }

  async advertise(sets: readonly AdvertisingContent[]): Promise<void> {
    this.#controller.signal.throwIfAborted();
    await this.#advertiser.advertise(sets);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #linkUp(handle: number, peer: string): void {
    this.#linkDown(handle, Status.connectionTimeout); // where the controller has said nothing of its end
    const trial = this.#patience.begin(peer);
    const link = new HostLink({
      clock: this.#options.clock,
      peer: `phone#${String(++this.#sequence)}`,
      table: this.#table,
      mtu: this.#options.mtu,
      trial,
      transmit: (frame, taken) => {
        this.#controller.send(handle, frame, taken);
      },
      disconnect: () => this.#disconnect(handle, connection),
      onSubscribed: (service) => {
        connection.stopIdle();
        service.onLink(link);
      },
      onUnsubscribed: () => {
        connection.stopIdle = this.#watchIdle(link, trial);
      },
    });
    const stopIdle = this.#watchIdle(link, trial);
    const connection: Connection = {
      link,
      trial,
      stopIdle,
      ending: undefined,
      isStuck: false,
      down: () => undefined,
    };
    this.#connections.set(handle, connection);
    this.#advertiser.linksChanged(this.#connections.size);
    if (this.#connections.size > this.mostLinks || this.#closing !== undefined) void link.close();
  }

  #linkDown(handle: number, reason: number): void {
    const connection = this.#connections.get(handle);
    if (connection === undefined) return;
    this.#connections.delete(handle);
    this.#end(connection, closeReason(reason));
    this.#advertiser.linksChanged(this.#connections.size);
  }

  #end({ link, trial, stopIdle, down }: Connection, reason: LinkCloseReason): void {
    stopIdle();
    trial.over();
    link.ended(reason);
    down();
  }

  /** Ends the link unless what is given back is called in time. */
  #watchIdle(link: HostLink, trial: Trial): Cancel {
    return this.#options.clock.after(trial.leftMs, () => {
      this.#log.warn('disconnecting a phone that does not subscribe');
      trial.over();
      void link.close();
    });
  }

  /** Resolves when the controller says that the link is down, or says nothing for too long. */
  #disconnect(handle: number, connection: Connection): Promise<void> {
    connection.ending ??= runOperation<void>(
      this.#options.clock,
      {
        what: 'disconnecting',
        timeoutMs: DISCONNECT_TIMEOUT_MS,
        signals: [this.#controller.signal],
      },
      ({ resolve }) => {
        connection.down = resolve;
        this.#controller.disconnect(handle);
      },
    ).catch((error: unknown) => {
      this.#log.debug('no answer', { error: errorMessage(error) });
      connection.isStuck = true;
      this.#freeStuck().catch((failure: unknown) => {
        this.#log.warn('the controller was not reset', { error: errorMessage(failure) });
      });
    });
    return connection.ending;
  }

  /**
   * Somebody who connects and switches his radio off would keep a link for 32 s. Where all are such links, a
   * reset frees them at once.
   */
  async #freeStuck(): Promise<void> {
    const all = [...this.#connections];
    const stuck = all.every(([, { isStuck }]) => isStuck);
    if (!stuck || !this.#advertiser.isFull || this.#closing !== undefined) return;
    this.#log.warn('resetting the controller: no phone lets go of its link');
    await this.#controller.initialise();
    for (const [handle] of all) this.#linkDown(handle, Status.connectionTimeout);
  }

  #failed(error: PhoneKeyError): void {
    if (this.#closing !== undefined) return;
    this.#log.warn('the controller failed', { error: error.message });
    void this.#advertiser.close();
    for (const connection of this.#connections.values()) this.#end(connection, 'lost');
    this.#connections.clear();
    this.#onError?.(error);
  }

  async #close(): Promise<void> {
    await this.#advertiser.close();
    const connections = [...this.#connections.values()];
    await Promise.all(connections.map(({ link }) => link.close()));
    for (const connection of connections) this.#end(connection, 'local');
    this.#controller.close(closedError());
  }
}

/** What the other host does on purpose (Vol 1 Part F): the user, its resources, its power. */
const REMOTE: readonly number[] = [
  Status.remoteUserTerminated,
  Status.lowResources,
  Status.remotePowerOff,
];

const closeReason = (reason: number): LinkCloseReason => {
  if (reason === Status.terminatedByLocalHost) return 'local';
  return REMOTE.includes(reason) ? 'remote' : 'lost';
};
