import { PNG } from 'pngjs';
import decodeQR from 'qr/decode.js';
import { qrModules } from './qr.js';

/** Width and height follow the signature, the length and the type of the first chunk. */
const SIZE_AT = 16;
/** Of a picture that is read: more than any screen has. A small file may say that it is a huge picture. */
const MOST_PIXELS = 16_000_000;
/** Pixels for the side of one module. */
const SCALE = 4;

/**
 * The text of the QR code in a PNG, which may be a screenshot with much around it.
 * @throws Error when it is no whole picture, is too large, or shows no QR code that can be read
 */
export const readQrPicture = (bytes: Buffer): string => {
  if (bytes.length < SIZE_AT + 8) throw new Error('the picture is not whole');
  const pixels = bytes.readUInt32BE(SIZE_AT) * bytes.readUInt32BE(SIZE_AT + 4);
  if (pixels > MOST_PIXELS) throw new Error('the picture is too large');
  const { width, height, data } = PNG.sync.read(bytes);
  try {
    return decodeQR({ width, height, data });
  } catch (cause) {
    throw new Error('there is no QR code in the picture that can be read', { cause });
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
