import encodeQR from 'qr';
import { wantsColour } from './output.js';
import type { Sink } from './output.js';

/** Bright white on black, whatever the colours of the terminal are: cameras want dark on light. */
const WHITE_ON_BLACK = ['\u001b[97;40m', '\u001b[0m'] as const;
const QUIET_ZONE = 2;
/** In bytes, for error correction level L (ISO/IEC 18004, table 7: 40-L). */
const MOST_BYTES = 2953;

/**
 * The modules of a QR code with its quiet zone, row by row, true for dark; undefined for a text that is
 * too long for one.
 */
export const qrModules = (text: string): readonly (readonly boolean[])[] | undefined =>
  Buffer.byteLength(text) > MOST_BYTES
    ? undefined
    : encodeQR(text, 'raw', { ecc: 'low', border: QUIET_ZONE });

/**
 * A text as a QR code made of half blocks, a line each; undefined where it is too long for one, or
 * its code wider than the terminal.
 */
export const qrLines = (
  text: string,
  sink: Sink,
  env: NodeJS.ProcessEnv,
): readonly string[] | undefined => {
  const modules = qrModules(text);
  const width = modules?.length ?? Infinity;
  if (modules === undefined || width > (sink.columns ?? Infinity)) return undefined;
  const lines: string[] = [];
  for (let row = 0; row < width; row += 2) lines.push(halfBlocks(modules[row], modules[row + 1]));
  if (!wantsColour(sink, env)) return lines;
  const [begin, end] = WHITE_ON_BLACK;
  return lines.map((line) => `${begin}${line}${end}`);
};

/** Two rows of modules in one line; what is light is drawn. */
const halfBlocks = (upper: readonly boolean[] = [], lower: readonly boolean[] = []): string =>
  upper
    .map((dark, column) => {
      const below = lower[column] ?? true;
      if (dark) return below ? ' ' : '▄';
      return below ? '▀' : '█';
    })
    .join('');
