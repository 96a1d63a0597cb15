import type {
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
} from '../../../lib/hci/commands/extended-advertising.js';
import { Status } from '../../../lib/hci/constants.js';
import { LeAdvertisingSetTerminated } from '../../../lib/hci/events/advertising.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { ok } from '../outcome.js';
import type { CommandOutcome } from '../outcome.js';
import type { OwnAddress } from '../identity.js';
import type { Acceptance, AdvertisingSet, Limits } from './advertising-set.js';
import type { AdvertisingSets } from './advertising-sets.js';
import { setParameters } from './extended-parameters.js';
import { dataCapacity, HIGH_DUTY_DURATION_MS, takesData } from './set-parameters.js';
import type { SetParameters } from './set-parameters.js';

export const MAX_ADVERTISING_SETS = 4;
const LAST_HANDLE = 0xef;

type Wanted = Partial<ParametersOf<typeof LeSetExtendedAdvertisingEnable>['sets'][number]>;

/** Extended advertising (Vol 4 Part E 7.8.52 to 7.8.60), with legacy and extended PDUs. */
export class ExtendedAdvertising {
  readonly #sets: AdvertisingSets;

  constructor(sets: AdvertisingSets) {
    this.#sets = sets;
  }

  setRandomAddress(p: ParametersOf<typeof LeSetAdvertisingSetRandomAddress>): number {
    const set = this.#sets.get(p.set);
    if (set === undefined) return Status.unknownAdvertisingIdentifier;
    if (set.enabled && set.parameters.connectable) return Status.commandDisallowed;
    set.random = { type: 'random', bytes: p.address };
    set.refresh();
    return Status.success;
  }

  /** LE Set Extended Advertising Parameters. Returns the selected TX power. */
  setParameters(
    p: ParametersOf<typeof LeSetExtendedAdvertisingParameters>,
  ): number | CommandOutcome<{ readonly txPower: number }> {
    const { range } = this.#sets.parts.power;
    const parameters = setParameters(p, range);
    if (typeof parameters === 'number') return parameters;
    if (p.set > LAST_HANDLE) return Status.invalidParameters;
    const set = this.#sets.get(p.set);
    if (set?.enabled === true) return Status.commandDisallowed;
    if (set !== undefined && !suits(set, parameters)) return Status.invalidParameters;
    if (set === undefined && this.#sets.all.length >= MAX_ADVERTISING_SETS) {
      return Status.memoryCapacityExceeded;
    }
    if (set === undefined) this.#sets.create(p.set, parameters);
    else set.parameters = parameters;
    return ok({ txPower: parameters.txPower ?? range.max });
  }

  /** LE Set Extended Advertising Enable. */
  setEnable(p: ParametersOf<typeof LeSetExtendedAdvertisingEnable>): number {
    const { enable } = p;
    const count = p.sets.length;
    if (enable > 1 || (count === 0 && enable === 1)) return Status.invalidParameters;
    if (new Set(p.sets.map(({ set }) => set)).size !== count) return Status.invalidParameters;
    const sets = p.sets.map(({ set }) => this.#sets.get(set));
    if (!sets.every((set) => set !== undefined)) return Status.unknownAdvertisingIdentifier;
    if (enable === 0) {
      for (const set of count === 0 ? this.#sets.all : sets) set.stop();
      return Status.success;
    }
    const starts: (() => void)[] = [];
    for (const [i, set] of sets.entries()) {
      const limits = this.#limits(set, p.sets[i]);
      const own = this.#ready(set, limits);
      if (typeof own === 'number') return own;
      starts.push(() => set.start(own, limits));
    }
    for (const start of starts) start();
    return Status.success;
  }

  remove(handle: number): number {
    const set = this.#sets.get(handle);
    if (set === undefined) return Status.unknownAdvertisingIdentifier;
    if (set.enabled) return Status.commandDisallowed;
    this.#sets.delete(set.handle);
    return Status.success;
  }

  /** LE Clear Advertising Sets. */
  clear(): number {
    if (this.#sets.enabled) return Status.commandDisallowed;
    this.#sets.reset();
    return Status.success;
  }

  /** A central's request ended the advertising; `connection` is the handle of the link. */
  connected({ set, events }: Acceptance, connection: number): void {
    this.#terminated(set, Status.success, connection, events);
  }

  /** The own address of a set that can be enabled; an error code for one that cannot. */
  #ready(set: AdvertisingSet, { durationMs = 0 }: Limits): OwnAddress | number {
    const { connectable, scannable, highDuty, legacyPdus } = set.parameters;
    if (highDuty && (durationMs === 0 || durationMs > HIGH_DUTY_DURATION_MS)) {
      return Status.invalidParameters;
    }
    const { fragments, scanResponse, data } = set;
    if (fragments.data.isPartial || fragments.scanResponse.isPartial) {
      return Status.commandDisallowed;
    }
    if (scannable && !legacyPdus && scanResponse.length === 0) return Status.commandDisallowed;
    if (data.length > dataCapacity(set.parameters)) return Status.invalidParameters;
    if (connectable && !this.#sets.hasRoom()) return Status.connectionLimitExceeded;
    return set.ownAddress() ?? Status.invalidParameters;
  }

  #limits(set: AdvertisingSet, { duration = 0, maxEvents = 0 }: Wanted = {}): Limits {
    return {
      ...(duration > 0 && { durationMs: duration * 10 }),
      ...(maxEvents > 0 && { maxEvents }),
      ended: (status, events) => this.#terminated(set, status, 0, events),
    };
  }

  #terminated(
    { handle }: AdvertisingSet,
    status: number,
    connection: number,
    events: number,
  ): void {
    const terminated = { status, set: handle, handle: connection, events };
    this.#sets.parts.host.event(LeAdvertisingSetTerminated, terminated);
  }
}

/** Data that a set has already must suit its new parameters. */
const suits = ({ data, scanResponse }: AdvertisingSet, parameters: SetParameters): boolean => {
  if (data.length > 0 && !takesData(parameters)) return false;
  if (scanResponse.length > 0 && !parameters.scannable) return false;
  return !parameters.legacyPdus || (data.length <= 31 && scanResponse.length <= 31);
};
