import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { sameBytes } from '../../../lib/platform/bytes.js';
import type { Model } from './model.js';

const text = (list: readonly KeySlot[]): string =>
  list
    .map(({ slot, name, role, publicKey }) =>
      [slot, name, role, Buffer.from(publicKey).toString('hex', 0, 4)].join(' '),
    )
    .join(', ');

/**
 * What the car keeps that it must not, in words.
 * @param now seconds since 1970 as the car takes it; null where it does not know
 */
export const differences = (model: Model, record: CarRecord, now: number | null): string[] => {
  const found: string[] = [];
  if (text(record.keys) !== text(model.keys)) {
    found.push(`the car has the keys ${text(record.keys)}, not ${text(model.keys)}`);
  }
  const numbers = model.numbers();
  const owners = [...numbers.keys()].map((key) =>
    fingerprint(defaultSuite, Buffer.from(key, 'hex')),
  );
  for (const [index, [whole, highest]] of [...numbers.values()].entries()) {
    const kept = record.owners.find(({ owner }) => sameBytes(owner, owners[index] ?? owner));
    const [itsWhole, itsHighest] = [kept?.number ?? 0, kept?.incoming?.number ?? kept?.number ?? 0];
    if (itsWhole < whole || itsHighest < highest) found.push('a revocation list number goes back');
    if (itsWhole > whole || itsHighest > highest) found.push('a revocation list number jumps');
  }
  const strange = record.owners.filter(
    ({ owner, number, incoming }) =>
      (number > 0 || incoming !== undefined) && !owners.some((each) => sameBytes(each, owner)),
  );
  if (strange.length > 0) {
    found.push('the car has revocation lists that it was never given');
  }
  if (record.epoch !== model.epoch) {
    found.push(`the car has epoch ${String(record.epoch)}, not ${String(model.epoch)}`);
  }
  if (now !== model.now) {
    found.push(`the car takes the time for ${String(now)}, not ${String(model.now)}`);
  }
  if (model.pins.length === 1 && (record.pin === undefined) !== model.pins.includes('')) {
    found.push('the car has a PIN that no owner set, or lost one');
  }
  return found;
};
