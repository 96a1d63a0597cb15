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

/** Legacy advertising (Vol 4 Part E 7.8.5 to 7.8.9): one advertising set, with commands of its own. */
export class LegacyAdvertising {
  readonly #highDutyLimits: Limits = {
    durationMs: HIGH_DUTY_DURATION_MS,
    ended: (status) => reportNoConnection(this.#sets.parts.host, status, ConnectionRole.peripheral),
  };

  readonly #sets: AdvertisingSets;

  constructor(sets: AdvertisingSets) {
    this.#sets = sets;
  }

  /** LE Set Advertising Parameters. */
  setParameters(p: ParametersOf<typeof LeSetAdvertisingParameters>): number {
    if (this.#set.enabled) return Status.commandDisallowed;
    const properties = LEGACY_PROPERTIES[p.type];
    if (properties === undefined) return Status.invalidParameters;
    const parameters = commonParameters(eventType(properties), p, LONGEST_INTERVAL);
    if (typeof parameters === 'number') return parameters;
    this.#set.parameters = { ...DEFAULT_PARAMETERS, ...parameters };
    return Status.success;
  }

  setData(kind: DataKind, { length, data }: ParametersOf<typeof LeSetAdvertisingData>): void {
    this.#set.setData(kind, data.subarray(0, length));
  }

  /** LE Set Advertising Enable. */
  setEnable(enable: number): number {
    const set = this.#set;
    if (enable === 0) set.stop();
    if (enable === 0 || set.enabled) return Status.success;
    if (set.parameters.connectable && !this.#sets.hasRoom()) return Status.connectionLimitExceeded;
    set.random = this.#sets.parts.identity.random;
    const own = set.ownAddress();
    if (own === undefined) return Status.invalidParameters;
    set.start(own, set.parameters.highDuty ? this.#highDutyLimits : {});
    return Status.success;
  }

  /** While it is enabled, the random address of the device stays as it is. */
  get enabled(): boolean {
    return this.#sets.get(LEGACY_HANDLE)?.enabled ?? false;
  }

  get #set(): AdvertisingSet {
    return this.#sets.get(LEGACY_HANDLE) ?? this.#sets.create(LEGACY_HANDLE, DEFAULT_PARAMETERS);
  }
}
