import {
  LEGACY_PROPERTIES,
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
  LeSetScanResponseData,
} from '../../lib/hci/commands/advertising.js';
import {
  DataOperation,
  LeClearAdvertisingSets,
  LeRemoveAdvertisingSet,
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from '../../lib/hci/commands/extended-advertising.js';
import { Reset } from '../../lib/hci/commands/host-control.js';
import { AdvertisingBit, MAX_ADVERTISING_DATA } from '../../lib/hci/constants.js';
import type { Shape, Values } from '../../lib/hci/layout.js';
import type { HciCommand } from '../../lib/hci/packet.js';
import { addressText } from '../../lib/hci/text.js';
import { readable } from '../../lib/hci/reader.js';
import { concat } from '../../lib/platform/bytes.js';
import type { FoundSet } from '../capture/record.js';

/**
 * What a host makes its controller advertise, followed by its commands (Vol 4 Part E 7.8.5 to 7.8.9 and
 * 7.8.52 to 7.8.60).
 */

/** The one set of legacy advertising; others have the number that their host gives them. */
export const LEGACY_SET = 'legacy';
const EMPTY = new Uint8Array(0);

export interface FollowedSet {
  /** Which set of the controller. */
  readonly name: string;
  extended: boolean;
  /** False: it has stopped. */
  enabled: boolean;
  connectable: boolean;
  scannable: boolean;
  /** 0 public, 1 random, 2 and 3 a resolvable private address of the controller's own making. */
  ownAddressType: number;
  /** Of the set, where it has one of its own. */
  randomAddress?: string;
  data: Uint8Array;
  scanResponse: Uint8Array;
}

export class FollowedAdvertisingSets {
  readonly #sets = new Map<string, FollowedSet>();
  #followed = false;

  /** True once the host has been heard to start or stop: its commands then tell all there is. */
  get followed(): boolean {
    return this.#followed;
  }

  static concerns(opcode: number): boolean {
    return COMMANDS.has(opcode);
  }

  /** A command that succeeded. Gives the sets that are new, have changed, or have stopped. */
  apply(opcode: number, parameters: Uint8Array): FollowedSet[] {
    const touched = readable(() => COMMANDS.get(opcode)?.(this, parameters)) ?? [];
    return touched.map((name) => this.set(name));
  }

  /** One that was on the air before its host was heard. */
  found({ name, ...found }: FoundSet): FollowedSet {
    this.#followed = true;
    return Object.assign(this.set(name), found, { enabled: true });
  }

  /** A link in the peripheral role ends legacy advertising by itself. */
  connected(): void {
    this.#ended(LEGACY_SET);
  }

  /** The controller has ended the set (a link, its duration). */
  terminated(handle: number): void {
    this.#ended(String(handle));
  }

  set(name: string): FollowedSet {
    const set = this.#sets.get(name) ?? {
      name,
      extended: name !== LEGACY_SET,
      enabled: false,
      connectable: true,
      scannable: true,
      ownAddressType: 0,
      data: EMPTY,
      scanResponse: EMPTY,
    };
    this.#sets.set(name, set);
    return set;
  }

  names(): string[] {
    return [...this.#sets.keys()];
  }

  /** Gives the set when that has changed anything on the air. */
  enable(name: string, enabled: boolean): string[] {
    const set = this.set(name);
    this.#followed = true;
    if (set.enabled === enabled) return [];
    set.enabled = enabled;
    return [name];
  }

  /** Gives the set when that has changed anything on the air. */
  setData(
    name: string,
    field: 'data' | 'scanResponse',
    operation: number,
    data: Uint8Array,
  ): string[] {
    const set = this.set(name);
    if (operation === DataOperation.unchanged) return [];
    const begins = operation === DataOperation.first || operation === DataOperation.complete;
    const joined = begins ? data : concat(set[field], data);
    set[field] = joined.subarray(0, MAX_ADVERTISING_DATA);
    const ends = operation === DataOperation.last || operation === DataOperation.complete;
    return set.enabled && ends ? [name] : [];
  }

  setProperties(name: string, bits: number, ownAddressType: number): string[] {
    Object.assign(this.set(name), {
      connectable: (bits & AdvertisingBit.connectable) !== 0,
      scannable: (bits & AdvertisingBit.scannable) !== 0,
      extended: (bits & AdvertisingBit.legacy) === 0,
      ownAddressType,
    });
    return [];
  }

  /** What it was is told once more, where it was on the air. */
  remove(name: string): string[] {
    const set = this.set(name);
    this.#sets.set(name, { ...set, enabled: false, data: EMPTY, scanResponse: EMPTY });
    return set.enabled ? [name] : [];
  }

  #ended(name: string): void {
    const set = this.#sets.get(name);
    if (set !== undefined) set.enabled = false;
  }
}

type Apply = (sets: FollowedAdvertisingSets, parameters: Uint8Array) => readonly string[];

const apply = <P extends Shape>(
  declared: HciCommand<P>,
  run: (sets: FollowedAdvertisingSets, parameters: Values<P>) => readonly string[],
): [number, Apply] => [
  declared.opcode,
  (sets, bytes) => run(sets, declared.parameters.read(bytes)),
];

const setLegacyData = (field: 'data' | 'scanResponse', declared: typeof LeSetAdvertisingData) =>
  apply(declared, (sets, { length, data }) =>
    sets.setData(LEGACY_SET, field, DataOperation.complete, data.subarray(0, length)),
  );

const setExtendedData = (
  field: 'data' | 'scanResponse',
  declared: typeof LeSetExtendedAdvertisingData,
) =>
  apply(declared, (sets, { set, operation, data }) =>
    sets.setData(String(set), field, operation, data),
  );

const removeAll = (sets: FollowedAdvertisingSets): string[] =>
  sets.names().flatMap((name) => sets.remove(name));

const COMMANDS: ReadonlyMap<number, Apply> = new Map([
  apply(Reset, removeAll),
  apply(LeSetAdvertisingParameters, (sets, { type, ownAddressType }) =>
    sets.setProperties(
      LEGACY_SET,
      LEGACY_PROPERTIES[type] ?? AdvertisingBit.legacy,
      ownAddressType,
    ),
  ),
  setLegacyData('data', LeSetAdvertisingData),
  setLegacyData('scanResponse', LeSetScanResponseData),
  apply(LeSetAdvertisingEnable, (sets, { enable }) => sets.enable(LEGACY_SET, enable !== 0)),
  apply(LeSetAdvertisingSetRandomAddress, (sets, { set, address }) => {
    sets.set(String(set)).randomAddress = addressText(address);
    return [];
  }),
  apply(LeSetExtendedAdvertisingParameters, (sets, { set, properties, ownAddressType }) =>
    sets.setProperties(String(set), properties, ownAddressType),
  ),
  setExtendedData('data', LeSetExtendedAdvertisingData),
  setExtendedData('scanResponse', LeSetExtendedScanResponseData),
  apply(LeSetExtendedAdvertisingEnable, (sets, { enable, sets: named }) => {
    const enabled = enable !== 0;
    // Disabling none in particular disables all.
    const names = enabled || named.length > 0 ? named.map(({ set }) => String(set)) : sets.names();
    return names.flatMap((name) => sets.enable(name, enabled));
  }),
  apply(LeRemoveAdvertisingSet, (sets, { set }) => sets.remove(String(set))),
  apply(LeClearAdvertisingSets, removeAll),
]);
