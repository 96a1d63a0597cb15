import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { qrPicture, readQrPicture } from '../../cli/io/qr-picture.js';
import { qrModules } from '../../cli/io/qr.js';
import { readUri } from '../../cli/io/uri-source.js';
import { testHost } from '../support/cli-host.js';
import { pngOf } from '../support/png.js';
import type { PngKind } from '../support/png.js';

const uri = `phonekey:grant/${'Az09-_'.repeat(32)}abcd`;

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'key-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const written = async (name: string, bytes: Uint8Array): Promise<string> => {
  const path = join(home, name);
  await writeFile(path, bytes);
  return path;
};

/** A screenshot: the picture somewhere on a larger, grey one. */
const screenshot = (bytes: Buffer): Buffer => {
  const inner = PNG.sync.read(bytes);
  const outer = new PNG({ width: inner.width + 500, height: inner.height + 300 });
  outer.data.fill(0xb0);
  PNG.bitblt(inner, outer, 0, 0, inner.width, inner.height, 310, 120);
  return PNG.sync.write(outer);
};

const SHORT = 'phonekey:key/Az09-_Az09-_Az09-_Az09';

type Pixels = readonly (readonly boolean[])[];

/** Three pixels for the side of a module, with the border that it has. */
const drawn = (text: string): Pixels =>
  qrModules(text)!.flatMap((row) => {
    const pixels = row.flatMap((dark) => [dark, dark, dark]);
    return [pixels, pixels, pixels];
  });

const refusal = (message: string) => ({
  code: 'usage.invalid',
  message: expect.stringContaining(message),
  hint: expect.stringContaining('PNG'),
});

describe('a picture of a QR code', () => {
  it.each([1, 15, 78, 211, 407, 2702])('holds a text of %i bytes', (length) => {
    const text = uri.padEnd(length, 'x').slice(0, length);
    expect(readQrPicture(qrPicture(text)!)).toBe(text);
  });

  it('is not made of more than fits in one', () => {
    expect(qrPicture('x'.repeat(2953))).toBeDefined();
    expect(qrPicture('x'.repeat(2954))).toBeUndefined();
  });

  it('is read as a file, also from a screenshot, whatever the name', async () => {
    const picture = qrPicture(uri)!;
    expect(await readUri(testHost(), await written('grant.png', picture))).toBe(uri);
    expect(await readUri(testHost(), await written('shot', screenshot(picture)))).toBe(uri);
  });

  it.each<PngKind>([
    { colour: 'grey', depth: 1 },
    { colour: 'grey', depth: 2, inverted: true },
    { colour: 'grey', depth: 4, interlaced: true },
    { colour: 'grey', depth: 8, transparent: true },
    { colour: 'grey', depth: 16, interlaced: true },
    { colour: 'rgb', depth: 8, interlaced: true },
    { colour: 'rgb', depth: 16 },
    { colour: 'rgb', depth: 8, transparent: true },
    { colour: 'palette', depth: 1 },
    { colour: 'palette', depth: 4, interlaced: true, transparent: true },
    { colour: 'palette', depth: 8, inverted: true, transparent: true },
    { colour: 'grey-alpha', depth: 8, transparent: true },
    { colour: 'grey-alpha', depth: 16, inverted: true, transparent: true },
    { colour: 'rgba', depth: 8, transparent: true },
    { colour: 'rgba', depth: 8, inverted: true, transparent: true, interlaced: true },
    { colour: 'rgba', depth: 16, transparent: true },
  ])('is read in each kind of PNG: %j', (kind) => {
    expect(readQrPicture(pngOf(drawn(SHORT), kind))).toBe(SHORT);
  });

  it.each([
    ['turned upside down', (rows: Pixels) => rows.map((row) => row.toReversed()).toReversed()],
    [
      'on its side',
      (rows: Pixels) => rows.map((_, x) => rows.map((row) => row[x] === true).toReversed()),
    ],
    ['mirrored', (rows: Pixels) => rows.map((row) => row.toReversed())],
    ['without a border', (rows: Pixels) => rows.slice(6, -6).map((row) => row.slice(6, -6))],
  ])('is read %s', (_what, turn) => {
    const kind = { colour: 'rgba', depth: 8, transparent: true } as const;
    expect(readQrPicture(pngOf(turn(drawn(SHORT)), kind))).toBe(SHORT);
  });

  it('is never inflated to more than it may have', () => {
    const bomb = pngOf(drawn(SHORT), { colour: 'grey', depth: 1, interlaced: true });
    const idat = bomb.indexOf('IDAT');
    const data = deflateSync(Buffer.alloc(200 * 1024 * 1024), { level: 1 });
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const parts = [bomb.subarray(0, idat - 4), length, Buffer.from('IDAT'), data, Buffer.alloc(4)];
    expect(() => readQrPicture(Buffer.concat(parts))).toThrow('too large');
  });

  it('is refused where it shows none, is not whole, or says that it is huge', async () => {
    const grey = new PNG({ width: 200, height: 200 });
    grey.data.fill(0x80);
    const none = await written('grey.png', PNG.sync.write(grey));
    await expect(readUri(testHost(), none)).rejects.toMatchObject(refusal('no QR code'));
    const picture = qrPicture(uri)!;
    for (const length of [8, 23, 40, picture.length >> 1]) {
      const cut = await written('cut.png', picture.subarray(0, length));
      await expect(readUri(testHost(), cut)).rejects.toMatchObject(refusal('cannot read'));
    }
    const huge = Buffer.from(picture);
    huge.writeUInt32BE(100_000, 16);
    huge.writeUInt32BE(100_000, 20);
    await expect(readUri(testHost(), await written('huge.png', huge))).rejects.toMatchObject(
      refusal('too large'),
    );
  });

  it('gives a text or a clear error for any bytes', async () => {
    const picture = qrPicture(uri.slice(0, 40))!;
    const at = fc.nat({ max: picture.length - 1 });
    const changes = fc.array(fc.tuple(at, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    const seen = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const bytes = Buffer.from(picture);
        for (const [where, value] of changed) bytes[where] = value;
        try {
          await readUri(testHost(), await written('any.png', bytes));
          seen.read += 1;
        } catch (error) {
          expect(error).toMatchObject({ code: 'usage.invalid' });
          seen.refused += 1;
        }
      }),
      { numRuns: 40, examples: [[[[picture.length - 1, 0]]], [[[45, 0]]]] },
    );
    expect(seen.refused).toBeGreaterThan(0);
  });
});

describe('what is no PNG', () => {
  it.each([
    ['a JPEG picture', Buffer.from('ffd8ffe000104a464946', 'hex')],
    ['a JPEG picture', Buffer.from('ffd8ffe1', 'hex')],
    ['a GIF picture', Buffer.from('GIF89a')],
    ['a WebP picture', Buffer.from('RIFF\0\0\0\0WEBPVP8 ')],
    ['an AVIF picture', Buffer.from('\0\0\0\x20ftypavif')],
    ['a HEIC picture', Buffer.from('\0\0\0\x18ftypheic')],
    ['a HEIC picture', Buffer.from('\0\0\0\x18ftypmif1')],
    ['a BMP picture', Buffer.from('BM\x46\0\0\0\0\0\0\0')],
    ['a TIFF picture', Buffer.from('II*\0')],
    ['a JPEG XL picture', Buffer.from('ff0a', 'hex')],
    ['an SVG picture', Buffer.from('<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="">')],
    ['an SVG picture', Buffer.from('\ufeff<svg viewBox="0 0 1 1">')],
    ['a web page', Buffer.from('<!doctype html>')],
    ['a PDF document', Buffer.from('%PDF-1.7')],
  ])('is told by its name: %s', async (name, begins) => {
    // Long enough that it is no text, and has lines.
    const bytes = Buffer.concat([begins, Buffer.alloc(100_000, '\n\x80 ')]);
    const path = await written('picture.png', bytes);
    await expect(readUri(testHost(), path)).rejects.toMatchObject(refusal(`is ${name}: `));
    const host = testHost();
    host.stdin.end(bytes);
    await expect(readUri(host, '-')).rejects.toMatchObject(refusal(`stdin is ${name}: `));
  });

  it.each(['ff00fe01', '7068006f', 'c3'])(
    'is told where nobody knows what it is: %s',
    async (hex) => {
      const path = await written('any', Buffer.from(hex, 'hex'));
      await expect(readUri(testHost(), path)).rejects.toMatchObject(
        refusal('neither text nor a PNG'),
      );
    },
  );

  it('may be text in the encodings that shells write', async () => {
    const little = Buffer.from(`\ufeff${uri}\r\n`, 'utf16le');
    const files = [Buffer.from(`\ufeff${uri}\r\n`), little, Buffer.from(little).swap16()];
    for (const file of files) expect(await readUri(testHost(), await written('a', file))).toBe(uri);
  });

  it('is counted where one is needed', async () => {
    const path = await written('several', Buffer.from(`${uri}\n${uri}\nhello\n`));
    await expect(readUri(testHost(), path)).rejects.toMatchObject(
      refusal('several has 3 lines: 2 of phonekey:grant, 1 of something else'),
    );
  });
});

it('a picture comes in by stdin, too', async () => {
  const host = testHost();
  host.stdin.end(qrPicture(uri));
  expect(await readUri(host, '-')).toBe(uri);
});
