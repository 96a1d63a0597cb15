import { LEGACY_PROPERTIES } from '../../../lib/hci/commands/advertising.js';
import type {
  LeSetAdvertisingData,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import { ConnectionRole, Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { reportNoConnection } from '../connection/connection-events.js';
import type { AdvertisingSet, DataKind, Limits } from './advertising-set.js';
import type { AdvertisingSets } from './advertising-sets.js';
import {
  commonParameters,
  DEFAULT_PARAMETERS,
  eventType,
  HIGH_DUTY_DURATION_MS,
} from './set-parameters.js';

const LEGACY_HANDLE = 0;
const LONGEST_INTERVAL = 0x4000;

/** Legacy advertising (Vol 4 Part E 7.8.5 to 7.8.9) is one advertising set, with commands of its own. */
const legacySet = (sets: AdvertisingSets): AdvertisingSet =>
  sets.get(LEGACY_HANDLE) ?? sets.create(LEGACY_HANDLE, DEFAULT_PARAMETERS);

/** While it is enabled, the random address of the device stays as it is. */
export const isLegacyEnabled = (sets: AdvertisingSets): boolean =>
  sets.get(LEGACY_HANDLE)?.enabled ?? false;

/** LE Set Advertising Parameters. */
export const setLegacyParameters = (
  sets: AdvertisingSets,
  p: ParametersOf<typeof LeSetAdvertisingParameters>,
): number => {
  const set = legacySet(sets);
  if (set.enabled) return Status.commandDisallowed;
  const properties = LEGACY_PROPERTIES[p.type];
  if (properties === undefined) return Status.invalidParameters;
  const parameters = commonParameters(eventType(properties), p, LONGEST_INTERVAL);
  if (typeof parameters === 'number') return parameters;
  set.parameters = { ...DEFAULT_PARAMETERS, ...parameters };
  return Status.success;
};

export const setLegacyData = (
  sets: AdvertisingSets,
  kind: DataKind,
  { length, data }: ParametersOf<typeof LeSetAdvertisingData>,
): void => legacySet(sets).setData(kind, data.subarray(0, length));

/** LE Set Advertising Enable. */
export const enableLegacy = (sets: AdvertisingSets, enable: number): number => {
  const set = legacySet(sets);
  const { identity, host } = sets.parts;
  if (enable === 0) set.stop();
  if (enable === 0 || set.enabled) return Status.success;
  if (set.parameters.connectable && !sets.hasRoom()) return Status.connectionLimitExceeded;
  set.random = identity.random;
  const own = set.ownAddress();
  if (own === undefined) return Status.invalidParameters;
  const highDutyLimits: Limits = {
    durationMs: HIGH_DUTY_DURATION_MS,
    ended: (status) => reportNoConnection(host, status, ConnectionRole.peripheral),
  };
  set.start(own, set.parameters.highDuty ? highDutyLimits : {});
  return Status.success;
};
