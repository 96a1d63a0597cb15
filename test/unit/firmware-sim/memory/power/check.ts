import { encodeRecord } from '../../../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../../../firmware-sim/memory/record.js';
import { toHex } from '../../../../../lib/platform/bytes.js';
import type { Left, Medium } from './medium.js';

/** What a car may know after a power cut, given what it did at that moment. */
export interface Moment {
  /** What it acted on: people were told, phones were let in. Undefined: a new car. */
  readonly acted: CarRecord | undefined;
  /** What it was about to commit. */
  readonly pending: CarRecord | undefined;
}

/**
 * Powers up what a cut left, three times, and says what is wrong; undefined: nothing is. The second and
 * third time it must find what it found the first time, since it has acted on that.
 */
export const checkLeft = async <I>(
  medium: Medium<I>,
  { name, image }: Left<I>,
  moment: Moment,
): Promise<string | undefined> => {
  let at: readonly Left<I>[] = [{ name, image }];
  let allowed = moment;
  for (const boot of ['first', 'second', 'third']) {
    const next: Left<I>[] = [];
    for (const left of at) {
      const powered = medium.powerUp(left.image);
      const found = await powered.memory.load().catch((error: unknown) => error);
      const wrong = found instanceof Error ? 'does not come up' : judge(found, allowed);
      const misuse = powered.misuse();
      if (wrong !== undefined) return `${wrong} (${boot} boot; ${name})`;
      if (misuse !== undefined) return `misuse: ${misuse} (${boot} boot; ${name})`;
      allowed = { acted: found as CarRecord | undefined, pending: undefined };
      next.push(...powered.left());
    }
    at = next;
  }
  return undefined;
};

/** What is wrong with a record that was found, in words of the person at the car. */
export const judge = (found: unknown, { acted, pending }: Moment): string | undefined => {
  const record = found as CarRecord | undefined;
  if (record === undefined) return acted === undefined ? undefined : 'lost everything';
  const known = [acted, pending].filter((each) => each !== undefined);
  if (known.some((each) => encodeRecord(each) === encodeRecord(record))) return undefined;
  const identity = toHex(record.privateKey);
  if (!known.some((each) => toHex(each.privateKey) === identity)) return 'another identity';
  if (record.pairingTries < (acted?.pairingTries ?? 0)) return 'a number went back';
  if (keysOf(record).some((key) => !known.some((each) => keysOf(each).includes(key)))) {
    return 'a removed key is back';
  }
  const confirmed = keysOf(acted).filter(
    (key) => pending === undefined || keysOf(pending).includes(key),
  );
  if (confirmed.some((key) => !keysOf(record).includes(key))) return 'a confirmed key is lost';
  return 'neither the old record nor the new one';
};

const keysOf = (record: CarRecord | undefined): string[] =>
  (record?.keys ?? []).map(({ publicKey }) => toHex(publicKey));
