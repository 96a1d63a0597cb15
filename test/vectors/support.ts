import { portableSuite } from '../../lib/crypto/index.js';
import { nobleSuite } from '../../lib/crypto/noble.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import { fromHex as parse } from '../../lib/platform/bytes.js';

/** All implementations; every vector runs against each. */
export const suites = [nodeSuite, portableSuite, nobleSuite];

/** Bytes of a hex text; spaces are allowed. Throws where it is not hex. */
export function fromHex(text: string): Uint8Array {
  const bytes = parse(text.replaceAll(/\s/g, ''));
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
}
