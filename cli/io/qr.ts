import { renderUnicodeCompact } from 'uqr';
import { wantsColour } from './colour.js';
import type { Sink } from './output.js';

/** Bright white on black, whatever the colours of the terminal are: cameras want dark on light. */
const WHITE_ON_BLACK = ['\u001b[97;40m', '\u001b[0m'] as const;
const QUIET_ZONE = 2;
/** In bytes, for error correction level L (ISO/IEC 18004, table 7: 40-L). */
const MOST_BYTES = 2953;

/**
 * A text as a QR code made of half blocks, a line each; undefined where it is too long for one, or
 * its code wider than the terminal.
 */
export const qrLines = (
  text: string,
  sink: Sink,
  env: NodeJS.ProcessEnv,
): readonly string[] | undefined => {
  if (Buffer.byteLength(text) > MOST_BYTES) return undefined;
  const lines = renderUnicodeCompact(text, { ecc: 'L', border: QUIET_ZONE }).split('\n');
  const width = lines[0]?.length ?? 0;
  if (sink.columns !== undefined && width > sink.columns) return undefined;
  if (!wantsColour(sink, env)) return lines;
  const [begin, end] = WHITE_ON_BLACK;
  return lines.map((line) => `${begin}${line}${end}`);
};
