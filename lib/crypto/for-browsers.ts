/** `#suite` of package.json everywhere but on Node. */
export { nobleSuite as defaultSuite, nobleSuite as portableSuite } from './noble.js';
