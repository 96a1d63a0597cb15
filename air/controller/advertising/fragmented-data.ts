import { DataOperation } from '../../../lib/hci/commands/extended-advertising.js';
import { MAX_ADVERTISING_DATA, Status } from '../../../lib/hci/constants.js';
import { concat } from '../../../lib/platform/bytes.js';

/** Data of an advertising set that comes in fragments (Vol 4 Part E 7.8.54 and 7.8.55). */
export class FragmentedData {
  #bytes: Uint8Array | undefined;

  /** Fragments have come, but not the last one. */
  get isPartial(): boolean {
    return this.#bytes !== undefined;
  }

  /** The whole data once it is there; `partial` before that, or an error code. */
  take(operation: number, fragment: Uint8Array): Uint8Array | 'partial' | number {
    const before = this.#bytes;
    this.#bytes = undefined;
    if (operation === DataOperation.complete) return fragment;
    const isFirst = operation === DataOperation.first;
    if (!isFirst && before === undefined) return Status.commandDisallowed;
    const bytes = before === undefined || isFirst ? fragment : concat(before, fragment);
    if (bytes.length > MAX_ADVERTISING_DATA) return Status.memoryCapacityExceeded;
    if (operation === DataOperation.last) return bytes;
    this.#bytes = bytes;
    return 'partial';
  }
}
