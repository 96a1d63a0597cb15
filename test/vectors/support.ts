import { fromHex as parse } from '../../lib/platform/bytes.js';

export { suites } from './suites.js';

/** Bytes of a hex text; spaces are allowed. Throws where it is not hex. */
export function fromHex(text: string): Uint8Array {
  const bytes = parse(text.replaceAll(/\s/g, ''));
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
}
