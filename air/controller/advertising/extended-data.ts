import { Status } from '../../../lib/hci/constants.js';
import type { AdvertisingSet } from './advertising-set.js';
import type { AdvertisingSets } from './advertising-sets.js';
import { FragmentedData, Operation, parseFragment } from './fragmented-data.js';
import { dataCapacity, takesData } from './set-parameters.js';

const EMPTY = Buffer.alloc(0);

interface Pending {
  readonly data: FragmentedData;
  readonly scanResponse: FragmentedData;
}

/** The data of extended advertising sets, whole or in fragments. */
export class ExtendedData {
  readonly #pending = new WeakMap<AdvertisingSet, Pending>();

  readonly #sets: AdvertisingSets;

  constructor(sets: AdvertisingSets) {
    this.#sets = sets;
  }

  /** True while the last fragment of something is missing. */
  isPartial(set: AdvertisingSet): boolean {
    const { data, scanResponse } = this.#of(set);
    return data.isPartial || scanResponse.isPartial;
  }

  /** LE Set Extended Advertising Data, 4 to 255 bytes. */
  setData(p: Buffer): number {
    const set = this.#sets.get(p.readUInt8(0));
    const parsed = parseFragment(p.subarray(1));
    if (set === undefined) return Status.unknownAdvertisingIdentifier;
    if (parsed === undefined || !takesData(set.parameters)) return Status.invalidParameters;
    const { operation, fragment } = parsed;
    if (operation === Operation.unchanged) {
      const changes = set.enabled && set.data.length > 0 && !set.parameters.legacyPdus;
      if (!changes || fragment.length > 0) return Status.invalidParameters;
      set.renewDid();
      return Status.success;
    }
    const error = fragmentError(set, operation, fragment);
    if (error !== undefined) return error;
    if (set.enabled && fragment.length > dataCapacity(set.parameters)) return Status.packetTooLong;
    return this.#take(set, 'data', operation, fragment);
  }

  /** LE Set Extended Scan Response Data, 4 to 255 bytes. */
  setScanResponse(p: Buffer): number {
    const set = this.#sets.get(p.readUInt8(0));
    const parsed = parseFragment(p.subarray(1));
    if (set === undefined) return Status.unknownAdvertisingIdentifier;
    if (parsed === undefined || parsed.operation === Operation.unchanged) {
      return Status.invalidParameters;
    }
    const { operation, fragment } = parsed;
    const { scannable, legacyPdus } = set.parameters;
    const discards = operation === Operation.complete && fragment.length === 0;
    if (!scannable && !discards) return Status.invalidParameters;
    const error = fragmentError(set, operation, fragment);
    if (error !== undefined) return error;
    if (scannable && !legacyPdus && set.enabled && discards) return Status.commandDisallowed;
    return this.#take(set, 'scanResponse', operation, fragment);
  }

  #take(set: AdvertisingSet, kind: keyof Pending, operation: number, fragment: Buffer): number {
    const taken = this.#of(set)[kind].take(operation, fragment);
    if (taken === Status.commandDisallowed) return taken;
    // With the first fragment, and with one too many, what was there before is gone.
    const data = Buffer.isBuffer(taken) ? taken : EMPTY;
    if (kind === 'data') set.setData(data);
    else set.setScanResponse(data);
    return typeof taken === 'number' ? taken : Status.success;
  }

  #of(set: AdvertisingSet): Pending {
    const known = this.#pending.get(set);
    if (known !== undefined) return known;
    const pending = { data: new FragmentedData(), scanResponse: new FragmentedData() };
    this.#pending.set(set, pending);
    return pending;
  }
}

const fragmentError = (
  { parameters, enabled }: AdvertisingSet,
  operation: number,
  fragment: Buffer,
): number | undefined => {
  const isWhole = operation === Operation.complete;
  if (parameters.legacyPdus && (!isWhole || fragment.length > 31)) return Status.invalidParameters;
  if (!isWhole && fragment.length === 0) return Status.invalidParameters;
  return enabled && !isWhole ? Status.commandDisallowed : undefined;
};
