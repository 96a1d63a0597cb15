import { indicates } from '../link/gatt-profile.js';
import { layoutOf } from './gatt-row.js';
import { checkChunk, RadioLink } from './link-buffer.js';
import type { RadioLinkOptions } from './link-buffer.js';
import { abandon } from './noble-connect.js';
import type { NobleGatt } from './noble-connect.js';
import type { NoblePeripheral } from './noble-types.js';
import { subscribe } from './operation.js';
import type { CentralLink, LinkCloseReason, LinkHandlers } from './types.js';

/** In a configuration (Vol 3 Part G 3.3.3.3). */
const ENABLE = { notifications: Buffer.of(1, 0), indications: Buffer.of(2, 0) };
/**
 * Write commands in a row before one chunk is sent as a request. A command costs no round trip, so a
 * short message arrives in one connection event at any MTU; but nothing acknowledges it, and a full
 * server may drop it (Core, Vol 3 Part F 3.3.2). The request in between keeps the order, and holds
 * back a long burst until the car has taken what came before.
 */
const COMMANDS_PER_REQUEST = 7;

/** HCI reasons that say that the peer ended the link (Core, Vol 1 Part F): user, resources, power off. */
const REMOTE_REASONS: readonly unknown[] = [0x13, 0x14, 0x15];

export interface NobleLinkOptions extends Omit<RadioLinkOptions, 'mtu'> {
  /** Called once, when the device is free again. */
  onDown(): void;
}

/** A link to a car over a connected noble peripheral. One GATT operation runs at a time. */
export class NobleLink extends RadioLink implements CentralLink {
  readonly attHandle: number | undefined;
  readonly #peripheral: NoblePeripheral;
  readonly #gatt: NobleGatt;
  readonly #options: NobleLinkOptions;
  readonly #forget: (() => void)[];
  #commands = 0;
  #closing: Promise<void> | undefined;

  constructor(peripheral: NoblePeripheral, gatt: NobleGatt, options: NobleLinkOptions) {
    super({ ...options, mtu: gatt.mtu });
    this.attHandle = gatt.attHandle;
    this.#peripheral = peripheral;
    this.#gatt = gatt;
    this.#options = options;
    this.#forget = [
      subscribe(peripheral, 'disconnect', (reason?: number) => {
        this.#down(REMOTE_REASONS.includes(reason) ? 'remote' : 'lost');
      }),
      subscribe(gatt.fromCar, 'data', (chunk: Uint8Array, isNotification: boolean) => {
        if (isNotification && !this.buffer.receive(chunk)) void this.#drop('lost');
      }),
    ];
  }

  async open(handlers: LinkHandlers): Promise<void> {
    // First, because the car's challenge comes before the answer to the subscription.
    this.buffer.open(handlers);
    const { profile, fromCar, attHandle } = this.#gatt;
    await this.run('subscribing', ({ resolve, on }) => {
      if (attHandle === undefined) {
        on(fromCar, 'notify', resolve);
        fromCar.subscribe();
        return;
      }
      // noble would look for the handle first.
      const handle = attHandle + layoutOf(profile).configurationAt;
      on(this.#peripheral, `handleWrite${String(handle)}`, resolve);
      const value = indicates(profile) ? ENABLE.indications : ENABLE.notifications;
      this.#peripheral.writeHandle(handle, value, false);
    });
  }

  async send(chunk: Uint8Array): Promise<void> {
    checkChunk(chunk, this.mtu);
    const bytes = Buffer.from(chunk); // a copy, because it may wait
    const { toCar } = this.#gatt;
    await this.run('sending', ({ resolve, on }) => {
      const asCommand = this.#nextIsCommand();
      on(toCar, 'write', resolve);
      toCar.write(bytes, asCommand);
    });
  }

  async close(): Promise<void> {
    await this.#drop('local');
  }

  /** The adapter is gone: no event will come for this link. */
  adapterLost(): void {
    this.#down('lost');
  }

  #nextIsCommand(): boolean {
    const { profile, toCar } = this.#gatt;
    const both = (property: 'write' | 'writeWithoutResponse'): boolean =>
      profile.toCar.properties.includes(property) && toCar.properties.includes(property);
    if (!both('writeWithoutResponse')) return false;
    if (!both('write')) return true;
    this.#commands = (this.#commands + 1) % (COMMANDS_PER_REQUEST + 1);
    return this.#commands !== 0;
  }

  /** After a transaction without answer no other may start (Core, Vol 3 Part F 3.3.3). */
  protected lost(): void {
    void this.#drop('lost');
  }

  #drop(reason: LinkCloseReason): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#forget.length === 0) return;
      this.buffer.end(reason);
      await abandon(this.#peripheral, this.clock);
      this.#down(reason);
    })();
    return this.#closing;
  }

  /** The connection is gone; only the first call counts. */
  #down(reason: LinkCloseReason): void {
    const forgets = this.#forget.splice(0);
    if (forgets.length === 0) return;
    for (const forget of forgets) forget();
    this.#options.onDown();
    this.buffer.end(reason);
  }
}
