import { sameBytes, viewOf } from '../../../lib/platform/bytes.js';
import type { Cancel } from '../../../lib/platform/clock.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeAdvertisingSetTerminated,
  LeScanRequestReceived,
} from '../../../lib/hci/events/advertising.js';
import { sameAddress } from '../../medium/pdu.js';
import type {
  ConnectRequest,
  DeviceAddress,
  ExtendedHeader,
  ScanRequestPdu,
} from '../../medium/pdu.js';
import type { Station } from '../../medium/station.js';
import type { Meeting } from '../connection/connection-events.js';
import type { OwnAddress } from '../identity.js';
import type { ControllerParts } from '../context.js';
import { peerTypeByte } from '../privacy/resolving-list.js';
import type { Peer } from '../privacy/resolving-list.js';
import { FragmentedData } from './fragmented-data.js';
import { takesData } from './set-parameters.js';
import type { SetParameters } from './set-parameters.js';

/** How long a set advertises, and who is told when it ends by itself. */
export interface Limits {
  readonly durationMs?: number;
  readonly maxEvents?: number;
  readonly ended?: (status: number, events: number) => void;
}

/** A stretch of advertising, from enabling to its end. */
interface Run {
  readonly limits: Limits;
  own: OwnAddress;
  target: DeviceAddress | undefined;
  events: number;
  cancelDuration?: Cancel;
  cancelRotation?: Cancel | undefined;
}

/** What becomes of an accepted request. */
export interface Acceptance extends Meeting {
  readonly set: AdvertisingSet;
  readonly events: number;
}

export type DataKind = 'data' | 'scanResponse';

const EMPTY = new Uint8Array(0);

/** One advertising set: its data, and the train of PDUs on the medium while it is enabled. */
export class AdvertisingSet {
  /** Of the set itself; legacy advertising takes that of the device. */
  random: DeviceAddress | undefined;
  /** What has come of data in fragments. */
  readonly fragments = { data: new FragmentedData(), scanResponse: new FragmentedData() };
  readonly content: Record<DataKind, Uint8Array> = { data: EMPTY, scanResponse: EMPTY };
  #did: number;
  #run: Run | undefined;
  readonly #context: ControllerParts;

  constructor(
    context: ControllerParts,
    readonly handle: number,
    public parameters: SetParameters,
  ) {
    this.#context = context;
    this.#did = this.#newDid();
  }

  get enabled(): boolean {
    return this.#run !== undefined;
  }

  /** The address under which it is heard; undefined while it is disabled. */
  get advertiser(): DeviceAddress | undefined {
    return this.#run?.own.address;
  }

  setData(kind: DataKind, data: Uint8Array): void {
    if (sameBytes(this.content[kind], data)) return;
    this.content[kind] = data;
    this.#did = this.#newDid();
    if (kind === 'data' || !this.parameters.legacyPdus) this.refresh();
  }

  /** Another data identifier: scanners shall take the data for new. */
  renewDid(): void {
    this.#did = this.#newDid();
    this.refresh();
  }

  /** The own address at this moment; undefined when a random one is needed and not set. */
  ownAddress(): OwnAddress | undefined {
    const { ownAddressType, peer } = this.parameters;
    return this.#context.identity.own(ownAddressType, peer, this.random);
  }

  /** Advertises under `own` until it is stopped or a limit is reached. */
  start(own: OwnAddress, limits: Limits = {}): void {
    this.stop();
    const run: Run = { limits, own, target: undefined, events: 0 };
    this.#run = run;
    if (limits.durationMs !== undefined) {
      run.cancelDuration = this.#context.medium.clock.after(limits.durationMs, () => {
        this.#end(run, Status.advertisingTimeout);
      });
    }
    this.#advertise(run);
  }

  stop(): void {
    if (this.#run === undefined) return;
    this.#run.cancelDuration?.();
    this.#run.cancelRotation?.();
    this.#run = undefined;
    this.#context.medium.advertise(this.#context.station, this.handle, undefined);
  }

  /** The timeout of private addresses has changed. */
  rotate(): void {
    if (this.#run?.cancelRotation !== undefined) this.refresh();
  }

  /** Takes over what has changed: data, or the own address. */
  refresh(): void {
    const run = this.#run;
    if (run === undefined) return;
    run.own = this.ownAddress() ?? run.own;
    this.#advertise(run);
  }

  /** Answers an active scanner. */
  scanRequested({ advertiser, scanner }: ScanRequestPdu, from: Station): void {
    const { scannable, legacyPdus, notifyScanRequests } = this.parameters;
    if (!scannable || this.#run === undefined) return;
    if (!sameAddress(advertiser, this.#run.own.address)) return;
    const peer = this.#admit(this.#run, scanner, 0b01);
    if (peer === undefined) return;
    const { medium, station, host } = this.#context;
    medium.channels.send(station, from, {
      kind: 'scan-response',
      advertiser,
      data: this.content.scanResponse,
      set: this.handle,
      ...(!legacyPdus && { extended: this.#header() }),
    });
    if (!notifyScanRequests) return;
    host.event(LeScanRequestReceived, {
      set: this.handle,
      addressType: peerTypeByte(peer),
      address: peer.address.bytes,
    });
  }

  /** Of extended advertising; `connection` is the handle of the link that ended it. */
  reportTerminated(status: number, connection: number, events: number): void {
    const terminated = { status, set: this.handle, handle: connection, events };
    this.#context.host.event(LeAdvertisingSetTerminated, terminated);
  }

  /** Takes a central's request; the set is disabled then, as the specification has it. */
  accept({ advertiser, initiator }: ConnectRequest): Acceptance | undefined {
    const run = this.#run;
    if (!this.parameters.connectable || run === undefined) return undefined;
    if (!sameAddress(advertiser, run.own.address)) return undefined;
    const peer = this.#admit(run, initiator, 0b10);
    if (peer === undefined) return undefined;
    this.stop();
    const { address, isPrivate } = run.own;
    return { set: this, peer, events: run.events, ...(isPrivate && { localRpa: address }) };
  }

  /** Who asks, if it may: the target of directed advertising, or whom the filter policy lets through. */
  #admit(run: Run, address: DeviceAddress, policy: number): Peer | undefined {
    const { resolvingList, acceptList } = this.#context;
    const { directed, filterPolicy, peer: target } = this.parameters;
    const peer = resolvingList.identify(address);
    if (peer === undefined) return undefined;
    if (directed) {
      const isTarget =
        sameAddress(peer.address, target) ||
        (run.target !== undefined && sameAddress(address, run.target));
      return isTarget ? peer : undefined;
    }
    return (filterPolicy & policy) === 0 || acceptList.has(peer.address) ? peer : undefined;
  }

  #advertise(run: Run): void {
    const { medium, station, resolvingList } = this.#context;
    const { parameters } = this;
    const { connectable, scannable, directed, ownAddressType, peer } = parameters;
    const targetRpa =
      directed && ownAddressType > 1 ? resolvingList.targetAddress(peer) : undefined;
    run.target = directed ? (targetRpa ?? peer) : undefined;
    run.cancelRotation?.();
    run.cancelRotation = undefined;
    const used = { local: run.own.isPrivate, target: targetRpa !== undefined };
    if (used.local || used.target) {
      run.cancelRotation = medium.clock.after(resolvingList.rotatesIn(peer, used), () => {
        this.refresh();
      });
    }
    medium.advertise(station, this.handle, {
      pdu: {
        kind: 'advertising',
        advertiser: parameters.anonymous ? undefined : run.own.address,
        ...(run.target && { target: run.target }),
        data: takesData(parameters) ? this.content.data : EMPTY,
        connectable,
        scannable,
        set: this.handle,
        ...(!parameters.legacyPdus && { extended: this.#header() }),
      },
      intervalMs: parameters.intervalMs,
      ...(parameters.highDuty && { punctual: true }),
      ...(parameters.txPower !== undefined && { txPower: parameters.txPower }),
      ...(run.limits.maxEvents !== undefined && {
        sent: () => this.#sent(run),
      }),
    });
  }

  #header(): ExtendedHeader {
    const { sid, secondaryPhy, includeTxPower, txPower } = this.parameters;
    const { power, station } = this.#context;
    return {
      sid,
      did: this.#did,
      secondaryPhy,
      ...(includeTxPower && { txPower: power.told(txPower ?? station.txPower) }),
    };
  }

  #sent(run: Run): void {
    if (this.#run !== run) return;
    run.events++;
    if (run.events === run.limits.maxEvents) this.#end(run, Status.limitReached);
  }

  #end(run: Run, status: number): void {
    this.stop();
    run.limits.ended?.(status, run.events);
  }

  /** 12 bits. */
  #newDid(): number {
    return viewOf(this.#context.random(2)).getUint16(0, true) & 0x0fff;
  }
}
