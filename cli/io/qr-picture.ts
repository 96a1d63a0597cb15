import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import decodeQR from 'qr/decode.js';
import { errorMessage } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';
import { qrModules } from './qr.js';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum of a chunk. */
const CHUNK_BYTES = 12;
/** Width and height follow the signature, the length and the type of the first chunk. */
const SIZE_AT = 16;
/** In the same chunk: 1 where the rows come in seven passes. */
const INTERLACED_AT = 28;
/** Of a picture that is read: more than any screen has. A small file may say that it is a huge picture. */
const MOST_PIXELS = 16_000_000;
/** Of the deepest kind: four samples of 16 bits; and some for the filters of its rows. */
const MOST_PIXEL_BYTES = 9;
const OPAQUE = 255;
const [WHITE, BLACK] = [255, 0];
/** Pixels for the side of one module. */
const SCALE = 4;

/**
 * The text of the QR code in a PNG of any kind, which may be a screenshot with much around it. What is
 * transparent counts as white, and where that shows nothing as black.
 * @throws Error when it is no whole picture, is too large, or shows no QR code that can be read
 */
export const readQrPicture = (bytes: Buffer): string => {
  const { width, height, data } = decoded(bytes);
  const opaque = isOpaque(data);
  const grounds = opaque ? [WHITE] : [WHITE, BLACK];
  let cause: unknown;
  // A front camera may have turned it round.
  for (const mirrored of [false, true]) {
    for (const ground of grounds) {
      try {
        const pixels = opaque && !mirrored ? data : shown(data, width, ground, mirrored);
        return decodeQR({ width, height, data: pixels });
      } catch (error) {
        cause ??= error;
      }
    }
  }
  throw new Error('there is no QR code in the picture that can be read', { cause });
};

const isOpaque = (data: Buffer): boolean => {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== OPAQUE) return false;
  return true;
};

/** Its pixels on a ground of one grey. */
const shown = (data: Buffer, width: number, ground: number, mirrored: boolean): Buffer => {
  const pixels = Buffer.alloc(data.length, OPAQUE);
  for (let at = 0; at < data.length / 4; at++) {
    const from = 4 * (mirrored ? at + width - 1 - 2 * (at % width) : at);
    const alpha = (data[from + 3] ?? OPAQUE) / OPAQUE;
    for (let i = 0; i < 3; i++) {
      pixels[4 * at + i] = Math.round((data[from + i] ?? 0) * alpha + ground * (1 - alpha));
    }
  }
  return pixels;
};

const decoded = (bytes: Buffer): PNG => {
  if (bytes.length <= INTERLACED_AT) throw new Error('the picture is not whole');
  const pixels = bytes.readUInt32BE(SIZE_AT) * bytes.readUInt32BE(SIZE_AT + 4);
  if (pixels > MOST_PIXELS) throw new Error('the picture is too large');
  // Of those the decoder inflates all that there is, whatever size they say they have.
  if (bytes[INTERLACED_AT] !== 0) checkInflated(bytes);
  try {
    return PNG.sync.read(bytes);
  } catch (cause) {
    throw new Error(`the picture is damaged, or not whole: ${errorMessage(cause)}`, { cause });
  }
};

const checkInflated = (bytes: Buffer): void => {
  const parts: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at + CHUNK_BYTES <= bytes.length;) {
    const end = at + CHUNK_BYTES + bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(bytes.subarray(at + 8, end - 4));
    }
    at = end;
  }
  try {
    inflateSync(Buffer.concat(parts), { maxOutputLength: MOST_PIXELS * MOST_PIXEL_BYTES });
  } catch (error) {
    if (isErrno(error, 'ERR_BUFFER_TOO_LARGE')) {
      throw new Error('the picture is too large', { cause: error });
    }
    // The decoder says what is wrong with it.
  }
};

/** A text as a PNG with its QR code, black on white; undefined where it is too long for one. */
export const qrPicture = (text: string): Buffer | undefined => {
  const modules = qrModules(text);
  if (modules === undefined) return undefined;
  const size = modules.length * SCALE;
  const png = new PNG({ width: size, height: size, colorType: 0 });
  for (let at = 0; at < size * size; at++) {
    const row = modules[Math.floor(at / size / SCALE)];
    const dark = row?.[Math.floor((at % size) / SCALE)] === true;
    png.data.fill(dark ? 0 : 255, 4 * at, 4 * at + 3);
    png.data[4 * at + 3] = 255;
  }
  return PNG.sync.write(png, { colorType: 0 });
};
