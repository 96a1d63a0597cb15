import type { Cancel } from '../../../lib/platform/clock.js';
import type { LeSetExtendedScanEnable } from '../../../lib/hci/commands/listening.js';
import { Status } from '../../../lib/hci/constants.js';
import { LeScanTimeout } from '../../../lib/hci/events/advertising.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { addressTypeByte, sameAddress } from '../../medium/pdu.js';
import type { AdvertisingPdu, ScanResponsePdu } from '../../medium/pdu.js';
import type { ScanWindow, Station } from '../../medium/station.js';
import type { ListeningParts } from '../context.js';
import { isResolvable } from '../privacy/rpa.js';
import { DuplicateFilter, reportExtended, reportLegacy, UNRESOLVED } from './reports.js';
import type { Sighting, Target } from './reports.js';
import { DEFAULT_SCAN } from './scan-parameters.js';
import type { ScanParameters } from './scan-parameters.js';

/** How a host wants to scan; durations of 0 are no limit. */
interface Scan {
  readonly filterDuplicates: boolean;
  /** Filtering begins anew with each period. */
  readonly filterByPeriod: boolean;
  readonly durationMs: number;
  readonly periodMs: number;
}

/** Scanning with legacy commands (Vol 4 Part E 7.8.10 and 7.8.11) or extended ones (7.8.64, 7.8.65). */
export class Scanner {
  #parameters: ScanParameters = DEFAULT_SCAN;
  #scan: Scan | undefined;
  /** False between the end of a duration and the next period. */
  #listening = false;
  #cancelTimer: Cancel | undefined;
  readonly #duplicates = new DuplicateFilter();
  /** What was asked for a scan response, by station and set. */
  readonly #asked = new Map<string, Sighting>();
  readonly #context: ListeningParts;

  constructor(context: ListeningParts) {
    this.#context = context;
  }

  get enabled(): boolean {
    return this.#scan !== undefined;
  }

  /** When it listens: undefined while it does not. */
  get window(): ScanWindow | undefined {
    return this.#listening ? this.#parameters.window : undefined;
  }

  get usesAcceptList(): boolean {
    return this.enabled && (this.#parameters.filterPolicy & 0b01) !== 0;
  }

  /** An error code for bad parameters is given back. */
  setParameters(parameters: ScanParameters | number): number {
    if (this.enabled) return Status.commandDisallowed;
    if (typeof parameters === 'number') return parameters;
    this.#parameters = parameters;
    return Status.success;
  }

  /** Enabling again begins with nothing reported. */
  setEnable(p: ParametersOf<typeof LeSetExtendedScanEnable>): number {
    const { enable, filterDuplicates: filter } = p;
    const durationMs = p.duration * 10;
    const periodMs = durationMs === 0 ? 0 : p.period * 1280;
    if (enable > 1) return Status.invalidParameters;
    if (enable === 0) return this.#stop();
    if (filter > 2 || (filter === 2 && periodMs === 0)) return Status.invalidParameters;
    if (periodMs > 0 && durationMs >= periodMs) return Status.invalidParameters;
    if (this.#context.identity.identityAddress(this.#parameters.ownAddressType) === undefined) {
      return Status.invalidParameters;
    }
    const filterDuplicates = filter > 0;
    this.#scan = { filterDuplicates, filterByPeriod: filter === 2, durationMs, periodMs };
    this.#duplicates.clear();
    this.#beginPeriod(this.#scan);
    return Status.success;
  }

  heard(pdu: AdvertisingPdu, from: Station, rssi: number): void {
    if (!this.#listening || (pdu.extended !== undefined && !this.#parameters.extended)) return;
    const { identity, medium, station } = this.#context;
    const { active, ownAddressType } = this.#parameters;
    const sighting = this.#sighting(pdu, rssi);
    if (sighting === undefined) return;
    this.#report(sighting);
    if (!active || !pdu.scannable || pdu.advertiser === undefined) return;
    const own = identity.own(ownAddressType, sighting.peer?.address);
    if (own === undefined) return;
    this.#asked.set(keyOf(from, pdu.set), sighting);
    medium.channels.send(station, from, {
      kind: 'scan-request',
      scanner: own.address,
      advertiser: pdu.advertiser,
      ...(pdu.set !== undefined && { set: pdu.set }),
    });
  }

  answered(response: ScanResponsePdu, from: Station, rssi: number): void {
    const key = keyOf(from, response.set);
    const asked = this.#asked.get(key);
    const advertiser = asked?.pdu.advertiser;
    if (!this.#listening || asked === undefined || advertiser === undefined) return;
    if (!sameAddress(advertiser, response.advertiser)) return;
    this.#asked.delete(key);
    this.#report({ ...asked, response, rssi: this.#context.power.toldRssi(rssi) });
  }

  reset(): void {
    this.#stop();
    this.#parameters = DEFAULT_SCAN;
  }

  #stop(): number {
    this.#cancelTimer?.();
    this.#scan = undefined;
    this.#listen(false);
    return Status.success;
  }

  #beginPeriod(scan: Scan): void {
    if (scan.filterByPeriod) this.#duplicates.clear();
    this.#after(scan.durationMs, () => {
      if (scan.periodMs === 0) {
        this.#stop();
        this.#context.host.event(LeScanTimeout, {});
        return;
      }
      this.#listen(false);
      this.#after(scan.periodMs - scan.durationMs, () => this.#beginPeriod(scan));
    });
    this.#listen(true);
  }

  #after(ms: number, run: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = ms === 0 ? undefined : this.#context.medium.clock.after(ms, run);
  }

  #listen(listening: boolean): void {
    this.#listening = listening;
    this.#asked.clear();
    this.#context.listeningChanged();
  }

  /** Undefined for what the filter policy or network privacy leaves out. */
  #sighting(pdu: AdvertisingPdu, rssi: number): Sighting | undefined {
    const { acceptList, resolvingList, power } = this.#context;
    const peer = pdu.advertiser && resolvingList.identify(pdu.advertiser);
    if (pdu.advertiser !== undefined && peer === undefined) return undefined;
    const listOnly = (this.#parameters.filterPolicy & 0b01) !== 0;
    if (listOnly && !acceptList.has(peer?.address)) return undefined;
    const target = this.#target(pdu);
    if (pdu.target !== undefined && target === undefined) return undefined;
    return { pdu, peer, target, rssi: power.toldRssi(rssi) };
  }

  /** For whom the PDU is, where that may be this device. */
  #target(pdu: AdvertisingPdu): Target | undefined {
    const { identity, resolvingList } = this.#context;
    const { ownAddressType, filterPolicy } = this.#parameters;
    const own = identity.identityAddress(ownAddressType);
    if (pdu.target === undefined || own === undefined) return undefined;
    const type = addressTypeByte(own);
    if (sameAddress(pdu.target, own)) return { type, address: own };
    if (resolvingList.isLocal(pdu.target)) return { type: type | 0b10, address: own };
    const mayBeThis = (filterPolicy & 0b10) !== 0 && isResolvable(pdu.target);
    return mayBeThis ? { type: UNRESOLVED, address: pdu.target } : undefined;
  }

  #report(sighting: Sighting): void {
    if (this.#scan?.filterDuplicates === true && !this.#duplicates.admit(sighting)) return;
    const report = this.#parameters.extended ? reportExtended : reportLegacy;
    report(this.#context.host, sighting);
  }
}

const keyOf = (from: Station, set = 0): string => `${String(from.id)}/${String(set)}`;
