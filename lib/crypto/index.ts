/** What the library uses when it is given no suite, and the one that needs nothing of the platform. */
export { defaultSuite, portableSuite } from '#suite';
export type { KeyPair, ScryptCost, Suite } from './suite.js';
