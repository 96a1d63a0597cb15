import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../cli/run.js';
import { fileFault } from '../../local/files/fault.js';
import { testHost } from '../support/cli-host.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-'));
  await writeFile(join(folder, 'file'), '');
  await symlink('loop', join(folder, 'loop'));
});
afterAll(() => rm(folder, { recursive: true }));

const said = async (home: string, args: readonly string[]) => {
  const host = testHost();
  const code = await run([...args, '--home', home], host);
  return { code, said: host.written.err };
};

describe.each([
  ['a file', 'file', /: PATH is a file, not a directory\n/],
  ['something in a file', 'file/home', /: FOLDER\/file is a file, not a directory\n/],
  ['a link to itself', 'loop', /: PATH\S* leads over symbolic links that go round in a circle\n/],
  [
    'too long a name',
    'a'.repeat(300),
    /a name is too long in PATH|path of the car's directory is too long/,
  ],
])('a home that is %s', (_, name, expected) => {
  // An air goes elsewhere where the path is too long for its socket.
  const reaches = name.length > 100 ? [] : [[['air', 'list'], 4] as const];
  it.each<readonly [readonly string[], number]>([
    [['cars'], 6],
    [['id'], 6],
    [['unlock', '--radio', 'virtual'], 6],
    [['car', 'status'], name.length > 100 ? 2 : 1],
    ...reaches,
  ])('is told by key %j, with exit code %d', async (args, code) => {
    const home = join(folder, name);
    const result = await said(home, args);
    const pattern = expected.source.replace('PATH', home).replace('FOLDER', folder);
    expect(result).toEqual({ code, said: expect.stringMatching(new RegExp(pattern)) });
    expect(result.said).toMatch(/\nhint: (Move|Remove|Choose) .*\.\n$/);
    expect(result.said).not.toContain('pair again');
  });
});

(process.platform === 'linux' ? it : it.skip)(
  'a home where nothing can be made is told, too',
  async () => {
    const { code, said: text } = await said('/proc/home', ['id']);
    expect({ code, text }).toEqual({
      code: 6,
      text: expect.stringMatching(/^\S+ cannot save the keys: \/proc\/home is not there\nhint: /),
    });
  },
);

it.each([
  ['EACCES', '/x may not be used by this user'],
  ['EPERM', '/x may not be used by this user'],
  ['EROFS', '/x is on a file system that can only be read'],
  ['ENOSPC', 'the disk has no room left for /x'],
  ['EDQUOT', 'the disk has no room left for /x'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
  ['EIO', 'the disk fails to read or write /x'],
  ['ENOENT', '/x is not there'],
  ['EISDIR', '/x is a directory, not a file'],
  ['EEXIST', '/x is there already'],
])('%s is told with the path', (code, what) => {
  expect(fileFault(Object.assign(new Error(code), { code, path: '/x' }))).toMatchObject({ what });
  expect(fileFault(Object.assign(new Error(code), { code, address: '/x' }))).toMatchObject({
    what,
  });
  expect(fileFault(Object.assign(new Error(code), { code }), '/x')).toMatchObject({ what });
});

it('knows what is no error of the file system', () => {
  for (const error of [new Error('EIO'), Object.assign(new Error(''), { code: 'ECONNRESET' }), 5])
    expect(fileFault(error)).toBeUndefined();
});
