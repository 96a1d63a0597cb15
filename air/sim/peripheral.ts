import { PhoneKeyError } from '../../lib/errors.js';
import type { Peripheral, PeripheralService } from '../../lib/radio/types.js';
import type { LinkEnd } from '../medium/link.js';
import type { Placement } from '../medium/medium.js';
import type { ConnectRequest, DeviceAddress } from '../medium/pdu.js';
import { simAdvertisement, type SimAdvertisement } from './advertisement.js';
import { advertisingInterval, offeredMtu } from './parameters.js';
import { SimPeripheralLink } from './peripheral-link.js';
import { SimStation, type SimContext } from './station.js';

export interface SimPeripheralOptions extends Placement {
  /** From one advertising event to the next, in milliseconds: 20 to 10,240 (default 100, as bleno). */
  readonly advertisingIntervalMs?: number;
  /** How many phones it serves at one time (default 1, as bleno); it advertises while there is room. */
  readonly links?: number;
  /** ATT MTU in bytes that it offers, 23 to 517 (default 256, as bleno). */
  readonly mtu?: number;
}

/** The one advertising set. */
const SET = 0;

/**
 * A car's radio on the air, without controller and HCI. SimCentrals hear it, and only they: to the hosts
 * of controllers it is a device with a service that nobody knows.
 */
export class SimPeripheral extends SimStation implements Peripheral {
  readonly #address: DeviceAddress;
  readonly #intervalMs: number;
  readonly #mostLinks: number;
  readonly #mtu: number;
  readonly #links = new Set<SimPeripheralLink>();
  /** Requests that were accepted, until their link is up. */
  readonly #accepted = new Set<ConnectRequest>();
  #advertisement: SimAdvertisement | undefined;
  #service: PeripheralService | undefined;
  #sequence = 0;
  #closing: Promise<void> | undefined;

  /** @throws PhoneKeyError `usage.invalid` for options out of their bounds */
  constructor(context: SimContext, options: SimPeripheralOptions = {}) {
    super(context, options);
    this.#address = context.address;
    this.#intervalMs = advertisingInterval(options.advertisingIntervalMs);
    this.#mostLinks = options.links ?? 1;
    this.#mtu = offeredMtu(options.mtu);
  }

  async start(service: PeripheralService): Promise<void> {
    this.#assertOpen();
    this.#service = service;
  }

  async advertise(serviceData: Uint8Array): Promise<void> {
    this.#assertOpen();
    this.#advertisement = simAdvertisement(this.#address, this.address, serviceData);
    this.#update();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  override powerOff(): void {
    this.#closing ??= Promise.resolve();
    for (const link of [...this.#links]) link.abandon('lost');
    super.powerOff();
  }

  protected heard(): void {
    // It scans for nobody, and nobody asks for a scan response.
  }

  protected accepts(request: ConnectRequest): boolean {
    if (!this.#advertises) return false;
    this.#accepted.add(request);
    this.#update();
    return true;
  }

  protected refused(): void {
    // It asks nobody for a link.
  }

  protected linkUp(end: LinkEnd, request: ConnectRequest): void {
    this.#accepted.delete(request);
    if (this.#closing !== undefined) {
      end.abandon();
      return;
    }
    const link: SimPeripheralLink = new SimPeripheralLink({
      medium: this.medium,
      end,
      peer: `phone#${String(++this.#sequence)}`,
      mtu: this.#mtu,
      info: this.#service?.info ?? new Uint8Array(),
      onSubscribed: () => this.#service?.onLink(link),
      onDown: () => {
        this.#links.delete(link);
        this.#update();
      },
    });
    this.#links.add(link);
  }

  get #advertises(): boolean {
    const room = this.#mostLinks - this.#links.size - this.#accepted.size;
    return this.#closing === undefined && this.#advertisement !== undefined && room > 0;
  }

  #update(): void {
    const pdu = this.#advertises ? this.#advertisement : undefined;
    this.medium.advertise(this.station, SET, pdu && { pdu, intervalMs: this.#intervalMs });
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) {
      throw new PhoneKeyError('radio.closed', 'The radio was closed.');
    }
  }

  async #close(): Promise<void> {
    this.#advertisement = undefined;
    this.#update();
    await Promise.all([...this.#links].map((link) => link.close()));
    this.powerOff();
  }
}
