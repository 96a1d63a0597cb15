import { Status } from '../hci/constants.js';
import type { Medium } from '../medium/medium.js';
import {
  sameAddress,
  type ConnectRequest,
  type DeviceAddress,
  type ScanRequestPdu,
} from '../medium/pdu.js';
import type { Station } from '../medium/station.js';
import type { AcceptList } from './accept-list.js';
import type { Identity } from './identity.js';

/** Legacy advertising types of HCI that are offered; directed advertising is not. */
const TYPES: ReadonlyMap<number, { readonly connectable: boolean; readonly scannable: boolean }> =
  new Map([
    [0x00, { connectable: true, scannable: true }],
    [0x02, { connectable: false, scannable: true }],
    [0x03, { connectable: false, scannable: false }],
  ]);

interface Parameters {
  readonly intervalMs: number;
  readonly connectable: boolean;
  readonly scannable: boolean;
  readonly ownAddressType: number;
  /** Bit 0: scan requests only from the accept list; bit 1: connections only. */
  readonly filterPolicy: number;
}

const DEFAULTS: Parameters = {
  intervalMs: 1280,
  connectable: true,
  scannable: true,
  ownAddressType: 0,
  filterPolicy: 0,
};

/** Legacy advertising is one set. */
const LEGACY_SET = 0;

const EMPTY = Buffer.alloc(0);

/** Legacy advertising (Vol 4 Part E 7.8.5 to 7.8.9). */
export class Advertiser {
  #parameters = DEFAULTS;
  #data: Buffer = EMPTY;
  #scanResponse: Buffer = EMPTY;
  /** The address that is advertised, while it is. */
  #active: DeviceAddress | undefined;

  constructor(
    private readonly medium: Medium,
    private readonly station: Station,
    private readonly identity: Identity,
    private readonly acceptList: AcceptList,
    /** True when one more link in the peripheral role is possible. */
    private readonly hasRoom: () => boolean,
  ) {}

  get enabled(): boolean {
    return this.#active !== undefined;
  }

  get usesAcceptList(): boolean {
    return this.enabled && this.#parameters.filterPolicy !== 0;
  }

  /** LE Set Advertising Parameters, 15 bytes. */
  setParameters(p: Buffer): number {
    if (this.enabled) return Status.commandDisallowed;
    const minimum = p.readUInt16LE(0);
    const maximum = p.readUInt16LE(2);
    const typeCode = p.readUInt8(4);
    const ownAddressType = p.readUInt8(5);
    const channels = p.readUInt8(13);
    const filterPolicy = p.readUInt8(14);
    if (minimum < 0x20 || maximum > 0x4000 || minimum > maximum) return Status.invalidParameters;
    if (typeCode > 4 || ownAddressType > 3 || filterPolicy > 3) return Status.invalidParameters;
    if (channels === 0 || channels > 7) return Status.invalidParameters;
    const type = TYPES.get(typeCode);
    if (type === undefined || ownAddressType > 1) return Status.unsupportedFeature;
    this.#parameters = { intervalMs: minimum * 0.625, ...type, ownAddressType, filterPolicy };
    return Status.success;
  }

  /** LE Set Advertising Data, 32 bytes: significant length and 31 bytes. */
  setData(p: Buffer): number {
    const data = significant(p);
    if (data === undefined) return Status.invalidParameters;
    if (this.#data.equals(data)) return Status.success;
    this.#data = data;
    if (this.#active !== undefined) this.#advertise(this.#active);
    return Status.success;
  }

  /** LE Set Scan Response Data, 32 bytes. */
  setScanResponse(p: Buffer): number {
    const data = significant(p);
    if (data === undefined) return Status.invalidParameters;
    this.#scanResponse = data;
    return Status.success;
  }

  /** LE Set Advertising Enable, 1 byte. */
  setEnable(p: Buffer): number {
    const enable = p.readUInt8(0);
    if (enable > 1) return Status.invalidParameters;
    if (enable === 0) this.stop();
    if (enable === 0 || this.enabled) return Status.success;
    if (this.#parameters.connectable && !this.hasRoom()) return Status.connectionLimitExceeded;
    const address = this.identity.own(this.#parameters.ownAddressType);
    if (address === undefined) return Status.invalidParameters;
    this.#advertise(address);
    return Status.success;
  }

  /** Answers an active scanner. */
  scanRequested({ advertiser, scanner }: ScanRequestPdu, from: Station): void {
    if (!this.#parameters.scannable || !this.#isMine(advertiser)) return;
    if (!this.#admits(scanner, 0b01)) return;
    this.medium.send(this.station, from, {
      kind: 'scan-response',
      advertiser,
      data: this.#scanResponse,
    });
  }

  /** Takes a central's request; advertising is over then, as the specification has it. */
  accept(request: ConnectRequest): boolean {
    if (!this.#parameters.connectable || !this.#isMine(request.advertiser)) return false;
    if (!this.#admits(request.initiator, 0b10)) return false;
    this.stop();
    return true;
  }

  stop(): void {
    this.#active = undefined;
    this.medium.advertise(this.station, LEGACY_SET, undefined);
  }

  reset(): void {
    this.stop();
    this.#parameters = DEFAULTS;
    this.#data = EMPTY;
    this.#scanResponse = EMPTY;
  }

  #admits(peer: DeviceAddress, policy: number): boolean {
    return (this.#parameters.filterPolicy & policy) === 0 || this.acceptList.has(peer);
  }

  #isMine(address: DeviceAddress): boolean {
    return this.#active !== undefined && sameAddress(this.#active, address);
  }

  #advertise(address: DeviceAddress): void {
    const { connectable, scannable, intervalMs } = this.#parameters;
    this.#active = address;
    this.medium.advertise(this.station, LEGACY_SET, {
      pdu: { kind: 'advertising', advertiser: address, data: this.#data, connectable, scannable },
      intervalMs,
    });
  }
}

/** Copies the significant part of a data command; undefined when the length is out of bounds. */
const significant = (p: Buffer): Buffer | undefined => {
  const length = p.readUInt8(0);
  return length > 31 ? undefined : Buffer.from(p.subarray(1, 1 + length));
};
