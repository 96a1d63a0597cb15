import { PhoneKeyError } from '../../lib/errors.js';
import type { ScanFilter } from '../../lib/link/advertising.js';
import type { GattProfile } from '../../lib/link/gatt-profile.js';
import {
  abortError,
  closedError,
  connectedError,
  OperationQueue,
  runOperation,
} from '../../lib/radio/operation.js';
import type { Advertisement, Central, CentralLink, ConnectOptions } from '../../lib/radio/types.js';
import { Status } from '../../lib/hci/constants.js';
import type { LinkEnd, LinkLayer } from '../medium/air-link.js';
import type { Placement } from '../medium/medium.js';
import type { ConnectRequest, LinkParameters } from '../medium/pdu.js';
import type { ScanWindow, Station } from '../medium/station.js';
import { isSimAdvertisement } from './advertisement.js';
import type { SimAdvertisement } from './advertisement.js';
import { SimCentralLink } from './central-link.js';
import { requestedParameters, scanWindow } from './parameters.js';
import type { ConnectionOptions } from './parameters.js';
import { SimStation } from './station.js';
import type { SimContext } from './station.js';

/** A phone that a SimAir or a VirtualAir makes: its place, and how it listens and connects. */
export interface SimCentralOptions extends Placement {
  /** When it listens while it scans (default: always). Android's low power mode: 512 ms of 5,120 ms. */
  readonly scan?: ScanWindow;
  /** What it asks for when it connects (default: interval 30 ms, timeout 4 s). */
  readonly connection?: ConnectionOptions;
  /** ATT MTU in bytes that it offers, 23 to 517 (default 256, as noble). */
  readonly mtu?: number;
}

interface Scan {
  readonly filters: readonly ScanFilter[];
  found(advertisement: Advertisement): void;
  fail(error: PhoneKeyError): void;
}

/** A peripheral that is to be connected to when it is heard. */
interface Wanted {
  readonly id: string;
  up(end: LinkEnd): void;
  /** On its way. */
  request?: ConnectRequest | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Phones listen without a pause while somebody waits for a connection. */
const CONNECTING: ScanWindow = { intervalMs: 10, windowMs: 10 };

/** A phone's radio on the air, without controller and HCI. It hears SimPeripherals, and only them. */
export class SimCentral extends SimStation implements Central {
  readonly #window: ScanWindow;
  readonly #parameters: LinkParameters;
  readonly #scans = new Set<Scan>();
  readonly #connecting = new OperationQueue();
  readonly #power = new AbortController();
  #wanted: Wanted | undefined;

  /** @internal @throws PhoneKeyError `usage.invalid` for options out of their bounds */
  constructor(context: SimContext, options: SimCentralOptions = {}) {
    super(context, options);
    this.#window = scanWindow(options.scan);
    this.#parameters = requestedParameters(options.connection);
  }

  async scan(
    filters: readonly ScanFilter[],
    found: (advertisement: Advertisement) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.#power.signal.throwIfAborted();
    if (signal.aborted) return;
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        signal.removeEventListener('abort', onAbort);
        this.#scans.delete(scan);
        this.#listen();
      };
      const onAbort = (): void => {
        end();
        resolve();
      };
      const fail = (error: PhoneKeyError): void => {
        end();
        reject(error);
      };
      const scan: Scan = { filters, found, fail };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#scans.add(scan);
      this.#listen();
    });
  }

  async connect(
    advertisement: Advertisement,
    profile: GattProfile,
    options: ConnectOptions = {},
  ): Promise<CentralLink> {
    const { timeoutMs = CONNECT_TIMEOUT_MS, signal, attHandle } = options;
    this.#power.signal.throwIfAborted();
    const signals = [this.#power.signal, ...(signal === undefined ? [] : [signal])];
    const attempt = new AbortController();
    const what = 'connecting';
    try {
      return await runOperation<CentralLink>(
        this.medium.clock,
        { what, timeoutMs, signals, failure: 'radio.connect-failed' },
        ({ resolve, reject }) => {
          this.#connecting
            .run(
              () => this.#connect(advertisement.id, profile, attHandle, attempt.signal),
              [attempt.signal],
            )
            .then(resolve, reject);
        },
      );
    } catch (error) {
      attempt.abort(error);
      throw error;
    }
  }

  override powerOff(): void {
    this.#stop();
    super.powerOff();
  }

  /** @internal */
  protected layer(): LinkLayer {
    return {
      receive: (pdu, from, rssi) => {
        if (isSimAdvertisement(pdu)) this.#heard(pdu, from, rssi);
      },
      accept: () => false,
      refused: (request) => {
        if (this.#wanted?.request === request) this.#wanted.request = undefined;
      },
      linkUp: (end, request) => {
        if (this.#wanted?.request === request) this.#wanted.up(end);
        else end.terminate(Status.remoteUserTerminated);
      },
    };
  }

  /** @internal */
  protected async retire(): Promise<void> {
    this.#stop();
    await this.#connecting.run(() => Promise.resolve()); // until the last attempt has been undone
  }

  #heard(pdu: SimAdvertisement, from: Station, rssi: number): void {
    if (this.#wanted?.id === pdu.id) this.#request(this.#wanted, pdu, from);
    const advertisement = { id: pdu.id, rssi, ...pdu.fields };
    for (const scan of this.#scans) {
      if (!scan.filters.some((filter) => filter.matches(advertisement))) continue;
      this.medium.defer(() => {
        if (this.#scans.has(scan)) scan.found(advertisement);
      });
    }
  }

  /** Until it works, as often as a link comes up that the peripheral never answers on. */
  async #connect(
    id: string,
    profile: GattProfile,
    attHandle: number | undefined,
    signal: AbortSignal,
  ): Promise<CentralLink> {
    if (this.links.has(id)) {
      throw connectedError();
    }
    for (;;) {
      const link = this.#linkOver(await this.#initiate(id, signal), id, profile);
      const abandon = (): void => void link.close();
      signal.addEventListener('abort', abandon, { once: true });
      try {
        await link.prepare(attHandle);
        return link;
      } catch (cause) {
        await link.close();
        if (link.neverEstablished && !signal.aborted) continue;
        const { code } = cause instanceof PhoneKeyError ? cause : {};
        if (code === 'radio.timeout' || code === 'radio.connect-failed') throw cause;
        const message = 'the connection ended before it was ready';
        throw new PhoneKeyError('radio.connect-failed', message, { cause });
      } finally {
        signal.removeEventListener('abort', abandon);
      }
    }
  }

  #initiate(id: string, signal: AbortSignal): Promise<LinkEnd> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        signal.removeEventListener('abort', onAbort);
        this.#wanted = undefined;
        this.#listen();
      };
      const onAbort = (): void => {
        end();
        reject(abortError(signal));
      };
      const up = (linkEnd: LinkEnd): void => {
        end();
        resolve(linkEnd);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#wanted = { id, up };
      this.#listen();
    });
  }

  #request(wanted: Wanted, { advertiser }: SimAdvertisement, from: Station): void {
    if (wanted.request !== undefined || advertiser === undefined) return;
    wanted.request = { initiator: this.context.address, advertiser, parameters: this.#parameters };
    this.medium.connect(this.station, from, wanted.request);
  }

  #linkOver(end: LinkEnd, id: string, profile: GattProfile): SimCentralLink {
    const link = new SimCentralLink({
      ...this.linkOptions(end, 'car'),
      profile,
      onDown: () => {
        this.links.delete(id);
      },
    });
    this.links.set(id, link);
    return link;
  }

  #listen(): void {
    const windows = [
      ...(this.#scans.size > 0 ? [this.#window] : []),
      ...(this.#wanted === undefined ? [] : [CONNECTING]),
    ];
    this.medium.listen(this.station, windows);
  }

  #stop(): void {
    const error = closedError();
    this.#power.abort(error);
    for (const scan of [...this.#scans]) scan.fail(error);
  }
}
