import { refusalMessage } from '../../lib/domain/refusals.js';
import type { Car, PhoneKeyOptions } from '../../lib/index.js';
import type { Host } from '../context.js';
import { askLine } from '../io/ask.js';

/**
 * At a terminal a person says whether one list is to be made of this phone's and the car's; elsewhere it is,
 * because it only takes away.
 */
export const askToCatchUp = (host: Host, quiet: () => void): PhoneKeyOptions['confirmCatchUp'] => {
  if (host.stdin.isTTY !== true) return undefined;
  return async ({ car, unknown }) => {
    quiet();
    const news = unknown.map(({ fingerprint, kind }) => `  ${fingerprint} is ${kind}\n`).join('');
    const whose = `${car} has a revocation list of this owner that this phone does not know`;
    host.stderr.write(news === '' ? `${whose}.\n` : `${whose}:\n${news}`);
    return !/^no?$/i.test((await askLine(host, 'Sign one list that joins both? [Y/n] ')).trim());
  };
};

/** What to tell a person about lists of this phone that cars did not take; a line for each. */
export const refusedLists = (cars: readonly Pick<Car, 'name' | 'refused'>[]): string[] =>
  cars.flatMap(({ name, refused }) => {
    if (refused === undefined) return [];
    const why = refusalMessage(refused);
    return [
      `${name} did not take this phone's revocation list: ${why}; near it, sign a new one: key refresh --car '${name}'`,
    ];
  });
