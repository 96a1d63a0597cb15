import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileKeyStore } from '../../cli/config/key-store.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { Cli } from '../support/cli.js';

const random = seededRandom('out');
const TO = 'ab'.repeat(32);

let cli: Cli;
let store: FileKeyStore;
beforeAll(async () => {
  cli = await Cli.create({ inside: true });
  store = new FileKeyStore(join(cli.home, 'keys'));
  await store.add({
    name: 'Blue',
    carPublicKey: nodeSuite.x25519KeyPair(random(32)).publicKey,
    identity: nodeSuite.x25519KeyPair(random(32)),
    signing: nodeSuite.ed25519KeyPair(random(32)),
    state: 'paired',
    role: 'owner',
    slot: 0,
  });
});
afterAll(() => cli.close());

const path = (name: string): string => join(cli.home, name);

/** What the phone has made: keys to show, grants, lists. */
const made = async () => {
  const [car] = await store.list();
  const { shared = [], revocationList } = car!;
  return [(await store.offers()).length, shared.length, revocationList?.number];
};

const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ['id', ['id']],
  ['share', ['share', '--to', TO]],
  ['revoke', ['revoke', 'abababababababab', '--offline']],
  ['refresh', ['refresh', '--offline']],
];

describe.each(COMMANDS)('key %s --out', (command, args) => {
  it('touches no file that is there, follows no link, and signs nothing in vain', async () => {
    const target = path(`${command}-precious`);
    writeFileSync(target, 'precious');
    const link = path(`${command}-link`);
    symlinkSync(target, link);
    const dangling = path(`${command}-dangling`);
    symlinkSync(path('elsewhere'), dangling);
    const before = await made();
    for (const out of [target, link, dangling]) {
      const { code, stdout, stderr } = await cli.run([...args, '--out', out]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('exists already');
      expect(stderr).toContain('--force');
    }
    const missing = await cli.run([...args, '--out', path('no/such')]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be made') });
    expect(await made()).toEqual(before);
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(existsSync(path('elsewhere'))).toBe(false);
  });

  it('replaces a file with --force, by one that is private; a link and a directory stay', async () => {
    const out = path(`${command}-out`);
    writeFileSync(out, 'old', { mode: 0o644 });
    expect(await cli.run([...args, '--force', '--out', out])).toMatchObject({ code: 0 });
    expect(readFileSync(out, 'utf8')).toMatch(/^phonekey:/);
    expect(lstatSync(out).mode & 0o777).toBe(0o600);
    const link = path(`${command}-link`);
    mkdirSync(path(command));
    for (const other of [link, path(command)]) {
      const { code, stderr } = await cli.run([...args, '--force', '--out', other]);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('not a file'),
      });
    }
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});

describe('--out', () => {
  it('leaves no file behind where nothing was made', async () => {
    const out = path('nothing');
    const { code } = await cli.run(['share', '--to', 'phonekey:key/AA', '--out', out]);
    expect(code).not.toBe(0);
    expect(existsSync(out)).toBe(false);
  });

  it('is what --force may go with, as --capture is', async () => {
    const { code, stderr } = await cli.run(['id', '--force']);
    expect(code).toBe(2);
    expect(stderr).toContain('--capture or --out');
  });
});
