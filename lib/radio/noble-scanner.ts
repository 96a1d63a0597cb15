import { PhoneKeyError } from '../errors.js';
import type { ScanFilter } from '../link/advertising.js';
import type { Cancel, Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Noble, NoblePeripheral } from './noble-types.js';
import { OperationQueue, runOperation, subscribe } from './operation.js';
import { stackInternals } from './stack.js';
import type { Advertisement, Central } from './types.js';
import { bareUuid, dashedUuid } from '../link/gatt-profile.js';

const SCAN_TIMEOUT_MS = 5000;
const RESTART_MS = 1000;
/** Devices remembered for connecting; ids change all the time, and a scan may run for days. */
const MAX_DEVICES = 256;
/** HCI's value for "not available". */
const NO_RSSI = 127;
/** Types of advertising that are not connectable: ADV_SCAN_IND, ADV_NONCONN_IND; and the answer to a scanner. */
const NOT_CONNECTABLE: readonly unknown[] = [2, 3];
const SCAN_RESPONSE = 4;

interface Scan {
  readonly filters: readonly ScanFilter[];
  found(advertisement: Advertisement): void;
  fail(error: unknown): void;
}

/** Scanning on one noble: on while somebody wants it and nobody connects. */
export class NobleScanner {
  readonly #noble: Noble;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #queue = new OperationQueue();
  readonly #scans = new Set<Scan>();
  readonly #devices = new Map<string, NoblePeripheral>();
  /** Those of the devices that are not connectable. */
  readonly #busy = new Set<string>();
  readonly #forget: (() => void)[];
  #holds = 0;
  /** The UUIDs that noble looks for, joined; empty while it does not scan. */
  #running = '';
  #changing = false;
  #cancelRestart: Cancel = () => undefined;

  constructor(noble: Noble, clock: Clock, log: Logger) {
    this.#noble = noble;
    this.#clock = clock;
    this.#log = log;
    this.#forget = [
      subscribe(noble, 'discover', this.#discovered.bind(this)),
      subscribe(noble, 'scanStop', this.#stoppedByOthers.bind(this)),
    ];
    const { _hci: host } = stackInternals(noble);
    if (host !== undefined)
      this.#forget.push(subscribe(host, 'leAdvertisingReport', this.#reported.bind(this)));
  }

  device(id: string): NoblePeripheral | undefined {
    return this.#devices.get(id);
  }

  /** Reports until one of the signals aborts; then resolves. Rejects when the radio fails. */
  async scan(...[filters, found, signal]: Parameters<Central['scan']>): Promise<void> {
    if (signal.aborted) return;
    let end = (): void => undefined;
    let scan: Scan | undefined;
    const ended = new Promise<void>((resolve, reject) => {
      end = resolve;
      scan = { filters, found, fail: reject };
      this.#scans.add(scan);
    });
    signal.addEventListener('abort', end, { once: true });
    try {
      await Promise.all([ended, this.#update()]);
    } finally {
      signal.removeEventListener('abort', end);
      if (scan !== undefined) this.#scans.delete(scan);
      await this.#updateQuietly();
    }
  }

  /** Runs `body` while nothing is scanned: many controllers refuse to do both. */
  async hold<T>(body: () => Promise<T>): Promise<T> {
    this.#holds++;
    try {
      await this.#updateQuietly();
      return await body();
    } finally {
      this.#holds--;
      this.#update().catch((error: unknown) => {
        this.#fail(error);
      });
    }
  }

  /** The adapter is gone, or the radio closed: ends every scan with `error`. */
  stop(error: PhoneKeyError): void {
    this.#running = '';
    this.#fail(error);
  }

  /** Stops scanning and listening. */
  async close(error: PhoneKeyError): Promise<void> {
    for (const forget of this.#forget) forget();
    this.#cancelRestart();
    this.#fail(error);
    await this.#updateQuietly();
  }

  #fail(error: unknown): void {
    for (const scan of this.#scans) scan.fail(error);
    this.#scans.clear();
  }

  /** Brings the radio to the state that is wanted now. */
  #update(): Promise<void> {
    return this.#queue.run(async () => {
      const services = new Set<string>();
      for (const { filters } of this.#holds === 0 ? this.#scans : []) {
        for (const { service } of filters) services.add(bareUuid(service));
      }
      const wanted = [...services].sort().join();
      if (wanted === this.#running) return;
      this.#changing = true;
      try {
        if (this.#running !== '') await this.#switch('');
        this.#running = '';
        if (wanted !== '') await this.#switch(wanted);
        this.#running = wanted;
      } finally {
        this.#changing = false;
      }
    });
  }

  #switch(services: string): Promise<void> {
    const wanted = services !== '';
    return runOperation<void>(
      this.#clock,
      {
        what: wanted ? 'starting to scan' : 'stopping to scan',
        timeoutMs: SCAN_TIMEOUT_MS,
        failure: 'radio.scan-failed',
        timeoutError: () =>
          new PhoneKeyError('radio.scan-failed', 'the adapter does not start or stop scanning'),
      },
      ({ resolve, on }) => {
        on(this.#noble, wanted ? 'scanStart' : 'scanStop', resolve);
        // Duplicates, because the same car is to be reported again when it is heard again.
        if (wanted) this.#noble.startScanning(services.split(','), true);
        else this.#noble.stopScanning();
      },
    );
  }

  /** Other programs share the adapter on Linux, and may switch off a scan that is not theirs. */
  #stoppedByOthers(): void {
    if (this.#running === '' || this.#changing) return;
    this.#running = '';
    this.#cancelRestart();
    this.#cancelRestart = this.#clock.after(RESTART_MS, () => {
      this.#update().catch((error: unknown) => {
        this.#fail(error);
      });
    });
  }

  async #updateQuietly(): Promise<void> {
    try {
      await this.#update();
    } catch (error) {
      this.#running = '';
      this.#log.warn('scanning does not stop', { error: String(error) });
    }
  }

  /** noble takes what can be scanned for connectable. */
  #reported(_status: unknown, type: unknown, address: string): void {
    const id = address.replaceAll(':', '');
    if (type === SCAN_RESPONSE) return;
    if (this.#busy.size > MAX_DEVICES) this.#busy.clear();
    if (NOT_CONNECTABLE.includes(type)) this.#busy.add(id);
    else this.#busy.delete(id);
  }

  #discovered(peripheral: NoblePeripheral): void {
    const { id, rssi } = peripheral;
    if (rssi === NO_RSSI) return;
    const { serviceUuids = [], serviceData = [], localName } = peripheral.advertisement;
    const advertisement: Advertisement = {
      id,
      rssi,
      services: serviceUuids.map(dashedUuid),
      // Copies: the stack hands out views of its own buffers.
      serviceData: serviceData.map(({ uuid, data }) => ({
        uuid: dashedUuid(uuid),
        data: new Uint8Array(data),
      })),
      ...(localName === undefined ? {} : { localName }),
      ...(this.#busy.has(id) && { isBusy: true }),
    };
    const wanted = [...this.#scans].filter(({ filters }) =>
      filters.some((filter) => filter.matches(advertisement)),
    );
    if (wanted.length === 0) return;
    this.#devices.delete(id);
    this.#devices.set(id, peripheral);
    const oldest = this.#devices.keys().next();
    if (this.#devices.size > MAX_DEVICES && oldest.done !== true)
      this.#devices.delete(oldest.value);
    for (const scan of wanted) scan.found(advertisement);
  }
}
