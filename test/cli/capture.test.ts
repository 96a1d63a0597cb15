import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { nativeProfile } from '../../lib/native/profile.js';
import type { CapturedPacket } from '../support/btsnoop.js';
import { attValues, parseAirCapture, parseCapture } from '../support/btsnoop.js';
import { CAR_NAME, PHONE_NAME, playCaptured } from '../support/captured-session.js';
import type { CapturedSession } from '../support/captured-session.js';
import { Cli } from '../support/cli.js';
import { captured, keptIn, privateKeysIn } from '../support/secrets.js';

jest.setTimeout(60_000);

const MAIN = join(import.meta.dirname, '../../dist/bin/key.js');
const HAS_MODES = process.platform !== 'win32';

const ACL = 0x02;
const READ_BY_GROUP_TYPE = 0x10;
const WRITE_REQUEST = 0x12;

/** Of the unfragmented PDUs of ATT. */
const attOpcodes = (path: string): (number | undefined)[] =>
  parseCapture(readFileSync(path))
    .filter(({ packet }) => packet[0] === ACL && packet.readUInt16LE(7) === 4)
    .map(({ packet }) => packet[9]);

describe('--capture of an air, a car and a phone', () => {
  let cli: Cli;
  let session: CapturedSession;
  beforeAll(async () => {
    cli = await Cli.create();
    session = await playCaptured(cli);
  });
  afterAll(() => cli.close());

  const files = (): string[] => [session.car, ...session.phone];

  it('writes whole files that nobody else may read', () => {
    for (const path of files()) {
      const packets = parseCapture(readFileSync(path));
      expect(packets.length).toBeGreaterThan(20);
      const times = packets.map(({ time }) => time);
      expect(times).toEqual([...times].sort((a, b) => Number(a - b)));
      if (HAS_MODES) expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  it('the capture of the air has every controller, under its name, and all that each has seen', () => {
    if (HAS_MODES) expect(statSync(session.air).mode & 0o777).toBe(0o600);
    const controllers = [...parseAirCapture(readFileSync(session.air)).values()];
    expect(controllers.map(({ name }) => name)).toEqual(['Canary ', 'phone', 'phone', 'phone']);
    const way = (packets: readonly CapturedPacket[], received: number): string[] =>
      packets
        .filter(({ flags }) => (flags & 1) === received)
        .map(({ packet }) => packet.toString('hex'));
    for (const [at, path] of files().entries()) {
      const own = parseCapture(readFileSync(path));
      const { packets = [] } = controllers[at] ?? {};
      expect(way(packets, 0)).toEqual(way(own, 0));
      // What the controller said last may have come after its host had gone.
      const heard = way(own, 1);
      expect(way(packets, 1).slice(0, heard.length)).toEqual(heard);
    }
  });

  it('a phone looks for the service of its car once, and remembers where it is', () => {
    const [pair = '', ...later] = session.phone;
    expect(attOpcodes(pair)).toContain(READ_BY_GROUP_TYPE);
    for (const path of later) {
      expect(attOpcodes(path)).toContain(WRITE_REQUEST);
      expect(attOpcodes(path)).not.toContain(READ_BY_GROUP_TYPE);
    }
  });

  it('what the car has received is what the phone has sent, and the other way round', () => {
    const car = attValues(parseCapture(readFileSync(session.car)));
    const phone = session.phone.map((path) => attValues(parseCapture(readFileSync(path))));
    expect(car.received.length).toBeGreaterThan(300);
    expect(car.received).toEqual(Buffer.concat(phone.map(({ sent }) => sent)));
    expect(car.sent).toEqual(Buffer.concat(phone.map(({ received }) => received)));
  });

  it('holds no code, no private key and nothing that was sealed', () => {
    const air = readFileSync(session.air);
    const controllers = [...parseAirCapture(air).values()];
    const seen = [
      ...files().flatMap(captured),
      air,
      ...controllers.flatMap(({ packets }) => Object.values(attValues(packets))),
    ];
    const holds = (needle: Buffer | string): boolean =>
      seen.some((bytes) => bytes.includes(needle));
    // So that the search is one: this is there, in the byte order of the air.
    expect(holds(Buffer.from(nativeProfile.service.replaceAll('-', ''), 'hex').reverse())).toBe(
      true,
    );

    const kept = keptIn(cli.home);
    const keys = privateKeysIn(kept);
    expect(new Set(keys).size).toBe(3); // identity and signing key of the phone, identity of the car
    for (const key of keys) {
      const bytes = Buffer.from(key, 'hex');
      for (const needle of [bytes, Buffer.from(bytes).reverse(), key]) {
        expect(holds(needle)).toBe(false);
      }
    }
    const { code } = session;
    expect(code).toMatch(/^\d{8}$/);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(Number(code));
    for (const needle of [code, `${code.slice(0, 4)} ${code.slice(4)}`, number]) {
      expect(holds(needle)).toBe(false);
    }
    // The names are told in pairing, and again in the list of keys; both only under encryption.
    expect(kept).toContain(PHONE_NAME);
    for (const needle of [PHONE_NAME, CAR_NAME]) expect(holds(needle)).toBe(false);
  });
});

describe('--capture', () => {
  let cli: Cli;
  let file: string;
  beforeAll(async () => {
    cli = await Cli.create({ inside: true });
    file = join(cli.home, 'demo.btsnoop');
  });
  afterAll(() => cli.close());

  const refused = async (args: readonly string[], key = cli) => {
    const { code, stdout, stderr } = await key.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };

  it('takes the phone of the demonstration', async () => {
    expect((await cli.run(['demo', '--capture', file])).code).toBe(0);
    const { sent, received } = attValues(parseCapture(readFileSync(file)));
    expect([sent.length > 300, received.length > 300]).toEqual([true, true]);
  });

  it('replaces a file only with --force, and then by one that is private', async () => {
    writeFileSync(file, 'precious');
    chmodSync(file, 0o644);
    expect(await refused(['demo', '--capture', file])).toMatch(/exists already\nhint: .*--force/);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect((await cli.run(['demo', '--capture', file, '--force'])).code).toBe(0);
    expect(parseCapture(readFileSync(file)).length).toBeGreaterThan(100);
    if (HAS_MODES) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    [['cars']],
    [['doctor']],
    [['help']],
    [['car', 'status']],
    [['air', 'list']],
    [['revoke', 'Bob', '--offline']],
    [['refresh', '--offline']],
  ])('is refused where there is nothing to capture: %j', async (command) => {
    const other = `${file}.other`;
    expect(await refused([...command, '--capture', other])).toContain(
      '--capture does nothing for key',
    );
    expect(existsSync(other)).toBe(false);
  });

  it('does nothing where the file cannot be made', async () => {
    const directory = join(cli.home, 'directory');
    mkdirSync(directory);
    const missing = join(cli.home, 'missing', 'file');
    expect(await refused(['demo', '--capture', missing])).toContain('cannot be made');
    expect(await refused(['demo', '--force', '--capture', directory])).toContain('not a file');
    expect(statSync(directory).isDirectory()).toBe(true);
  });

  it.each([
    ['a command without a radio', ['cars', '--capture', 'x']],
    ['a person beside the car', ['car', 'status', '--capture', 'x']],
    ['no name', ['scan', '--capture', '']],
    ['--force alone', ['scan', '--force']],
    ['a real adapter', ['scan', '--radio', 'ble', '--capture', 'x']],
  ])('is wrong usage with %s', async (_what, args) => {
    expect(await refused(args)).toMatch(/^error: .+\nhint: .+\n$/);
  });

  it('of the air is refused before the air starts when the file cannot be made', async () => {
    writeFileSync(file, 'precious');
    expect(await refused(['air', 'start', '--capture', file], cli.outside())).toContain(
      'exists already',
    );
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  it('leaves a whole file behind on Ctrl-C, and with it auto is the virtual air', async () => {
    rmSync(file, { force: true });
    const car = cli.start(['car', 'start', '--json']);
    await car.until(/"type":"ready"/);
    const env = { KEY_RADIO: 'auto' };
    const scan = cli.start(['scan', '--json', '--for', '60', '--capture', file], { env });
    await scan.until(/^.+$/m);
    const { code, stderr } = await scan.stop('SIGINT');
    expect(code).toBe(130);
    expect(stderr).toMatch(/^on the virtual air/);
    expect(parseCapture(readFileSync(file)).length).toBeGreaterThan(10);
    await car.stop('SIGINT');
  });

  // Where files may have 2048 bytes the disk is as good as full.
  (HAS_MODES ? it : it.skip)('ends with a whole record on a full disk; the work goes on', () => {
    rmSync(file, { force: true });
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 4; exec "$@"', 'sh', process.execPath, MAIN, 'demo', '--capture', file],
      { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: cli.home, TMPDIR: cli.home } },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('Done in') });
    expect(stderr).toMatch(/^the capture ends here: EFBIG.*\n$/);
    const captured = readFileSync(file);
    expect(parseCapture(captured).length).toBeGreaterThan(10);
    expect(captured.length).toBeGreaterThan(1500);
  });
});
