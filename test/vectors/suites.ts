import { portableSuite } from '../../lib/crypto/index.js';
import { nobleSuite } from '../../lib/crypto/noble.js';
import { nodeSuite } from '../../lib/crypto/node.js';

/** All implementations; every vector runs against each. */
export const suites = [nodeSuite, portableSuite, nobleSuite];
