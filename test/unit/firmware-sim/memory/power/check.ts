import { encodeRecord } from '../../../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../../../firmware-sim/memory/record.js';
import { PhoneKeyError } from '../../../../../lib/errors.js';
import { toHex } from '../../../../../lib/platform/bytes.js';
import type { Left, Medium } from './medium.js';

/** What a car may know after a power cut, given what it did at that moment. */
export interface Moment {
  /** What it acted on: people were told, phones were let in. Undefined: a new car. */
  readonly acted: CarRecord | undefined;
  /** What it was about to commit. */
  readonly pending: CarRecord | undefined;
}

export interface Trouble {
  readonly what: string;
  readonly where: string;
}

/**
 * Powers up what a cut left, so many times, and says what is wrong; undefined: nothing is. Each time
 * after the first it must find what it found then, since it has acted on that.
 */
export const checkLeft = async <I>(
  medium: Medium<I>,
  { name, image }: Left<I>,
  moment: Moment,
  boots: number,
): Promise<Trouble | undefined> => {
  let images: readonly I[] = [image];
  let allowed = moment;
  for (let boot = 1; boot <= boots; boot++) {
    const next: I[] = [];
    for (const each of images) {
      const powered = medium.powerUp(each);
      const found = await powered.memory.load().catch((error: unknown) => error);
      next.push(...powered.left().map((left) => left.image));
      if (isUnfinished(medium, allowed, found)) continue;
      const what =
        powered.misuse() ?? (found instanceof Error ? 'does not come up' : faultOf(found, allowed));
      if (what !== undefined) return { what, where: `${name}, boot ${boot}` };
      allowed = { acted: found as CarRecord | undefined, pending: undefined };
    }
    images = next;
  }
  return undefined;
};

/** A car that was never finished may be taken for a damaged one. */
export const isUnfinished = <I>(
  { firstCutDamages }: Medium<I>,
  { acted }: Moment,
  found: unknown,
): boolean =>
  firstCutDamages === true &&
  acted === undefined &&
  found instanceof PhoneKeyError &&
  found.code === 'sim.damaged';

/** What is wrong with a record that was found, in words of the person at the car. */
export const faultOf = (found: unknown, { acted, pending }: Moment): string | undefined => {
  const record = found as CarRecord | undefined;
  if (record === undefined) return acted === undefined ? undefined : 'lost everything';
  const known = [acted, pending].filter((each) => each !== undefined);
  const text = encodeRecord(record);
  if (known.some((each) => textOf(each) === text)) return undefined;
  const identity = toHex(record.privateKey);
  if (!known.some((each) => toHex(each.privateKey) === identity)) return 'another identity';
  if (numbersOf(record).some((each, index) => each < (numbersOf(acted)[index] ?? 0))) {
    return 'a number went back';
  }
  const keys = keysOf(record);
  if (!keys.every((key) => known.some((each) => keysOf(each).includes(key)))) {
    return 'a removed key is back';
  }
  const staying = keysOf(acted).filter((key) => keysOf(pending ?? acted).includes(key));
  if (!staying.every((key) => keys.includes(key))) return 'a confirmed key is lost';
  return 'neither the old record nor the new one';
};

/** What only ever rises. */
const numbersOf = (record: CarRecord | undefined): number[] =>
  record === undefined
    ? []
    : [
        record.pairingTries,
        record.epoch,
        record.clock.floor,
        Math.max(0, ...record.owners.map(({ number }) => number)),
      ];

const texts = new WeakMap<CarRecord, string>();

const textOf = (record: CarRecord): string => {
  const text = texts.get(record) ?? encodeRecord(record);
  texts.set(record, text);
  return text;
};

const keysOf = (record: CarRecord | undefined): string[] =>
  (record?.keys ?? []).map(({ publicKey }) => toHex(publicKey));
