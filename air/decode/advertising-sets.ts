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
import type { HciCommand, ParametersOf } from '../../lib/hci/packet.js';
import { addressText } from '../../lib/hci/text.js';
import { readable } from '../../lib/hci/reader.js';
import { concat } from '../../lib/platform/bytes.js';
import type { FollowedAdvertisement } from './advertisements.js';

/**
 * What a host makes its controller advertise, followed by its commands (Vol 4 Part E 7.8.5 to 7.8.9 and
 * 7.8.52 to 7.8.60).
 */

/** The one set of legacy advertising; others have the number that their host gives them. */
const LEGACY = 'legacy';
const EMPTY = new Uint8Array(0);

interface FollowedSet {
  extended: boolean;
  enabled: boolean;
  connectable: boolean;
  scannable: boolean;
  ownAddressType: number;
  randomAddress?: string;
  data: Uint8Array;
  scanResponse: Uint8Array;
}

/** A set that is new, has changed, or has stopped. */
export interface AdvertisingChange {
  /** Which set of the controller. */
  readonly set: string;
  /** 0 public, 1 random, 2 and 3 a resolvable private address of the controller's own making. */
  readonly ownAddressType: number;
  /** Of the set, where it has one of its own. */
  readonly randomAddress: string | undefined;
  /** Undefined: it has stopped. */
  readonly advertisement: Omit<FollowedAdvertisement, 'address'> | undefined;
}

const { connectable: CONNECTABLE, scannable: SCANNABLE } = AdvertisingBit;

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

  /** A command that succeeded. */
  apply(opcode: number, parameters: Uint8Array): AdvertisingChange[] {
    const touched = readable(() => COMMANDS.get(opcode)?.(this, parameters)) ?? [];
    return touched.map((name) => this.#change(name));
  }

  /** A link in the peripheral role ends legacy advertising by itself. */
  connected(): void {
    const legacy = this.#sets.get(LEGACY);
    if (legacy !== undefined) legacy.enabled = false;
  }

  /** The controller has ended the set (a link, its duration). */
  terminated(handle: number): void {
    const set = this.#sets.get(String(handle));
    if (set !== undefined) set.enabled = false;
  }

  set(name: string): FollowedSet {
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const set: FollowedSet = {
      extended: name !== LEGACY,
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

  setDirection(name: string, bits: number): void {
    const set = this.set(name);
    set.connectable = (bits & CONNECTABLE) !== 0;
    set.scannable = (bits & SCANNABLE) !== 0;
  }

  /** What it was is told once more, where it was on the air. */
  remove(name: string): string[] {
    const set = this.set(name);
    this.#sets.set(name, { ...set, enabled: false, data: EMPTY, scanResponse: EMPTY });
    return set.enabled ? [name] : [];
  }

  #change(name: string): AdvertisingChange {
    const set = this.set(name);
    const { connectable, scannable, extended, data, scanResponse } = set;
    return {
      set: name,
      ownAddressType: set.ownAddressType,
      randomAddress: set.randomAddress,
      advertisement: set.enabled
        ? { connectable, scannable, extended, data, scanResponse }
        : undefined,
    };
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

const setLegacyData =
  (field: 'data' | 'scanResponse') =>
  (
    sets: FollowedAdvertisingSets,
    { length, data }: ParametersOf<typeof LeSetAdvertisingData>,
  ): string[] => {
    const set = sets.set(LEGACY);
    set[field] = data.subarray(0, length);
    return set.enabled ? [LEGACY] : [];
  };

const setExtendedData =
  (field: 'data' | 'scanResponse') =>
  (
    sets: FollowedAdvertisingSets,
    { set: handle, operation, data }: ParametersOf<typeof LeSetExtendedAdvertisingData>,
  ): string[] => {
    const name = String(handle);
    const set = sets.set(name);
    if (operation === DataOperation.unchanged) return [];
    const begins = operation === DataOperation.first || operation === DataOperation.complete;
    const joined = begins ? data : concat(set[field], data);
    set[field] = joined.subarray(0, MAX_ADVERTISING_DATA);
    const ends = operation === DataOperation.last || operation === DataOperation.complete;
    return set.enabled && ends ? [name] : [];
  };

const removeAll = (sets: FollowedAdvertisingSets): string[] =>
  sets.names().flatMap((name) => sets.remove(name));

const COMMANDS: ReadonlyMap<number, Apply> = new Map([
  apply(Reset, removeAll),
  apply(LeSetAdvertisingParameters, (sets, { type, ownAddressType }) => {
    sets.setDirection(LEGACY, LEGACY_PROPERTIES[type] ?? 0);
    sets.set(LEGACY).ownAddressType = ownAddressType;
    return [];
  }),
  apply(LeSetAdvertisingData, setLegacyData('data')),
  apply(LeSetScanResponseData, setLegacyData('scanResponse')),
  apply(LeSetAdvertisingEnable, (sets, { enable }) => sets.enable(LEGACY, enable !== 0)),
  apply(LeSetAdvertisingSetRandomAddress, (sets, { set, address }) => {
    sets.set(String(set)).randomAddress = addressText(address);
    return [];
  }),
  apply(LeSetExtendedAdvertisingParameters, (sets, { set, properties, ownAddressType }) => {
    const name = String(set);
    sets.setDirection(name, properties);
    sets.set(name).extended = (properties & AdvertisingBit.legacy) === 0;
    sets.set(name).ownAddressType = ownAddressType;
    return [];
  }),
  apply(LeSetExtendedAdvertisingData, setExtendedData('data')),
  apply(LeSetExtendedScanResponseData, setExtendedData('scanResponse')),
  apply(LeSetExtendedAdvertisingEnable, (sets, { enable, sets: named }) => {
    const enabled = enable !== 0;
    // Disabling none in particular disables all.
    const names = enabled || named.length > 0 ? named.map(({ set }) => String(set)) : sets.names();
    return names.flatMap((name) => sets.enable(name, enabled));
  }),
  apply(LeRemoveAdvertisingSet, (sets, { set }) => sets.remove(String(set))),
  apply(LeClearAdvertisingSets, removeAll),
]);
