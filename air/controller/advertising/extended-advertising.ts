import type {
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
} from '../../../lib/hci/commands/extended-advertising.js';
import { Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { ok } from '../outcome.js';
import type { CommandOutcome } from '../outcome.js';
import type { OwnAddress } from '../identity.js';
import type { AdvertisingSet, Limits } from './advertising-set.js';
import type { AdvertisingSets } from './advertising-sets.js';
import { setParameters } from './extended-parameters.js';
import { dataCapacity, HIGH_DUTY_DURATION_MS, takesData } from './set-parameters.js';
import type { SetParameters } from './set-parameters.js';

/** Extended advertising (Vol 4 Part E 7.8.52 to 7.8.60), with legacy and extended PDUs. */

export const MAX_ADVERTISING_SETS = 4;
const LAST_HANDLE = 0xef;

export const setRandomAddress = (
  sets: AdvertisingSets,
  p: ParametersOf<typeof LeSetAdvertisingSetRandomAddress>,
): number => {
  const set = sets.get(p.set);
  if (set === undefined) return Status.unknownAdvertisingIdentifier;
  if (set.enabled && set.parameters.connectable) return Status.commandDisallowed;
  set.random = { type: 'random', bytes: p.address };
  set.refresh();
  return Status.success;
};

/** LE Set Extended Advertising Parameters. Returns the selected TX power. */
export const setExtendedParameters = (
  sets: AdvertisingSets,
  p: ParametersOf<typeof LeSetExtendedAdvertisingParameters>,
): number | CommandOutcome<{ readonly txPower: number }> => {
  const { range } = sets.parts.power;
  const parameters = setParameters(p, range);
  if (typeof parameters === 'number') return parameters;
  if (p.set > LAST_HANDLE) return Status.invalidParameters;
  const set = sets.get(p.set);
  if (set?.enabled === true) return Status.commandDisallowed;
  if (set !== undefined && !suits(set, parameters)) return Status.invalidParameters;
  if (set === undefined && sets.all.length >= MAX_ADVERTISING_SETS) {
    return Status.memoryCapacityExceeded;
  }
  if (set === undefined) sets.create(p.set, parameters);
  else set.parameters = parameters;
  return ok({ txPower: parameters.txPower ?? range.max });
};

/** LE Set Extended Advertising Enable. */
export const enableSets = (
  sets: AdvertisingSets,
  { enable, sets: wanted }: ParametersOf<typeof LeSetExtendedAdvertisingEnable>,
): number => {
  const count = wanted.length;
  if (enable > 1 || (count === 0 && enable === 1)) return Status.invalidParameters;
  if (new Set(wanted.map(({ set }) => set)).size !== count) return Status.invalidParameters;
  const named = wanted.map(({ set }) => sets.get(set));
  if (!named.every((set) => set !== undefined)) return Status.unknownAdvertisingIdentifier;
  if (enable === 0) {
    for (const set of count === 0 ? sets.all : named) set.stop();
    return Status.success;
  }
  const starts: (() => void)[] = [];
  for (const [i, set] of named.entries()) {
    const { duration = 0, maxEvents = 0 } = wanted[i] ?? {};
    const limits: Limits = {
      ...(duration > 0 && { durationMs: duration * 10 }),
      ...(maxEvents > 0 && { maxEvents }),
      ended: (status, events) => set.reportTerminated(status, 0, events),
    };
    const own = ready(set, limits, sets.hasRoom);
    if (typeof own === 'number') return own;
    starts.push(() => set.start(own, limits));
  }
  for (const start of starts) start();
  return Status.success;
};

/** The own address of a set that can be enabled; an error code for one that cannot. */
const ready = (
  set: AdvertisingSet,
  { durationMs = 0 }: Limits,
  hasRoom: () => boolean,
): OwnAddress | number => {
  const { connectable, scannable, highDuty, legacyPdus } = set.parameters;
  if (highDuty && (durationMs === 0 || durationMs > HIGH_DUTY_DURATION_MS)) {
    return Status.invalidParameters;
  }
  const { fragments, content } = set;
  if (fragments.data.isPartial || fragments.scanResponse.isPartial) {
    return Status.commandDisallowed;
  }
  if (scannable && !legacyPdus && content.scanResponse.length === 0)
    return Status.commandDisallowed;
  if (content.data.length > dataCapacity(set.parameters)) return Status.invalidParameters;
  if (connectable && !hasRoom()) return Status.connectionLimitExceeded;
  return set.ownAddress() ?? Status.invalidParameters;
};

/** Data that a set has already must suit its new parameters. */
const suits = ({ content }: AdvertisingSet, parameters: SetParameters): boolean => {
  const { data, scanResponse } = content;
  if (data.length > 0 && !takesData(parameters)) return false;
  if (scanResponse.length > 0 && !parameters.scannable) return false;
  return !parameters.legacyPdus || (data.length <= 31 && scanResponse.length <= 31);
};
