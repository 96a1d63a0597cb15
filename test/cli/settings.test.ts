import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSettings } from '../../cli/config/settings.js';
import { run } from '../../cli/run.js';
import { Cli } from '../support/cli.js';
import { testHost } from '../support/cli-host.js';

let home: string;
let file: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'key-'));
  file = join(home, 'config.json');
});
afterAll(() => rm(home, { recursive: true, force: true }));

const read = async (text: string) => {
  await writeFile(file, text);
  return readSettings(file);
};

describe('the settings of a user', () => {
  it('are none without a file, and any of four with one', async () => {
    expect(readSettings(join(home, 'none', 'config.json'))).toEqual({});
    expect(await read('{}')).toEqual({});
    const cloudUrl = 'https://cloud.example';
    const all = { radio: 'virtual', home: '/srv/phonekey', json: true, cloudUrl } as const;
    expect(await read(JSON.stringify(all))).toEqual(all);
    expect(await read('{"home": "~/phonekey"}')).toEqual({ home: join(homedir(), 'phonekey') });
  });

  it.each([
    ['{"radio": "am"}', 'radio is not one of auto, ble, virtual'],
    ['{"home": "phonekey"}', 'home is not an absolute path, nor one that begins with ~/'],
    ['{"home": ""}', 'home is not an absolute path, nor one that begins with ~/'],
    [`{"home": "/${'x'.repeat(4096)}"}`, 'home is not an absolute path'],
    ['{"json": "yes"}', 'json is not true or false'],
    ['{"json": null}', 'json is not true or false'],
    [
      '{"cloudUrl": "http://cloud.example"}',
      'cloudUrl is not an address, as https://cloud.example',
    ],
    ['{"timeout": 3}', '"timeout" is no setting'],
    ['{"__proto__": 3}', '"__proto__" is no setting'],
    ['[]', 'it is not an object'],
    ['{\n  "json": true\n  "radio": "ble"\n}', 'line 3 is not JSON'],
    ['{\n  "json": true,\n', 'line 3 is not JSON'],
    ['', 'line 1 is not JSON'],
    [' '.repeat(16_385), 'it has more than 16384 bytes'],
  ])('are read strictly: %j', async (text, problem) => {
    await writeFile(file, text);
    expect(() => readSettings(file)).toThrow(`cannot use ${file}: ${problem}`);
  });

  it('are in a file, not in a directory', () => {
    expect(() => readSettings(home)).toThrow('it is not a file');
  });

  const jsonWith = async (argv: string[], settings: object): Promise<boolean> => {
    const host = { ...testHost(), settings: () => settings };
    expect(await run(argv, host)).toBe(0);
    return host.written.out.startsWith('{');
  };

  it('stand for options', async () => {
    expect(await jsonWith(['cars'], { home, json: true })).toBe(true);
    expect(await jsonWith(['cars'], { home })).toBe(false);
    expect(await jsonWith(['cars'], { home, json: false })).toBe(false);
    expect(await jsonWith(['--home', home, 'cars'], { home: '/dev/null' })).toBe(false);
    // One that does nothing there is for others.
    expect(await jsonWith(['car', '--help'], { radio: 'ble' })).toBe(false);
    const host = { ...testHost(), settings: () => ({ json: true }) };
    expect(await run(['lock', 'now'], host)).toBe(2);
    expect(host.written.err).toContain('"code":"usage.invalid"');
  });

  it('that cannot be read stop all but help', async () => {
    const broken = () => {
      const host = { ...testHost(), settings: () => readSettings(home) };
      return host;
    };
    const host = broken();
    expect(await run(['cars'], host)).toBe(2);
    expect(host.written).toEqual({
      out: '',
      err: expect.stringMatching(/^error: cannot use .*\nhint: /),
    });
    expect(await run(['help'], broken())).toBe(0);
  });

  it('are found by the command, and variables beat them', async () => {
    const cli = await Cli.create();
    try {
      const directory = join(cli.home, 'config', 'phonekey');
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'config.json'), '{"json": true, "home": "/dev/null"}');
      expect(await cli.run(['cars'])).toMatchObject({ code: 0, stdout: '{"cars":[]}\n' });
      const { stdout } = await cli.run(['cars'], { env: { KEY_JSON: '0' } });
      expect(stdout).toMatch(/^CAR /);
    } finally {
      await cli.close();
    }
  });
});
