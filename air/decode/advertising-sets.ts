import { AdvertisingBit, MAX_ADVERTISING_DATA, Opcode } from '../../lib/hci/constants.js';
import type { Advertisement } from './advertisements.js';
import { parsed } from './reader.js';
import type { Reader } from './reader.js';

/**
 * What a host makes its controller advertise, followed by its commands (Vol 4 Part E 7.8.5 to 7.8.9 and
 * 7.8.52 to 7.8.60).
 */

/** The one set of legacy advertising; others have the number that their host gives them. */
const LEGACY = 'legacy';
const EMPTY = Buffer.alloc(0);

interface AdvertisingSet {
  extended: boolean;
  enabled: boolean;
  connectable: boolean;
  scannable: boolean;
  ownAddressType: number;
  randomAddress?: string;
  data: Buffer;
  scanResponse: Buffer;
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
  readonly advertisement: Omit<Advertisement, 'address'> | undefined;
}

type Apply = (sets: AdvertisingSets, reader: Reader) => readonly string[];

const { connectable: CONNECTABLE, scannable: SCANNABLE } = AdvertisingBit;
/** By legacy advertising type: 0 undirected, 1 and 4 directed, 2 scannable, 3 neither. */
const LEGACY_BITS: readonly number[] = [
  CONNECTABLE | SCANNABLE,
  CONNECTABLE,
  SCANNABLE,
  0,
  CONNECTABLE,
];

export class AdvertisingSets {
  readonly #sets = new Map<string, AdvertisingSet>();
  #followed = false;

  /** True once the host has been heard to start or stop: its commands then tell all there is. */
  get followed(): boolean {
    return this.#followed;
  }

  static concerns(opcode: number): boolean {
    return COMMANDS.has(opcode);
  }

  /** A command that succeeded. */
  apply(opcode: number, parameters: Buffer): AdvertisingChange[] {
    const touched = parsed(parameters, (reader) => COMMANDS.get(opcode)?.(this, reader)) ?? [];
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

  set(name: string): AdvertisingSet {
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const set: AdvertisingSet = {
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

/** Length (1) and data: legacy commands carry 31 bytes whatever the length says. */
const legacyData =
  (field: 'data' | 'scanResponse'): Apply =>
  (sets, reader) => {
    const set = sets.set(LEGACY);
    set[field] = reader.bytes(reader.u8());
    return set.enabled ? [LEGACY] : [];
  };

const Operation = { intermediate: 0, first: 1, last: 2, complete: 3, unchanged: 4 } as const;

/** Handle (1), operation (1), fragment preference (1), length (1), data. */
const extendedData =
  (field: 'data' | 'scanResponse'): Apply =>
  (sets, reader) => {
    const name = String(reader.u8());
    const operation = reader.u8();
    reader.u8();
    const data = reader.bytes(reader.u8());
    const set = sets.set(name);
    if (operation === Operation.unchanged) return [];
    const begins = operation === Operation.first || operation === Operation.complete;
    const joined = Buffer.concat(begins ? [data] : [set[field], data]);
    set[field] = joined.subarray(0, MAX_ADVERTISING_DATA);
    const ends = operation === Operation.last || operation === Operation.complete;
    return set.enabled && ends ? [name] : [];
  };

const COMMANDS: ReadonlyMap<number, Apply> = new Map<number, Apply>([
  [Opcode.reset, (sets) => sets.names().flatMap((name) => sets.remove(name))],
  [
    Opcode.leSetAdvertisingParameters,
    (sets, reader) => {
      reader.bytes(4); // intervals
      sets.setDirection(LEGACY, LEGACY_BITS[reader.u8()] ?? 0);
      sets.set(LEGACY).ownAddressType = reader.u8();
      return [];
    },
  ],
  [Opcode.leSetAdvertisingData, legacyData('data')],
  [Opcode.leSetScanResponseData, legacyData('scanResponse')],
  [Opcode.leSetAdvertisingEnable, (sets, reader) => sets.enable(LEGACY, reader.u8() !== 0)],
  [
    Opcode.leSetAdvertisingSetRandomAddress,
    (sets, reader) => {
      sets.set(String(reader.u8())).randomAddress = reader.address();
      return [];
    },
  ],
  [
    Opcode.leSetExtendedAdvertisingParameters,
    (sets, reader) => {
      const name = String(reader.u8());
      const properties = reader.u16();
      sets.setDirection(name, properties);
      sets.set(name).extended = (properties & AdvertisingBit.legacy) === 0;
      reader.bytes(3 + 3 + 1); // intervals, channels
      sets.set(name).ownAddressType = reader.u8();
      return [];
    },
  ],
  [Opcode.leSetExtendedAdvertisingData, extendedData('data')],
  [Opcode.leSetExtendedScanResponseData, extendedData('scanResponse')],
  [
    Opcode.leSetExtendedAdvertisingEnable,
    (sets, reader) => {
      const enabled = reader.u8() !== 0;
      const count = reader.u8();
      // Disabling none in particular disables all.
      if (!enabled && count === 0) return sets.names().flatMap((name) => sets.enable(name, false));
      return Array.from({ length: count }, () => {
        const name = String(reader.u8());
        reader.bytes(3); // how long
        return sets.enable(name, enabled);
      }).flat();
    },
  ],
  [Opcode.leRemoveAdvertisingSet, (sets, reader) => sets.remove(String(reader.u8()))],
  [Opcode.leClearAdvertisingSets, (sets) => sets.names().flatMap((name) => sets.remove(name))],
]);
