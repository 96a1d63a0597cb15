import { defaultSuite } from '../../lib/crypto/index.js';
import type { Suite } from '../../lib/crypto/suite.js';

/**
 * The default suite with a scrypt that takes no time, for cars and phones that pair in one process, where
 * pairing codes need no protection from guessing.
 */
export const cheapSuite: Suite = {
  ...defaultSuite,
  scrypt: (password, salt, _cost, length) =>
    defaultSuite.scrypt(password, salt, { N: 2, r: 1, p: 1 }, length),
};
