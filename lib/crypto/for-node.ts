/** `#suite` of package.json on Node. */
export { nodeSuite as defaultSuite } from './node.js';
export { portableSuite } from './portable.js';
