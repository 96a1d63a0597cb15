import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseCapture } from '../support/btsnoop.js';
import { CAR_NAME, PHONE_NAME, playCaptured } from '../support/captured-session.js';
import type { CapturedSession } from '../support/captured-session.js';
import { Cli } from '../support/cli.js';
import { captured, keptIn, privateKeysIn } from '../support/secrets.js';

jest.setTimeout(60_000);

const HAS_MODES = process.platform !== 'win32';

interface WatchLine {
  readonly time: string;
  readonly type: string;
  readonly kind?: string;
  readonly content?: { readonly type: string; readonly command?: string; readonly key?: string };
  readonly [field: string]: unknown;
}

const jsonLines = (text: string): WatchLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as WatchLine);

describe('key air watch --read', () => {
  let cli: Cli;
  let stranger: Cli;
  let session: CapturedSession;
  let keyFile: string;
  beforeAll(async () => {
    cli = await Cli.create({ inside: true });
    stranger = await Cli.create({ inside: true });
    keyFile = join(cli.home, 'session.keys');
    session = await playCaptured(cli, { KEY_SESSION_KEYS: keyFile });
  });
  afterAll(async () => {
    await stranger.close();
    await cli.close();
  });

  const watch = async (viewer: Cli, args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await viewer.run(['air', 'watch', ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const messages = async (viewer: Cli, ...args: string[]): Promise<WatchLine[]> =>
    jsonLines(await watch(viewer, ['--json', '--read', session.car, ...args])).filter(
      ({ type }) => type === 'message',
    );

  it('tells a stranger what an eavesdropper hears: who, when, how long', async () => {
    const text = await watch(stranger, ['--read', session.car]);
    expect(text).toMatch(
      /advertises \(connectable, scannable\): flags 0x06, service phonekey; scan/,
    );
    expect(text).toMatch(/; a phonekey car, ready to pair\n/);
    expect(text).toMatch(/ -- \S+ +connected: interval 7\.5 ms, latency 0, timeout 420 ms\n/);
    expect(text).toMatch(/ -> \S+ +Exchange MTU Request: mtu 256\n/);
    expect(text).toMatch(/ -> \S+ +Write Command: toCar, handle 0x\w+, 122 B\n/);
    expect(text).toMatch(
      / -> \S+ +Proof: e 32 B, encrypted s 48 B, sealed Command 18 B, tag 16 B\n/,
    );
    expect(text).toMatch(/ <- \S+ +Sealed: sealed Result (18|24) B\n/);
    expect(text).toMatch(/disconnected: remote user terminated\n/);
    expect(text).not.toContain(CAR_NAME);
    expect(text.match(/ connected:/g)).toHaveLength(session.phone.length);
    const kinds = (await messages(stranger)).map(({ kind }) => kind);
    expect(kinds.slice(0, 7)).toEqual([
      ...['Hello', 'PairStart', 'PairShare', 'PairConfirm', 'PairOffer', 'PairCommit', 'PairDone'],
    ]);
    for (const message of await messages(stranger)) {
      expect(message).not.toHaveProperty('content');
      expect(message).not.toHaveProperty('car');
    }
  });

  it('tells who is paired which car it is', async () => {
    const text = await watch(cli, ['--read', session.car]);
    expect(text).toContain(`; this is ${CAR_NAME}, ready to pair\n`);
    expect(text).toMatch(new RegExp(`Proof: e 32 B, .*; its tag is valid for ${CAR_NAME}\n`));
    expect(text).not.toContain('unlock');
  });

  it('tells what was sealed, with the keys of the sessions; of a pairing no more than before', async () => {
    const told = await messages(stranger, '--session-keys', keyFile);
    const [, publicKey = ''] = /"identity": [^}]+"publicKey": "([0-9a-f]{64})"/.exec(
      keptIn(cli.home),
    )!;
    const key = createHash('sha512')
      .update(Buffer.from(publicKey, 'hex'))
      .digest('hex')
      .slice(0, 16);
    expect(told.flatMap(({ content }) => content ?? [])).toEqual([
      { type: 'command', command: 'unlock', key },
      { type: 'done' },
      { type: 'command', command: 'listKeys', key },
      // The phone's, and the card's.
      { type: 'keys', count: 2 },
    ]);
    expect(told.filter(({ kind }) => kind?.startsWith('Pair'))).toEqual(
      (await messages(stranger)).filter(({ kind }) => kind?.startsWith('Pair')),
    );
    const text = await watch(stranger, ['--read', session.phone[1]!, '--session-keys', keyFile]);
    expect(text).toMatch(new RegExp(`Proof: unlock by key ${key}\n`));
    expect(text).toMatch(/Sealed: done\n/);
  });

  it('shows every packet with --hci', async () => {
    for (const path of [session.car, ...session.phone]) {
      const packets = parseCapture(readFileSync(path));
      const lines = jsonLines(await watch(stranger, ['--hci', '--json', '--read', path]));
      expect(lines.map(({ type }) => type)).toEqual(packets.map(() => 'hci'));
      expect(lines.map(({ direction }) => direction)).toEqual(
        packets.map(({ flags }) => ((flags & 1) === 0 ? 'sent' : 'received')),
      );
      expect(lines.filter(({ name }) => /0x|malformed/.test(String(name)))).toEqual([]);
    }
    const text = await watch(stranger, ['--hci', '--read', session.phone[0]!]);
    expect(text).toMatch(/ > +LE Create Connection: address type public, address /);
    expect(text).toMatch(/ < +LE Connection Complete: status success, handle 0x0040, role central/);
  });

  it('shows no secret, whatever it is given; neither does a capture', async () => {
    const views: string[] = [];
    for (const path of [session.car, session.phone[0]!]) {
      for (const view of [[], ['--hci'], ['--session-keys', keyFile]]) {
        for (const format of [[], ['--json']]) {
          views.push(await watch(cli, ['--read', path, ...view, ...format]));
        }
      }
    }
    // So that the search is one.
    expect(views.some((text) => text.includes(CAR_NAME))).toBe(true);

    const kept = keptIn(cli.home);
    const privateKeys = privateKeysIn(kept);
    expect(new Set(privateKeys).size).toBe(3);
    const log = readFileSync(keyFile, 'utf8').trimEnd().split('\n');
    const sessionKeys = log.flatMap((line) => line.split(' ').slice(2));
    expect(new Set(log).size).toBe(2); // sessions; the car and the phone have logged the same
    expect(log).toHaveLength(4);

    const captures = [session.car, ...session.phone].flatMap(captured);
    for (const key of [...privateKeys, ...sessionKeys]) {
      const bytes = Buffer.from(key, 'hex');
      const reversed = Buffer.from(bytes).reverse();
      for (const text of views) {
        for (const each of [bytes, reversed]) {
          expect(text).not.toContain(each.toString('hex'));
          expect(text).not.toContain(each.toString('base64'));
        }
      }
      for (const capture of captures) {
        expect(capture.includes(bytes) || capture.includes(reversed)).toBe(false);
        expect(capture.includes(key)).toBe(false);
      }
    }
    for (const text of views) {
      expect(text).not.toContain(PHONE_NAME);
      // The code, which by chance may stand within a number or an address.
      expect(text).not.toMatch(new RegExp(`(?<![0-9a-f])${session.code}(?![0-9a-f])`));
    }
    expect(captures.some((capture) => capture.includes(session.code))).toBe(false);
    // A key log opens sessions, not cars: no long-term key is in it.
    for (const [key] of kept.matchAll(/[0-9a-f]{64}/g)) expect(log.join('\n')).not.toContain(key);
  });

  it('is wrong usage of what is no capture, after what could be read of it', async () => {
    const path = (name: string, bytes: Uint8Array): string => {
      writeFileSync(join(cli.home, name), bytes);
      return join(cli.home, name);
    };
    const file = readFileSync(session.car);
    const refused = async (...args: string[]) => {
      const { code, stdout, stderr } = await cli.run(['air', 'watch', ...args]);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/^error: .+\nhint: .+\n$/),
      });
      return { stdout, stderr };
    };
    const cut = await refused('--read', path('cut', file.subarray(0, -3)));
    expect(cut.stderr).toContain('ends in the middle of a record');
    expect(cut.stdout).toContain('Proof:');
    expect((await refused('--read', path('junk', Buffer.alloc(100)))).stdout).toBe('');
    expect((await refused('--read', path('empty', Buffer.alloc(0)))).stdout).toBe('');
    expect((await refused('--read', join(cli.home, 'missing'))).stderr).toContain('is not there');
    await refused('--read', cli.home);
    await refused('--read', '');
    const directory = ['--session-keys', cli.home];
    expect((await refused('--read', session.car, ...directory)).stderr).toContain('not a file');
  });

  (HAS_MODES ? it : it.skip)('goes on without keys that it may not use, and says so', async () => {
    const keys = join(cli.home, 'keys');
    chmodSync(keys, 0o755);
    try {
      const { code, stdout, stderr } = await cli.run(['air', 'watch', '--read', session.car]);
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(/^the cars of this phone are not recognised: .*\n$/),
      });
      expect(stdout).toContain('a phonekey car');
    } finally {
      chmodSync(keys, 0o700);
    }
  });
});

describe('key air watch', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.create({ inside: true });
  });
  afterAll(() => cli.close());

  it('tells what happens while it happens, and what a capture of the air tells afterwards', async () => {
    const env = { KEY_SESSION_KEYS: join(cli.home, 'session.keys') };
    const capture = join(cli.home, 'air.btsnoop');
    const air = cli.start(['air', 'start', '--json', '--capture', capture]);
    await air.until(/"type":"ready"/);
    const watch = cli.start(['air', 'watch', '--json'], { env });
    await watch.until(/^watching the air/m, 'stderr');
    const car = cli.start(['car', 'start', '--json'], { env });
    await car.until(/"type":"ready"/);
    await watch.until(/"type":"advertising"/);
    await cli.run(['car', 'tap', 'console', '--pair']);
    const { value } = await cli.json(['car', 'screen']);
    const { code } = value as { code: string };
    expect(await cli.run(['pair', '--code', '-'], { input: `${code}\n` })).toMatchObject({
      code: 0,
    });
    await watch.until(/"kind":"PairDone"/);
    expect(await cli.run(['unlock'], { env })).toMatchObject({ code: 0 });
    await watch.until(/"type":"done"/);
    await watch.until(/"type":"powered-off"[\s\S]+"type":"powered-off"/);
    const { code: exit, stdout, stderr } = await watch.stop('SIGINT');
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: 'watching the air; Ctrl-C ends it\n',
    });
    expect((await car.stop('SIGINT')).code).toBe(0);
    expect((await air.stop('SIGINT')).code).toBe(0);

    const live = jsonLines(stdout);
    const told = live.map(({ type, kind }) => kind ?? type);
    expect(told.filter((each) => each === 'connected' || each === 'disconnected')).toEqual([
      ...['connected', 'disconnected', 'connected', 'disconnected'],
    ]);
    expect(told.filter((each) => each === 'Proof')).toHaveLength(1);
    // The identifier changes with every window; the phone of this home knows it once it is paired.
    expect(live.map(({ phonekey }) => phonekey)).toContainEqual({ pairing: true, car: null });
    const [proof] = live.filter(({ kind }) => kind === 'Proof');
    expect(proof).toMatchObject({ car: 'car', content: { type: 'command', command: 'unlock' } });

    const later = await cli.run(['air', 'watch', '--json', '--read', capture], { env });
    const plain = (lines: WatchLine[]) =>
      lines.map((line) => {
        const { time: _time, phonekey: _known, link: _link, ...rest } = line;
        return rest;
      });
    expect(plain(jsonLines(later.stdout)).slice(0, live.length)).toEqual(plain(live));
  });

  it('says when there is no air', async () => {
    expect(await cli.json(['air', 'watch'])).toMatchObject({
      code: 4,
      value: { code: 'radio.unavailable' },
    });
  });

  it('ends with its air', async () => {
    const air = cli.start(['air', 'start', '--json']);
    await air.until(/"type":"ready"/);
    const watch = cli.start(['air', 'watch']);
    await watch.until(/^watching the air/m, 'stderr');
    await air.stop('SIGINT'); // it was the only one on it
    const { code, stderr } = await watch.finished;
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('the virtual air has ended'),
    });
  });
});

describe('--session-keys', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await Cli.create({ inside: true });
  });
  afterAll(() => cli.close());

  const file = (name: string): string => join(cli.home, name);
  const refused = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };

  it('makes a file of mode 0600, and adds to it; a capture is read with it', async () => {
    const keys = file('demo.keys');
    const capture = ['--capture', file('demo.btsnoop')];
    expect(await cli.run(['demo', '--session-keys', keys, ...capture])).toMatchObject({ code: 0 });
    if (HAS_MODES) expect(statSync(keys).mode & 0o777).toBe(0o600);
    const once = readFileSync(keys, 'utf8');
    expect(once.match(/^PHONEKEY_SESSION_1( [0-9a-f]+){6}$/gm)).toHaveLength(3);
    const read = ['air', 'watch', '--read', file('demo.btsnoop')];
    const { stdout } = await cli.run([...read, '--session-keys', keys]);
    expect(stdout.match(/(?<=Proof: )\w+(?= by key)/g)).toEqual(['unlock', 'start', 'lock']);
    expect((await cli.run(read)).stdout).not.toMatch(/unlock|by key/);

    const env = { KEY_SESSION_KEYS: keys };
    expect(await cli.run(['demo'], { env })).toMatchObject({ code: 0, stderr: '' });
    const twice = readFileSync(keys, 'utf8');
    expect(twice.startsWith(once)).toBe(true);
    expect(twice.trimEnd().split('\n')).toHaveLength(6);
  });

  it('leaves files alone that are something else', async () => {
    writeFileSync(file('notes'), 'PHONE numbers\n', { mode: 0o600 });
    expect(await refused('demo', '--session-keys', file('notes'))).toContain('something else');
    expect(readFileSync(file('notes'), 'utf8')).toBe('PHONE numbers\n');
    expect(await refused('demo', '--session-keys', cli.home)).toContain('cannot be used');
    symlinkSync(file('demo.keys'), file('link'));
    expect(await refused('demo', '--session-keys', file('link'))).toContain('cannot be used');
    expect(await refused('demo', '--session-keys', file('missing/keys'))).toContain(
      'missing is not there',
    );
  });

  (HAS_MODES ? it : it.skip)('writes into no file that others may read', async () => {
    const path = file('open.keys');
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    const { code, stderr } = await cli.run(['demo', '--session-keys', path]);
    expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringContaining('chmod 600') });
    chmodSync(path, 0o600);
    appendFileSync(path, '');
    expect(await cli.run(['demo', '--session-keys', path])).toMatchObject({ code: 0 });
  });

  it('is for the virtual air alone', async () => {
    const keys = ['--session-keys', file('real.keys')];
    for (const command of ['demo', 'scan']) {
      expect(await refused('--radio', 'ble', command, ...keys)).toContain('virtual air alone');
    }
    expect(await refused('car', 'start', '--radio', 'ble', ...keys)).toContain('real car');
    const env = { KEY_SESSION_KEYS: file('real.keys'), KEY_RADIO: 'ble' };
    expect(await cli.run(['scan'], { env })).toMatchObject({ code: 2 });
    expect(readdirSync(cli.home)).not.toContain('real.keys');
    const auto = { ...env, KEY_RADIO: 'auto' };
    const { code, stderr } = await cli.run(['scan'], { env: auto });
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringMatching(/^on the virtual air: session keys are written there/),
    });
  });

  it('is wrong with commands that use no radio; in the environment it bothers no other', async () => {
    expect(await refused('cars', '--session-keys', file('x'))).toContain(
      '--session-keys does nothing for key',
    );
    expect(await refused('car', 'status', '--session-keys', file('x'))).toContain(
      '--session-keys does nothing for key',
    );
    const offline = ['revoke', 'Bob', '--offline'];
    expect(await refused(...offline, '--session-keys', file('x'))).toContain(
      '--session-keys does nothing for key',
    );
    expect(await refused('demo', '--session-keys', '')).toContain('A file is needed');
    const env = { KEY_SESSION_KEYS: file('x') };
    expect(await cli.run(['cars'], { env })).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(cli.home)).not.toContain('x');
  });
});
