import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import {
  beginTries,
  concludeTry,
  countTry,
  NO_TRIES,
  triesOf,
} from '../../firmware-sim/pin-tries.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { pinVectors } from '../../scripts/pin-vectors.js';
import type { PinStep } from '../../scripts/pin-vectors.js';

const file = JSON.parse(readFileSync('test/vectors/pin.json', 'utf8')) as ReturnType<
  typeof pinVectors
>;

it('the file is what its generator writes', () => {
  expect(file).toEqual(pinVectors());
});

/** The PIN stands for its hash here. */
const record = (pin: string) => ({ salt: utf8(pin), hash: utf8(pin), tries: NO_TRIES });

const play = (steps: readonly PinStep[]): readonly string[] => {
  let pin = record(file.pin);
  let last = beginTries(0);
  return steps.map(({ at, by, pin: typed }) => {
    const now = at * 1000;
    if (by === 'power') last = beginTries(now);
    if (by === 'card') pin = record(typed);
    if (by === 'power' || by === 'card') return '';
    const who = triesOf({ role: by === 'owner' ? 'owner' : 'guest' });
    const counted = countTry(pin, last, who, typed !== '', now);
    if (typeof counted === 'string') return counted;
    last = counted.lastTries;
    const right = Buffer.from(pin.hash).toString() === typed;
    const concluded = concludeTry(counted.pin, counted.pin, who, right);
    pin = { ...pin, ...concluded.pin };
    return concluded.refusal ?? 'right';
  });
};

it.each(file.sequences)('$name', ({ steps }) => {
  const expected = steps.map((each) => each.expect.replace('PIN ', 'pin-'));
  expect(play(steps)).toEqual(expected);
});
