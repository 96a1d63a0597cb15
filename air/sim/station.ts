import { offeredMtu } from '../../lib/radio/host/att-state.js';
import type { LinkEnd, LinkLayer } from '../medium/air-link.js';
import { Placed } from '../medium/medium.js';
import type { Medium, Placement } from '../medium/medium.js';
import { formatAddress } from '../medium/pdu.js';
import type { DeviceAddress } from '../medium/pdu.js';
import type { Station } from '../medium/station.js';
import type { SimLink, SimLinkOptions } from './sim-link.js';

/** Given by the air to the stations that it makes. */
export interface SimContext {
  readonly medium: Medium;
  readonly address: DeviceAddress;
  /** The station has left the air. */
  readonly onClose: () => void;
}

/** A radio with a place on the air and no controller: what SimCentral and SimPeripheral share. */
export abstract class SimStation extends Placed {
  /** aa:bb:cc:dd:ee:ff. */
  readonly address: string;
  /** @internal */
  protected readonly context: SimContext;
  /** @internal */
  protected readonly medium: Medium;
  /** @internal */
  protected readonly station: Station;
  /** @internal */
  protected readonly links = new Map<string, SimLink>();
  readonly #mtu: number;
  #sequence = 0;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(context: SimContext, options: Placement & { readonly mtu?: number }) {
    super();
    this.context = context;
    this.address = formatAddress(context.address);
    this.medium = context.medium;
    this.station = this.medium.join(this.layer(), options);
    this.#mtu = offeredMtu(options.mtu);
  }

  /** Signal strength in dBm at which this station receives `other` now. */
  rssi(other: SimStation): number {
    return this.medium.rssi(other.station, this.station);
  }

  /** Begins nothing any more, closes its links in order, and leaves the air. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Off without a word: its peers lose their links by supervision timeout. It stays off. */
  powerOff(): void {
    this.#closing ??= Promise.resolve();
    for (const link of [...this.links.values()]) link.abandon('lost');
    this.medium.leave(this.station);
    this.context.onClose();
  }

  /** @internal What the medium calls. */
  protected abstract layer(): LinkLayer;
  /** @internal Begins nothing any more; links go on. */
  protected abstract retire(): Promise<unknown>;

  /** @internal */
  protected get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** @internal For a link to the next phone or car. */
  protected linkOptions(end: LinkEnd, peer: string): Omit<SimLinkOptions, 'onDown'> {
    const { medium } = this;
    return { medium, end, peer: `${peer}#${String(++this.#sequence)}`, mtu: this.#mtu };
  }

  async #close(): Promise<void> {
    await this.retire();
    await Promise.all([...this.links.values()].map((link) => link.close()));
    this.powerOff();
  }
}
