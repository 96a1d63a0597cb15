import { errorMessage } from '../../errors.js';
import { LeSetRandomAddress } from '../../hci/commands/addresses.js';
import {
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
  LeSetScanResponseData,
} from '../../hci/commands/advertising.js';
import type { AdvertisingContent } from '../../link/advertising.js';
import { concat, toHex } from '../../platform/bytes.js';
import type { Cancel, Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logger.js';
import type { Random } from '../../platform/random.js';
import { encodeSet } from '../advertising-data.js';
import { OperationQueue } from '../operation.js';
import type { CommandQueue } from './command-queue.js';
import { privateAddress } from './private-address.js';

/** How long each of several sets is advertised: legacy advertising has one at a time, about every 100 ms. */
const TURN_MS = 300;
const RETRY_MS = 1000;

/** In units of 0.625 ms: 100 ms, and 50 ms where somebody was faster than others who may want in. */
const INTERVAL = 160;
const INTERVAL_BESIDE_LINKS = 80;
/** Types of advertising (Vol 4 Part E 7.8.5): the second one is heard, and answers scanners, and no more. */
const ADV_IND = 0;
const ADV_SCAN_IND = 2;
const OWN_RANDOM_ADDRESS = 1;
const ALL_CHANNELS = 0b111;

export interface AdvertiserOptions {
  readonly commands: CommandQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Most links at one time. */
  readonly links: number;
}

interface OnAir {
  readonly set: ReturnType<typeof encodeSet>;
  readonly address: Uint8Array;
  readonly connectable: boolean;
  /** In units of 0.625 ms. */
  readonly interval: number;
}

/**
 * Advertises sets, in turn where there are several, under a private address that is another one whenever they
 * say something else: what changes in them would tell nothing new where the address stayed. While all links are
 * taken, nobody can connect, and scanners are told so.
 */
export class Advertiser {
  readonly #options: AdvertiserOptions;
  readonly #queue = new OperationQueue();
  #sets: readonly OnAir['set'][] = [];
  /** The sets, to compare them. */
  #said = '';
  #address: Uint8Array = new Uint8Array(6);
  /** Which of the sets is next. */
  #turn = 0;
  #links = 0;
  #onAir: OnAir | undefined;
  /** The controller has stopped by itself since that was set. */
  #isStopped = false;
  #cancelNext: Cancel | undefined;

  constructor(options: AdvertiserOptions) {
    this.#options = options;
  }

  /**
   * Advertises these sets from now on.
   * @throws PhoneKeyError `internal` where one does not fit, `radio.unavailable`
   */
  async advertise(contents: readonly AdvertisingContent[]): Promise<void> {
    this.#sets = contents.map(encodeSet);
    this.#turn = 0;
    const said = this.#sets.map((set) => `${toHex(set.advertisement)}-${toHex(set.scanResponse)}`);
    if (said.join() !== this.#said) this.#address = privateAddress(this.#options.random);
    this.#said = said.join();
    await this.#update();
  }

  /** A link came, for which the controller has stopped advertising, or went; now there are so many. */
  linksChanged(links: number): void {
    if (links > this.#links) this.#isStopped = true;
    this.#links = links;
    if (this.#sets.length > 0) this.#updateAfter(0);
  }

  /** All links are taken, and scanners are told so. */
  get isFull(): boolean {
    return this.#onAir?.connectable === false;
  }

  /** Stops, for good; never rejects. */
  async close(): Promise<void> {
    await this.advertise([]).catch(() => undefined);
  }

  async #update(): Promise<void> {
    this.#cancelNext?.();
    await this.#queue.run(() => this.#apply());
    if (this.#sets.length > 1) this.#updateAfter(TURN_MS, () => this.#turn++);
  }

  #updateAfter(delayMs: number, first: () => void = () => undefined): void {
    const { clock, log } = this.#options;
    this.#cancelNext?.();
    this.#cancelNext = clock.after(delayMs, () => {
      first();
      this.#update().catch((error: unknown) => {
        if (this.#sets.length === 0) return;
        log.warn('advertising failed; trying again', { error: errorMessage(error) });
        this.#updateAfter(RETRY_MS);
      });
    });
  }

  /** Brings what is advertised to what is wanted now. */
  async #apply(): Promise<void> {
    const { commands, links, log } = this.#options;
    const set = this.#sets[this.#turn % this.#sets.length];
    const connectable = this.#links < links;
    const interval = this.#links === 0 ? INTERVAL : INTERVAL_BESIDE_LINKS;
    const wanted = set && { set, address: this.#address, connectable, interval };
    if (!this.#isStopped && sameOnAir(this.#onAir, wanted)) return;
    this.#isStopped = false;
    this.#onAir = undefined;
    await commands.run(LeSetAdvertisingEnable, { enable: 0 });
    if (wanted === undefined) return;
    try {
      await this.#start(wanted);
      this.#onAir = wanted;
    } catch (error) {
      if (!connectable || this.#links === 0) throw error;
      log.debug('the controller has no more links', { error: errorMessage(error) });
      this.#onAir = { ...wanted, connectable: false };
      await this.#start(this.#onAir);
    }
  }

  /** While nothing is advertised: only then the address can be set (Vol 4 Part E 7.8.4). */
  async #start({ set, address, connectable, interval }: OnAir): Promise<void> {
    const { commands } = this.#options;
    await commands.run(LeSetRandomAddress, { address });
    await commands.run(LeSetAdvertisingParameters, {
      intervalMin: interval,
      intervalMax: interval,
      type: connectable ? ADV_IND : ADV_SCAN_IND,
      ownAddressType: OWN_RANDOM_ADDRESS,
      peerAddressType: 0,
      peerAddress: new Uint8Array(6),
      channels: ALL_CHANNELS,
      filterPolicy: 0,
    });
    await commands.run(LeSetAdvertisingData, padded(set.advertisement));
    await commands.run(LeSetScanResponseData, padded(set.scanResponse));
    await commands.run(LeSetAdvertisingEnable, { enable: 1 });
  }
}

const sameOnAir = (a: OnAir | undefined, b: OnAir | undefined): boolean =>
  a?.set === b?.set &&
  a?.address === b?.address &&
  a?.connectable === b?.connectable &&
  a?.interval === b?.interval;

const padded = (bytes: Uint8Array): { readonly length: number; readonly data: Uint8Array } => ({
  length: bytes.length,
  data: concat(bytes, new Uint8Array(31 - bytes.length)),
});
