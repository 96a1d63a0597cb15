import { Status } from '../../../lib/hci/constants.js';
import type { ConnectRequest, ScanRequestPdu } from '../../medium/pdu.js';
import type { Station } from '../../medium/station.js';
import type { ControllerParts } from '../context.js';
import { AdvertisingSet } from './advertising-set.js';
import type { Acceptance } from './advertising-set.js';
import type { SetParameters } from './set-parameters.js';

/** The advertising sets of a controller by their handles; legacy advertising is one of them. */
export class AdvertisingSets {
  readonly #sets = new Map<number, AdvertisingSet>();

  constructor(
    readonly parts: ControllerParts,
    /** True when one more link in the peripheral role is possible. */
    readonly hasRoom: () => boolean,
  ) {}

  get all(): readonly AdvertisingSet[] {
    return [...this.#sets.values()];
  }

  get enabled(): boolean {
    return this.all.some((set) => set.enabled);
  }

  get usesAcceptList(): boolean {
    return this.all.some((set) => set.enabled && set.parameters.filterPolicy !== 0);
  }

  get(handle: number): AdvertisingSet | undefined {
    return this.#sets.get(handle);
  }

  create(handle: number, parameters: SetParameters): AdvertisingSet {
    const set = new AdvertisingSet(this.parts, handle, parameters);
    this.#sets.set(handle, set);
    return set;
  }

  /** LE Remove Advertising Set. */
  remove(handle: number): number {
    const set = this.#sets.get(handle);
    if (set === undefined) return Status.unknownAdvertisingIdentifier;
    if (set.enabled) return Status.commandDisallowed;
    this.#sets.delete(handle);
    return Status.success;
  }

  /** LE Clear Advertising Sets. */
  clear(): number {
    if (this.enabled) return Status.commandDisallowed;
    this.#sets.clear();
    return Status.success;
  }

  /** The timeout of private addresses has changed. */
  rotate(): void {
    for (const set of this.all) set.rotate();
  }

  scanRequested(pdu: ScanRequestPdu, from: Station): void {
    this.get(pdu.set ?? 0)?.scanRequested(pdu, from);
  }

  accept(request: ConnectRequest): Acceptance | undefined {
    return this.hasRoom() ? this.get(request.set ?? 0)?.accept(request) : undefined;
  }

  reset(): void {
    for (const set of this.all) set.stop();
    this.#sets.clear();
  }
}
