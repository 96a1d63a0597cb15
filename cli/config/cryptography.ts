import { platformLacks } from '../../lib/crypto/self-test.js';

/** What this runtime's own cryptography lacks, as a sentence; undefined where it is whole, or nothing has needed it yet. */
export const lackingCryptography = (): string | undefined => {
  if (platformLacks.length === 0) return undefined;
  const lacks = platformLacks.map(({ primitive, why }) => `${primitive} (${why})`).join(', ');
  return `node:crypto of this runtime lacks ${lacks}, so JavaScript does all of it, more slowly`;
};
