import {
  DataOperation,
  LeSetExtendedAdvertisingData,
} from '../../../lib/hci/commands/extended-advertising.js';
import { Status } from '../../../lib/hci/constants.js';
import type { AdvertisingSet, DataKind } from './advertising-set.js';
import type { AdvertisingSets } from './advertising-sets.js';
import { dataCapacity, takesData } from './set-parameters.js';

const EMPTY = new Uint8Array(0);
/** The scan response comes in the same form. */
const { parameters } = LeSetExtendedAdvertisingData;

/** LE Set Extended Advertising Data, 4 to 255 bytes. */
export const setExtendedData = (sets: AdvertisingSets, bytes: Uint8Array): number => {
  const set = sets.get(parameters.head(bytes).set);
  if (set === undefined) return Status.unknownAdvertisingIdentifier;
  const p = valid(bytes);
  if (p === undefined || !takesData(set.parameters)) return Status.invalidParameters;
  const { operation, data: fragment } = p;
  if (operation === DataOperation.unchanged) {
    const changes = set.enabled && set.content.data.length > 0 && !set.parameters.legacyPdus;
    if (!changes || fragment.length > 0) return Status.invalidParameters;
    set.renewDid();
    return Status.success;
  }
  const error = fragmentError(set, operation, fragment);
  if (error !== undefined) return error;
  if (set.enabled && fragment.length > dataCapacity(set.parameters)) return Status.packetTooLong;
  return take(set, 'data', operation, fragment);
};

/** LE Set Extended Scan Response Data, 4 to 255 bytes. */
export const setExtendedScanResponse = (sets: AdvertisingSets, bytes: Uint8Array): number => {
  const set = sets.get(parameters.head(bytes).set);
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
  return take(set, 'scanResponse', operation, fragment);
};

const take = (
  set: AdvertisingSet,
  kind: DataKind,
  operation: number,
  fragment: Uint8Array,
): number => {
  const taken = set.fragments[kind].take(operation, fragment);
  if (taken === Status.commandDisallowed) return taken;
  // With the first fragment, and with one too many, what was there before is gone.
  set.setData(kind, typeof taken === 'object' ? taken : EMPTY);
  return typeof taken === 'number' ? taken : Status.success;
};

const valid = (bytes: Uint8Array) => {
  const p = parameters.exact(bytes);
  return p !== undefined && parameters.allows(p) ? p : undefined;
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
