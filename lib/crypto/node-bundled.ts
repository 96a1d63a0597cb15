import { createRequire } from 'node:module';
import { nodeSuite } from './node.js';
import { wholeSuite } from './self-test.js';

/** `#suite` of the command as a bundle: without JavaScript for what node:crypto can do, until that is needed. */
export const defaultSuite = wholeSuite(nodeSuite, () => {
  const require = createRequire(import.meta.url);
  return (require('./portable.js') as typeof import('./portable.js')).portableSuite;
});
export { portableSuite } from './portable.js';
