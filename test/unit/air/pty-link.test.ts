import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFolder, makeLink, removeLink, socketIn } from '../../../air/pty/symbolic-link.js';

let home: string;
let path: string;
let folders: string[];

const newFolder = async (): Promise<string> => {
  const folder = await makeFolder();
  folders.push(folder);
  return folder;
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'key-'));
  path = join(home, 'ttyBLE');
  folders = [];
});

afterEach(() => {
  for (const folder of [home, ...folders]) rmSync(folder, { recursive: true, force: true });
});

describe('the link to a pty', () => {
  it('leads into a folder that nobody else may enter', async () => {
    const folder = await newFolder();
    await makeLink(path, folder);
    expect(dirname(readlinkSync(path))).toBe(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await removeLink(path, folder);
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it.each([
    ['a file', () => writeFileSync(path, 'mine')],
    ['a directory', () => mkdirSync(path)],
    ['a link to a terminal', () => symlinkSync('/dev/tty', path)],
    ['a link to nothing', () => symlinkSync(join(home, 'nowhere'), path)],
    ['a link to nothing of a similar name', () => symlinkSync(join(home, 'phonekey', 'tty'), path)],
  ])('does not replace %s', async (_what, make) => {
    make();
    const before = lstatSync(path);
    await expect(makeLink(path, await newFolder())).rejects.toMatchObject({
      code: 'usage.invalid',
      message: `${path} is there already`,
    });
    expect(lstatSync(path).ino).toBe(before.ino);
  });

  it('does not replace the one of a server that lives', async () => {
    const folder = await newFolder();
    const server = createServer().listen(socketIn(folder));
    await once(server, 'listening');
    try {
      await makeLink(path, folder);
      await expect(makeLink(path, await newFolder())).rejects.toMatchObject({
        code: 'usage.invalid',
      });
      expect(dirname(readlinkSync(path))).toBe(folder);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each([true, false])(
    'replaces the one of a dead server, its folder there: %s',
    async (there) => {
      const dead = await newFolder();
      await makeLink(path, dead);
      if (!there) rmSync(dead, { recursive: true });
      const folder = await newFolder();
      await makeLink(path, folder);
      expect(dirname(readlinkSync(path))).toBe(folder);
      expect(existsSync(dead)).toBe(false);
    },
  );

  it('says that the directory is missing', async () => {
    await expect(makeLink(join(home, 'no', 'tty'), await newFolder())).rejects.toMatchObject({
      code: 'usage.invalid',
      hint: expect.stringContaining('directory'),
    });
  });

  it('removes no link but its own', async () => {
    await makeLink(path, await newFolder());
    await removeLink(path, await newFolder());
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    await removeLink(join(home, 'nothing'), home);
  });
});
