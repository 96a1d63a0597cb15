import type { AdvertisingContent } from '../../lib/link/advertising.js';
import { check, whole } from '../../lib/platform/check.js';
import { AttributeTable } from '../../lib/radio/host/attribute-table.js';
import { closedError } from '../../lib/radio/operation.js';
import { Patience } from '../../lib/radio/patience.js';
import type { Peripheral, PeripheralService } from '../../lib/radio/types.js';
import type { LinkEnd, LinkLayer } from '../medium/air-link.js';
import type { Placement } from '../medium/medium.js';
import { formatAddress } from '../medium/pdu.js';
import type { ConnectRequest } from '../medium/pdu.js';
import { simAdvertisement } from './advertisement.js';
import type { SimAdvertisement } from './advertisement.js';
import { advertisingInterval } from './parameters.js';
import { SimPeripheralLink } from './peripheral-link.js';
import { SimStation } from './station.js';
import type { SimContext } from './station.js';

/** A car that a SimAir or a VirtualAir makes: its place, and how it advertises and serves. */
export interface SimPeripheralOptions extends Placement {
  /** From one advertising event to the next, in milliseconds: 20 to 10,240 (default 100, as bleno). */
  readonly advertisingIntervalMs?: number;
  /** How many phones it serves at one time (default 1, as bleno); it advertises while there is room. */
  readonly links?: number;
  /** ATT MTU in bytes that it offers, 23 to 517 (default 256, as bleno). */
  readonly mtu?: number;
}

/**
 * A car's radio on the air, without controller and HCI. SimCentrals hear it, and only they: to the hosts
 * of controllers it is a device with a service that nobody knows.
 */
export class SimPeripheral extends SimStation implements Peripheral {
  readonly #intervalMs: number;
  readonly mostLinks: number;
  /** Requests that were accepted, until their link is up. */
  readonly #accepted = new Set<ConnectRequest>();
  /** With phones that are connected and prove nothing. */
  readonly #patience: Patience;
  #advertisements: readonly SimAdvertisement[] = [];
  /** How many of them the medium knows. */
  #advertised = 0;
  #table = new AttributeTable([]);

  /** @internal @throws PhoneKeyError `usage.invalid` for options out of their bounds */
  constructor(context: SimContext, options: SimPeripheralOptions = {}) {
    super(context, options);
    check('links', options.links, whole(1));
    this.#intervalMs = advertisingInterval(options.advertisingIntervalMs);
    this.mostLinks = options.links ?? 1;
    this.#patience = new Patience(context.medium.clock);
  }

  async start(services: readonly PeripheralService[]): Promise<void> {
    this.#assertOpen();
    this.#table = new AttributeTable(services);
  }

  async advertise(sets: readonly AdvertisingContent[]): Promise<void> {
    this.#assertOpen();
    this.#advertisements = sets.map((set) =>
      simAdvertisement(this.context.address, this.address, set),
    );
    this.#update();
  }

  /** @internal */
  protected layer(): LinkLayer {
    return {
      // It scans for nobody, nobody asks for a scan response, and it asks nobody for a link.
      receive: () => undefined,
      refused: () => undefined,
      accept: (request) => {
        if (!this.#advertises) return false;
        this.#accepted.add(request);
        this.#update();
        return true;
      },
      linkUp: (end, request) => {
        this.#accepted.delete(request);
        if (this.isClosing) end.abandon();
        else this.#linkOver(end, formatAddress(request.initiator));
      },
    };
  }

  /** @internal */
  protected async retire(): Promise<void> {
    this.#advertisements = [];
    this.#update();
  }

  #linkOver(end: LinkEnd, peer: string): void {
    const trial = this.#patience.begin(peer);
    const stopIdle = this.medium.clock.after(trial.leftMs, () => void link.close());
    const link: SimPeripheralLink = new SimPeripheralLink({
      ...this.linkOptions(end, 'phone'),
      table: this.#table,
      trial,
      onSubscribed: (service) => {
        stopIdle();
        service.onLink(link);
      },
      onDown: () => {
        stopIdle();
        trial.over();
        this.links.delete(link.peer);
        this.#update();
      },
    });
    this.links.set(link.peer, link);
  }

  get #advertises(): boolean {
    const room = this.mostLinks - this.links.size - this.#accepted.size;
    return !this.isClosing && this.#advertisements.length > 0 && room > 0;
  }

  #update(): void {
    const pdus = this.#advertises ? this.#advertisements : [];
    for (let set = 0; set < Math.max(pdus.length, this.#advertised); set++) {
      const pdu = pdus[set];
      this.medium.advertise(this.station, set, pdu && { pdu, intervalMs: this.#intervalMs });
    }
    this.#advertised = pdus.length;
  }

  #assertOpen(): void {
    if (this.isClosing) throw closedError();
  }
}
