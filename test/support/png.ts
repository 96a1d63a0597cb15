import { crc32, deflateSync } from 'node:zlib';

/** How a PNG has its pixels: colour type of the format, bits of a sample, in seven passes or none. */
export interface PngKind {
  readonly colour: 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgba';
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly interlaced?: boolean;
  /** What is light has no colour at all. */
  readonly transparent?: boolean;
  /** Dark is white, and light black. */
  readonly inverted?: boolean;
}

const COLOUR_TYPES = { grey: 0, rgb: 2, palette: 3, 'grey-alpha': 4, rgba: 6 } as const;
const SAMPLES = { grey: 1, rgb: 3, palette: 1, 'grey-alpha': 2, rgba: 4 } as const;
/** First column and row, and the steps, of each pass (PNG, third edition, section 8.1). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

const chunk = (type: string, data: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
};

/** The samples of a pixel, from 0 to 1; of a palette, its entry. */
const samplesOf = (
  light: boolean,
  { colour, transparent = false, inverted = false }: PngKind,
): number[] => {
  const value = Number(light !== inverted);
  const alpha = light && transparent ? 0 : 1;
  // As programs do that draw on nothing: black, and all of it transparent.
  const seen = alpha === 0 ? 0 : value;
  const grey = colour === 'grey' || colour === 'palette' ? value : seen;
  return {
    grey: [grey],
    palette: [grey],
    rgb: [value, value, value],
    'grey-alpha': [grey, alpha],
    rgba: [seen, seen, seen, alpha],
  }[colour];
};

/** A square of pixels, true for dark, as a PNG of any kind. Written here, since pngjs writes but few of them. */
export const pngOf = (dark: readonly (readonly boolean[])[], kind: PngKind): Buffer => {
  const { colour, depth, interlaced = false, transparent = false, inverted = false } = kind;
  const size = dark.length;
  const bits = depth * SAMPLES[colour];
  const most = colour === 'palette' ? 1 : 2 ** depth - 1;
  const rowsOf = ([left, top, across, down]: readonly [
    number,
    number,
    number,
    number,
  ]): Buffer[] => {
    const columns = Math.ceil((size - left) / across);
    if (columns <= 0) return [];
    return dark
      .filter((_, y) => y >= top && (y - top) % down === 0)
      .map((row) => {
        const bytes = Buffer.alloc(1 + Math.ceil((columns * bits) / 8)); // filter 0 first
        for (let column = 0; column < columns; column++) {
          const light = row[left + column * across] !== true;
          samplesOf(light, kind).forEach((sample, i) => {
            const value = Math.round(sample * most);
            const at = column * bits + i * depth;
            if (depth === 16) bytes.writeUInt16BE(value, 1 + at / 8);
            else {
              const byte = 1 + (at >> 3);
              bytes[byte] = (bytes[byte] ?? 0) | (value << (8 - depth - (at & 7)));
            }
          });
        }
        return bytes;
      });
  };
  const rows = (interlaced ? PASSES : [[0, 0, 1, 1] as const]).flatMap(rowsOf);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([depth, COLOUR_TYPES[colour], 0, 0, Number(interlaced)], 8);
  const light = inverted ? 0 : 1;
  const none = {
    grey: [0, light * most],
    rgb: [0, most, 0, most, 0, most],
    palette: light === 1 ? [255, 0] : [0],
  };
  const trns = transparent && (colour === 'grey' || colour === 'rgb' || colour === 'palette');
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...(colour === 'palette' ? [chunk('PLTE', Buffer.from('000000ffffff', 'hex'))] : []),
    ...(trns ? [chunk('tRNS', Buffer.from(none[colour]))] : []),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
