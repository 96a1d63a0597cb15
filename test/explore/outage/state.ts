import type { Rights } from '../../../firmware-sim/rights/rights.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import type { Said, Told } from './oracle.js';

export type Phone = 'Ada' | 'Ben' | 'Gus';

/** Two owners and a guest, their car, what waits in the cloud, and what was said: what a state is made of. */
export interface Parts extends Readonly<Record<Phone, PairedCar>> {
  /** Seconds since 1970. */
  readonly now: number;
  readonly rights: Rights;
  /** Revocation lists that were left for the car, the oldest first. */
  readonly lists: readonly Uint8Array[];
  /** That were left for the guest. */
  readonly grants: readonly Uint8Array[];
  /** For the oracle alone: no event reads it. */
  readonly told: Told;
}

/** What was told is the last. */
export const PARTS = ['Gus', 'Ada', 'Ben', 'rights', 'lists', 'grants', 'now', 'told'] as const;

export type Part = (typeof PARTS)[number];

/** What an event may look at. */
export type Seen = Exclude<Part, 'told'>;

/** What an event reads and writes: it depends on nothing that it has not read here. */
export class Draft {
  readonly changed: { -readonly [P in Seen]?: Parts[P] } = {};
  readonly said: Said[] = [];
  readonly #read: <P extends Seen>(part: P) => Parts[P];

  constructor(read: <P extends Seen>(part: P) => Parts[P]) {
    this.#read = read;
  }

  get<P extends Seen>(part: P): Parts[P] {
    return (this.changed[part] as Parts[P] | undefined) ?? this.#read(part);
  }

  set<P extends Seen>(part: P, value: Parts[P]): void {
    this.changed[part] = value;
  }
}

/** What can happen, by the real functions of phones and car; false: it cannot, and nothing has changed. */
export type Event = (draft: Draft) => boolean | Promise<boolean>;

const texts = new WeakMap<object, string>();

/** The same text for equal values, and another for others: of bytes, which end in a signature or a tag, both ends. */
export const exactly = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const known = texts.get(value);
  if (known !== undefined) return known;
  const made =
    value instanceof Uint8Array
      ? `<${Buffer.from([...value.subarray(0, 6), ...value.subarray(-6)]).toString('latin1')}>`
      : Array.isArray(value)
        ? `[${value.map(exactly).join()}]`
        : `{${Object.entries(value).sort(byName).map(named).join()}}`;
  texts.set(value, made);
  return made;
};

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;

const named = ([name, value]: readonly [string, unknown]): string =>
  value === undefined ? '' : `${name}:${exactly(value)}`;
