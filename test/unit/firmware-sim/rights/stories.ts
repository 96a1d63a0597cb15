import { expect } from '@jest/globals';
import type { RevocationEntry } from '../../../../lib/credentials/revocation-list.js';
import type { Command } from '../../../../lib/domain/commands.js';
import { person, suite } from '../../credentials/sample.js';
import type { Person } from '../../credentials/sample.js';
import { town } from '../sharing-rig.js';
import type { Owner, Town } from '../sharing-rig.js';

/** What stories about rights are told with. */

/** A second owner. */
export const EVE: Owner = { person: person(7), slot: 1 };

export const setTime = (seconds: number): Command => ({ type: 'setTime', seconds });

export const slotOf = ({ car }: Town, { publicKey }: Person): number =>
  car.keys().find((key) => suite.equal(key.publicKey, publicKey))?.slot ?? -1;

export const removeAtScreen = async (all: Town, who: Person): Promise<void> => {
  expect(await all.car.credentials.remove(slotOf(all, who), 'card')).toBeUndefined();
};

/** Entries about keys that nobody here has. */
export const strangers = (count: number, since: number, from = 0): RevocationEntry[] =>
  Array.from({ length: count }, (_, n) => ({
    fingerprint: Uint8Array.of(1, (from + n) >> 8, (from + n) & 255, 0, 0, 0, 0, 0),
    since,
    kind: 'revoked',
  }));

/** A car of two owners. */
export const twoOwners = async (options: Parameters<typeof town>[0] = {}): Promise<Town> => {
  const all = await town(options);
  await all.pair(EVE.person, 'owner');
  return all;
};
