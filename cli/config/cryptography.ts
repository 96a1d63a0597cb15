import { platformLacks } from '../../lib/crypto/self-test.js';

/** What this runtime's own cryptography lacks, as a sentence; undefined where it is whole, or nothing has needed it yet. */
export const lackingCryptography = (): string | undefined => {
  if (platformLacks.length === 0) return undefined;
  // Who cannot seal cannot open either.
  const names = new Map(
    platformLacks.map(({ primitive, why }) => [primitive.split(' ').at(-1), why]),
  );
  const lacks = [...names].map(([name, why]) => `${String(name)} (${why})`).join(', ');
  return `node:crypto of this runtime lacks ${lacks}, so JavaScript does all of it, more slowly`;
};
