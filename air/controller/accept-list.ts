import type { LeAddToAcceptList } from '../../lib/hci/commands/addresses.js';
import { Status } from '../../lib/hci/constants.js';
import type { ParametersOf } from '../../lib/hci/packet.js';
import { toHex } from '../../lib/platform/bytes.js';
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

  add({ addressType, address }: ParametersOf<typeof LeAddToAcceptList>): number {
    if (!ADDRESS_TYPES.has(addressType)) return Status.invalidParameters;
    if (this.#inUse()) return Status.commandDisallowed;
    const entry = key(addressType, address);
    if (!this.#entries.has(entry) && this.#entries.size >= ACCEPT_LIST_SIZE) {
      return Status.memoryCapacityExceeded;
    }
    this.#entries.add(entry);
    return Status.success;
  }

  remove({ addressType, address }: ParametersOf<typeof LeAddToAcceptList>): number {
    if (!ADDRESS_TYPES.has(addressType)) return Status.invalidParameters;
    if (this.#inUse()) return Status.commandDisallowed;
    this.#entries.delete(key(addressType, address));
    return Status.success;
  }

  reset(): void {
    this.#entries.clear();
  }
}

const ANONYMOUS = 'anonymous';

/** Anonymous advertisers have no address. */
const key = (type: number, address: Uint8Array): string =>
  type === 0xff ? ANONYMOUS : `${String(type)}/${toHex(address)}`;
