import {
  DataOperation,
  LeSetExtendedAdvertisingData,
} from '../../../lib/hci/commands/extended-advertising.js';
import { Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { AdvertisingSet } from './advertising-set.js';
import type { AdvertisingSets } from './advertising-sets.js';
import { FragmentedData } from './fragmented-data.js';
import { dataCapacity, takesData } from './set-parameters.js';

const EMPTY = new Uint8Array(0);
/** The scan response comes in the same form. */
const { parameters } = LeSetExtendedAdvertisingData;

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
  setData(bytes: Uint8Array): number {
    const set = this.#sets.get(parameters.head(bytes).set);
    if (set === undefined) return Status.unknownAdvertisingIdentifier;
    const p = valid(bytes);
    if (p === undefined || !takesData(set.parameters)) return Status.invalidParameters;
    const { operation, data: fragment } = p;
    if (operation === DataOperation.unchanged) {
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
  setScanResponse(bytes: Uint8Array): number {
    const set = this.#sets.get(parameters.head(bytes).set);
    if (set === undefined) return Status.unknownAdvertisingIdentifier;
    const p = valid(bytes);
    if (p === undefined || p.operation === DataOperation.unchanged) return Status.invalidParameters;
    const { operation, data: fragment } = p;
    const { scannable, legacyPdus } = set.parameters;
    const discards = operation === DataOperation.complete && fragment.length === 0;
    if (!scannable && !discards) return Status.invalidParameters;
    const error = fragmentError(set, operation, fragment);
    if (error !== undefined) return error;
    if (scannable && !legacyPdus && set.enabled && discards) return Status.commandDisallowed;
    return this.#take(set, 'scanResponse', operation, fragment);
  }

  #take(set: AdvertisingSet, kind: keyof Pending, operation: number, fragment: Uint8Array): number {
    const taken = this.#of(set)[kind].take(operation, fragment);
    if (taken === Status.commandDisallowed) return taken;
    // With the first fragment, and with one too many, what was there before is gone.
    const data = typeof taken === 'object' ? taken : EMPTY;
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

const valid = (
  bytes: Uint8Array,
): ParametersOf<typeof LeSetExtendedAdvertisingData> | undefined => {
  const p = parameters.exact(bytes);
  const { operation, fragmentPreference } = parameters.shape;
  if (p === undefined || !operation.allows(p.operation)) return undefined;
  return fragmentPreference.allows(p.fragmentPreference) ? p : undefined;
};

const fragmentError = (
  { parameters: { legacyPdus }, enabled }: AdvertisingSet,
  operation: number,
  fragment: Uint8Array,
): number | undefined => {
  const isWhole = operation === DataOperation.complete;
  if (legacyPdus && (!isWhole || fragment.length > 31)) return Status.invalidParameters;
  if (!isWhole && fragment.length === 0) return Status.invalidParameters;
  return enabled && !isWhole ? Status.commandDisallowed : undefined;
};
