import { DataOperation } from '../../../lib/hci/commands/extended-advertising.js';
import { MAX_ADVERTISING_DATA, Status } from '../../../lib/hci/constants.js';

const EMPTY = Buffer.alloc(0);

/** Data of an advertising set that comes in fragments (Vol 4 Part E 7.8.54 and 7.8.55). */
export class FragmentedData {
  #bytes: Buffer | undefined;

  /** Fragments have come, but not the last one. */
  get isPartial(): boolean {
    return this.#bytes !== undefined;
  }

  /** The whole data once it is there; `partial` before that, or an error code. */
  take(operation: number, fragment: Uint8Array): Buffer | 'partial' | number {
    const before = this.#bytes;
    this.#bytes = undefined;
    if (operation === DataOperation.complete) return Buffer.from(fragment);
    const isFirst = operation === DataOperation.first;
    if (!isFirst && before === undefined) return Status.commandDisallowed;
    const bytes = Buffer.concat([isFirst ? EMPTY : (before ?? EMPTY), fragment]);
    if (bytes.length > MAX_ADVERTISING_DATA) return Status.memoryCapacityExceeded;
    if (operation === DataOperation.last) return bytes;
    this.#bytes = bytes;
    return 'partial';
  }
}
