import { nodeSuite } from './node.js';
import { portableSuite } from './portable.js';
import { wholeSuite } from './self-test.js';

/** `#suite` of package.json on Node, and on what says that it is Node. */
export const defaultSuite = wholeSuite(nodeSuite, () => portableSuite);
export { portableSuite };
