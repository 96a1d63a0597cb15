import { nodeSuite, portableSuite } from '../../lib/crypto/index.js';
import { fromHex as parse } from '../../lib/platform/bytes.js';

/** Both implementations; every vector runs against each. */
export const suites = [nodeSuite, portableSuite];

/** Bytes of a hex text; spaces are allowed. Throws where it is not hex. */
export function fromHex(text: string): Uint8Array {
  const bytes = parse(text.replaceAll(/\s/g, ''));
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
}
