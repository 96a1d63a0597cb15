import { nodeSuite } from './node.js';
import type { Suite } from './suite.js';

export { generateEd25519, generateX25519 } from './keys.js';
export { nodeSuite } from './node.js';
export { portableSuite } from './portable.js';
export type { KeyPair, ScryptCost, Suite } from './suite.js';

/** What the library uses when it is given no suite. */
export const defaultSuite: Suite = nodeSuite;
