import { defaultSuite } from '../../lib/crypto/index.js';

/** Those of a browser, in the place of test/vectors/suites.ts. */
export const suites = [defaultSuite];
