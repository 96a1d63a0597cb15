import { Status } from '../../lib/hci/constants.js';
import { addressTypeByte } from '../medium/pdu.js';
import type { DeviceAddress } from '../medium/pdu.js';

export const ACCEPT_LIST_SIZE = 16;

const ADDRESS_TYPES: ReadonlySet<number> = new Set([0x00, 0x01, 0xff]);

/** The filter accept list (Vol 4 Part E 7.8.14 to 7.8.17), which 5 filter policies consult. */
export class AcceptList {
  readonly #entries = new Set<string>();

  /** True while scanning, advertising or connecting consults the list. */
  readonly #inUse: () => boolean;

  constructor(inUse: () => boolean) {
    this.#inUse = inUse;
  }

  /** True for an identity that was added; undefined is an anonymous advertiser. */
  has(address: DeviceAddress | undefined): boolean {
    return this.#entries.has(
      address === undefined ? ANONYMOUS : key(addressTypeByte(address), address.bytes),
    );
  }

  clear(): number {
    if (this.#inUse()) return Status.commandDisallowed;
    this.#entries.clear();
    return Status.success;
  }

  /** 7 bytes: address type and address. */
  add(p: Buffer): number {
    if (!ADDRESS_TYPES.has(p.readUInt8(0))) return Status.invalidParameters;
    if (this.#inUse()) return Status.commandDisallowed;
    const entry = key(p.readUInt8(0), p.subarray(1));
    if (!this.#entries.has(entry) && this.#entries.size >= ACCEPT_LIST_SIZE) {
      return Status.memoryCapacityExceeded;
    }
    this.#entries.add(entry);
    return Status.success;
  }

  /** 7 bytes, as `add`. */
  remove(p: Buffer): number {
    if (!ADDRESS_TYPES.has(p.readUInt8(0))) return Status.invalidParameters;
    if (this.#inUse()) return Status.commandDisallowed;
    this.#entries.delete(key(p.readUInt8(0), p.subarray(1)));
    return Status.success;
  }

  reset(): void {
    this.#entries.clear();
  }
}

const ANONYMOUS = 'anonymous';

/** Anonymous advertisers have no address. */
const key = (type: number, bytes: Buffer): string =>
  type === 0xff ? ANONYMOUS : `${String(type)}/${bytes.toString('hex')}`;
