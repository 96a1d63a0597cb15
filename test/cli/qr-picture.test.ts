import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { qrPicture, readQrPicture } from '../../cli/io/qr-picture.js';
import { readUri } from '../../cli/io/uri-source.js';
import { testHost } from '../support/cli-host.js';

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
