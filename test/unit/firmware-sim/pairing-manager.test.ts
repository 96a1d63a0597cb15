import { expect, it } from '@jest/globals';
import { person } from '../credentials/sample.js';
import { ADA, BOB, town } from './sharing-rig.js';

it('a window tells of the guests of an owner that it made less, and drops them', async () => {
  const { pair, attempt, grant, seen, removed, car } = await town();
  await pair(person(7), 'owner');
  expect(await attempt(BOB, 'start', grant(BOB))).toBe('done');
  seen();
  removed.length = 0;
  expect(await pair(ADA.person, 'valet')).toMatchObject({ slot: 0, role: 'valet' });
  expect(seen()).toEqual([
    'card-tapped',
    'pairing-opened',
    'pairing-try',
    'key-added',
    'key-removed',
    'drive-ended',
    'pairing-closed',
  ]);
  expect(removed).toEqual([ADA.person.publicKey, BOB.publicKey]);
  expect(car.keys()).toHaveLength(2);
});
