import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fileNameFor } from '../../cli/config/file-name.js';
import { formatKeyFile, MAX_FILE, parseKeyFile } from '../../cli/config/key-file.js';
import { FileKeyStore } from '../../cli/config/key-store.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { PairedCar } from '../../lib/index.js';
import { toHex } from '../../lib/platform/bytes.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { carStoreChecks } from '../../lib/phone/store-contract.js';
import { put } from '../support/car-store.js';

const car = (name: string, seed = name): PairedCar => {
  const random = seededRandom(seed);
  return {
    name,
    carPublicKey: nodeSuite.x25519KeyPair(random(32)).publicKey,
    identity: nodeSuite.x25519KeyPair(random(32)),
    signing: nodeSuite.ed25519KeyPair(random(32)),
    state: 'paired',
    role: 'owner',
    slot: 3,
  };
};

let home: string;
let keys: string;
let store: FileKeyStore;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'key-'));
  keys = join(home, 'deep', 'keys');
  store = new FileKeyStore(keys);
});
afterEach(() => rm(home, { recursive: true, force: true }));

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('FileKeyStore', () => {
  it('is empty where nothing is, and creates nothing by looking', async () => {
    expect(await store.list()).toEqual([]);
    expect(await store.remove('nobody')).toBe(false);
    expect(await readdir(home)).toEqual([]);
  });

  for (const { name, run } of carStoreChecks((place) => new FileKeyStore(join(home, place)))) {
    it(name, run);
  }

  it('leaves nothing but the entry, however many programs try to add one', async () => {
    const cars = Array.from({ length: 6 }, (_, n) => car('blue', `seed ${String(n)}`));
    await Promise.all(cars.map((each) => new FileKeyStore(keys).add(each)));
    expect(await readdir(keys)).toEqual(['blue.json']);
    expect(await mode(join(keys, 'blue.json'))).toBe('600');
  });

  it('writes private files in a private directory, and leaves nothing else', async () => {
    await put(store, car('../../evil/\u0000name'.replace('\u0000', '')));
    expect(await mode(keys)).toBe('700');
    const files = await readdir(keys);
    expect(files).toHaveLength(1);
    expect(await mode(join(keys, files[0]!))).toBe('600');
  });

  it('stands many writers at once', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `car ${String(n)}`);
    await Promise.all([...names, ...names, ...names].map((name) => put(store, car(name))));
    expect((await store.list()).map(({ name }) => name).sort()).toEqual(names);
    expect(await readdir(keys)).toHaveLength(names.length);
  });

  it.each([0o640, 0o604, 0o660, 0o644])('refuses a file of mode %o', async (bits) => {
    await put(store, car('Blue'));
    const [file] = await readdir(keys);
    await chmod(join(keys, file!), bits);
    await expect(store.list()).rejects.toMatchObject({
      code: 'keys.permissions',
      hint: expect.stringContaining(`chmod 600 '${join(keys, file!)}'`),
    });
  });

  it.each([0o750, 0o705, 0o777, 0o710])('refuses a directory of mode %o', async (bits) => {
    await put(store, car('Blue'));
    await chmod(keys, bits);
    await expect(store.list()).rejects.toMatchObject({ code: 'keys.permissions' });
    await expect(put(store, car('Red'))).rejects.toMatchObject({ code: 'keys.permissions' });
    await expect(store.remove('Blue')).rejects.toMatchObject({ code: 'keys.permissions' });
    await chmod(keys, 0o700);
    expect(await store.list()).toHaveLength(1);
  });

  it('keeps every name that a car may have', async () => {
    for (const name of ['\uE000 private use', '\u{E0FFF} not assigned', '\u8ECA', '  ']) {
      await put(store, car(name));
      expect((await store.list()).map((each) => each.name)).toContain(name);
    }
  });

  it('knows a file that it cannot read, so that it can be removed', async () => {
    await put(store, car('Blue'));
    await writeFile(join(keys, '_42lue.json'), 'junk');
    await expect(store.list()).rejects.toMatchObject({ hint: expect.stringContaining('delete') });
    expect(await store.remove('Blue')).toBe(true);
    expect(await store.remove('Blue')).toBe(false);
    expect(await store.list()).toEqual([]);
  });

  it('names the file it cannot read, and quotes no key', async () => {
    await put(store, car('Blue'));
    const path = join(keys, (await readdir(keys))[0]!);
    const text = await readFile(path, 'utf8');
    const secret = toHex(car('Blue').identity.privateKey);
    const broken = [
      '',
      text.slice(0, -10),
      text.slice(0, 300),
      text.replace('"version": 2', '"version": 3'),
      text.replace(
        secret,
        secret.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
      ),
      text.replace(secret, secret.slice(2)),
      text.replace('"name": "Blue"', '"name": "Red"'),
      text.replace('"state"', '"more": 1, "state"'),
      `${text}${' '.repeat(MAX_FILE)}`,
    ];
    for (const contents of broken) {
      await writeFile(path, contents);
      const error = await store.list().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PhoneKeyError);
      const { code, message, cause } = error as PhoneKeyError;
      expect(code).toBe('keys.unreadable');
      expect(message).toContain(path);
      expect(`${message} ${String(cause)}`).not.toContain(secret.slice(8, 24));
    }
    await writeFile(path, text);
    expect(await store.list()).toEqual([car('Blue')]);
  });

  it('names a file of an earlier format, which can be removed', async () => {
    await put(store, car('Blue'));
    const path = join(keys, (await readdir(keys))[0]!);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"version": 2', '"version": 1'));
    const refused = {
      code: 'keys.earlier-format',
      kind: 'key-store',
      message: `cannot read the key file ${path}: it is of an earlier format`,
      hint: expect.stringMatching(/Delete it and pair again/),
    };
    await expect(store.list()).rejects.toMatchObject(refused);
    await expect(put(store, car('Blue'))).rejects.toMatchObject(refused);
    expect(await store.remove('Blue')).toBe(true);
    expect(await store.list()).toEqual([]);
  });

  it('refuses a directory where a key file should be', async () => {
    await put(store, car('Blue'));
    await mkdir(join(keys, 'x.json'), { mode: 0o700 });
    await expect(store.list()).rejects.toMatchObject({ code: 'keys.permissions' });
  });

  it('finds out beforehand that nothing could be saved, and leaves nothing when it could', async () => {
    await store.prepare();
    expect(await readdir(keys)).toEqual([]);
    expect(await mode(keys)).toBe('700');
    const file = join(home, 'a-file');
    await writeFile(file, '');
    await expect(new FileKeyStore(join(file, 'keys')).prepare()).rejects.toMatchObject({
      kind: 'key-store',
    });
  });

  it('says when it cannot save or read', async () => {
    await writeFile(join(home, 'file'), '');
    const blocked = new FileKeyStore(join(home, 'file', 'keys'));
    await expect(blocked.add(car('Blue'))).rejects.toMatchObject({ code: 'keys.not-saved' });
    await expect(blocked.list()).rejects.toMatchObject({ code: 'keys.unreadable' });
  });

  it('ignores what a killed writer left, and removes it; not what a living one is writing', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    await put(store, car('Blue'));
    const zeros = '0'.repeat(16);
    const left = `${String(dead)}-${zeros}-${zeros}.tmp`;
    const living = `${String(process.ppid)}-${zeros}-${zeros}.tmp`;
    for (const name of [left, living]) await writeFile(join(keys, name), 'half', { mode: 0o600 });
    expect(await store.list()).toEqual([car('Blue')]);
    await put(store, car('Red'));
    expect(await readdir(keys)).not.toContain(left);
    expect(await readdir(keys)).toContain(living);
  });
});

describe('key files', () => {
  it('survive the way to text and back, whatever the car is called', () => {
    const names = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 32 })
      .filter(
        (name) => Buffer.byteLength(name) <= 64 && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name),
      );
    const sample = car('sample');
    fc.assert(
      fc.property(names, (name) => {
        expect(parseKeyFile(formatKeyFile({ ...sample, name }))).toEqual({ ...sample, name });
      }),
    );
  });

  it('remember where the car has its characteristics, which older ones do not', () => {
    for (const attHandle of [1, 11, 0xfff9]) {
      const entry = { ...car('sample'), attHandle };
      expect(parseKeyFile(formatKeyFile(entry))).toEqual(entry);
    }
    const text = formatKeyFile({ ...car('sample'), attHandle: undefined });
    expect(text).not.toContain('attHandle');
    expect(parseKeyFile(text)).toEqual(car('sample'));
  });

  it.each([0, -1, 0xfffa, 1.5, '11', null, [11], true])(
    'are refused with %p as a handle',
    (attHandle) => {
      const whole = JSON.parse(formatKeyFile(car('sample'))) as object;
      expect(() => parseKeyFile(JSON.stringify({ ...whole, attHandle }))).toThrow(
        expect.objectContaining({ code: 'keys.unreadable', message: expect.any(String) }),
      );
    },
  );

  it('keep up to 5 commands that had no answer', () => {
    const wish = (n: number) => ({ id: new Uint8Array(8).fill(n), since: 1_700_000_000 });
    const wishes = [1, 2, 3, 4, 5].map(wish);
    const entry = { ...car('sample'), wishes };
    expect(parseKeyFile(formatKeyFile(entry))).toEqual(entry);
    const [one] = (JSON.parse(formatKeyFile(entry)) as { readonly wishes: readonly object[] })
      .wishes;
    expect(one).toEqual({ id: '01'.repeat(8), since: 1_700_000_000 });
    for (const wrong of [
      [...wishes, wish(6)],
      [{ ...wish(1), id: new Uint8Array(7) }],
      [{ ...wish(1), since: -1 }],
    ]) {
      const text = formatKeyFile({ ...car('sample'), wishes: wrong });
      expect(() => parseKeyFile(text)).toThrow(
        expect.objectContaining({ code: 'keys.unreadable', message: expect.any(String) }),
      );
    }
  });

  it('are refused with keys.unreadable and nothing else, whatever is in them', () => {
    const whole = JSON.parse(formatKeyFile({ ...car('sample'), attHandle: 11 })) as Record<
      string,
      unknown
    >;
    const field = fc.constantFrom(...Object.keys(whole));
    const check = (text: string): void => {
      try {
        parseKeyFile(text);
      } catch (error) {
        const { code } = error as PhoneKeyError;
        expect(['keys.unreadable', 'keys.earlier-format']).toContain(code);
      }
    };
    fc.assert(fc.property(fc.string(), check));
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        check(JSON.stringify({ ...whole, [name]: value }));
      }),
    );
  });
});

describe('fileNameFor', () => {
  it('keeps plain names', () => {
    expect(fileNameFor('my-car-2')).toBe('my-car-2');
    expect(fileNameFor('Car')).toBe('_43ar');
    expect(fileNameFor('con')).toBe('_63on');
    expect(fileNameFor('../x')).toBe('_2e_2e_2fx');
  });

  it('gives different names different files, in a safe alphabet', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(fileNameFor(a)).toMatch(/^[a-z0-9_-]+$/);
        expect(fileNameFor(a) === fileNameFor(b)).toBe(a === b);
      }),
    );
    const close = fc.stringMatching(/^[_a4cC 3]{1,6}$/);
    fc.assert(
      fc.property(close, close, (a, b) => {
        expect(fileNameFor(a) === fileNameFor(b)).toBe(a === b);
      }),
    );
  });
});
