import { MAX_ADVERTISING_DATA, Status } from '../../../lib/hci/constants.js';

export const FragmentOperation = {
  intermediate: 0,
  first: 1,
  last: 2,
  complete: 3,
  unchanged: 4,
} as const;

const EMPTY = Buffer.alloc(0);

/** Data of an advertising set that comes in fragments (Vol 4 Part E 7.8.54 and 7.8.55). */
export class FragmentedData {
  #bytes: Buffer | undefined;

  /** Fragments have come, but not the last one. */
  get isPartial(): boolean {
    return this.#bytes !== undefined;
  }

  /** The whole data once it is there; `partial` before that, or an error code. */
  take(operation: number, fragment: Buffer): Buffer | 'partial' | number {
    const before = this.#bytes;
    this.#bytes = undefined;
    if (operation === FragmentOperation.complete) return Buffer.from(fragment);
    const isFirst = operation === FragmentOperation.first;
    if (!isFirst && before === undefined) return Status.commandDisallowed;
    const bytes = Buffer.concat([isFirst ? EMPTY : (before ?? EMPTY), fragment]);
    if (bytes.length > MAX_ADVERTISING_DATA) return Status.memoryCapacityExceeded;
    if (operation === FragmentOperation.last) return bytes;
    this.#bytes = bytes;
    return 'partial';
  }
}

/** What the data commands carry after the handle: operation, fragment preference, length, data. */
export const parseFragment = (
  p: Buffer,
): { readonly operation: number; readonly fragment: Buffer } | undefined => {
  const operation = p.readUInt8(0);
  const length = p.readUInt8(2);
  if (operation > FragmentOperation.unchanged || p.readUInt8(1) > 1) return undefined;
  return p.length === 3 + length ? { operation, fragment: p.subarray(3) } : undefined;
};
