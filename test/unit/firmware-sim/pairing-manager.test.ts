import { expect, it } from '@jest/globals';
import { person } from '../credentials/sample.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import { phoneIdentity, rig } from './rig.js';
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

it('a phone that knew the code and has no good name may try again, as often as it takes', async () => {
  const { car, seen, pairingChanges } = await rig();
  car.tap({ reader: 'console', purpose: 'pair' });
  const window = car.pairing.window();
  if (window === undefined) throw new Error('closed');
  seen();
  const attempt = async (name?: string) => {
    expect(await car.pairing.countTry(window)).toBe(true);
    return car.pairing.enrol(window, { ...phoneIdentity(1), name });
  };
  for (let n = 0; n < 4; n++) {
    expect(await attempt()).toBe('name-invalid');
    expect(seen()).toEqual(['pairing-try', 'pairing-try-returned']);
    expect(car.pairing.screen()).toMatchObject({ state: 'pairing', triesLeft: 3 });
  }
  // The third one takes the window off the air for as long as it lasts.
  for (let n = 0; n < 2; n++) await car.pairing.countTry(window);
  expect(pairingChanges()).toBe(1);
  expect(await attempt()).toBe('name-invalid');
  expect(pairingChanges()).toBe(3);
  expect(car.pairing.screen()).toMatchObject({ secondsLeft: 120, triesLeft: 1 });
  expect(await attempt('Ada')).toMatchObject({ slot: 0, role: 'owner' });
});

it('a window says that it takes no more tries before the key is written, and once', async () => {
  const inner = volatileMemory();
  const open: (boolean | undefined)[] = [];
  const all = await rig({
    memory: {
      load: () => inner.load(),
      commit: (record) => {
        open.push(record.keys.length > 0 ? flag : undefined);
        return inner.commit(record);
      },
    },
  });
  let changes = 0;
  let flag = false;
  const look = (): void => {
    if (all.pairingChanges() === changes) return;
    changes = all.pairingChanges();
    flag = all.car.pairing.window() !== undefined;
  };
  all.car.tap({ reader: 'console', purpose: 'pair' });
  look();
  expect(flag).toBe(true);
  const window = all.car.pairing.window();
  if (window === undefined || !(await all.car.pairing.countTry(window))) throw new Error('closed');
  const enrolled = all.car.pairing.enrol(window, phoneIdentity(1));
  look();
  expect(flag).toBe(false);
  await enrolled;
  look();
  expect(open.at(-1)).toBe(false);
  expect(changes).toBe(2);
});
