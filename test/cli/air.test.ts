import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Cli } from '../support/cli.js';
import type { Running } from '../support/running.js';

/**
 * The main job as a person does it: a car and two phones over the hub, the car and what the owner does
 * first processes of their own. The tests build on each other.
 */

jest.setTimeout(60_000);

interface CarEvent {
  readonly type: string;
  readonly time: string;
}

const parseLines = (text: string): CarEvent[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CarEvent);

/** Taps the card for pairing, and pairs with what the screen shows. */
const pair = async (phone: Cli, beside: Cli, role: string, name: string, ...more: string[]) => {
  await beside.run(['car', 'tap', 'console', '--pair', '--role', role]);
  const { value } = await beside.json(['car', 'screen']);
  const { code } = value as { code: string };
  return phone.json(['pair', '--code', '-', '--name', name, ...more], { input: `${code}\n` });
};

const wrong = (code: string): string => code.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));

describe('a car and two phones', () => {
  let owner: Cli;
  let driver: Cli;
  /** The owner's phone again, in this process: for what is about the car, and not about the program. */
  let phone: Cli;
  /** The person at the car, whom other tests watch as processes. */
  let beside: Cli;
  let car: Running;

  beforeAll(async () => {
    owner = await Cli.create();
    driver = await Cli.create({ air: owner, inside: true });
    phone = owner.inside();
    beside = phone;
    car = owner.start(['car', 'start', '--json']);
    await car.until(/"type":"ready"/);
  });
  afterAll(async () => {
    await driver.close();
    await owner.close();
  });

  const carStatus = async () => (await beside.json(['car', 'status'])).value;

  it('a phone hears the car, and cannot tell which it is', async () => {
    const scan = owner.start(['scan', '--json', '--for', '60']);
    const [line] = await scan.until(/^.+$/m);
    expect(JSON.parse(line)).toEqual({
      id: expect.any(String),
      rssi: expect.any(Number),
      pairing: false,
      car: null,
    });
    expect((await scan.stop('SIGINT')).code).toBe(130);
  });

  it('the screen is empty, and no phone can pair', async () => {
    expect(await beside.json(['car', 'screen'])).toEqual({ code: 0, value: { state: 'idle' } });
    const env = { KEY_PAIRING_CODE: '12345678' };
    const { code, value } = await owner.json(['--timeout', '2', 'pair'], { env });
    expect({ code, value }).toMatchObject({ code: 3, value: { code: 'pairing.closed' } });
  });

  it('a wrong code is refused, and counted', async () => {
    await beside.run(['car', 'tap', 'console', '--pair']);
    const { value } = await beside.json(['car', 'screen']);
    const { code } = value as { code: string };
    const env = { KEY_PAIRING_CODE: wrong(code) };
    expect(await owner.json(['pair'], { env })).toMatchObject({
      code: 3,
      value: { code: 'pairing.wrong-code' },
    });
    expect((await beside.json(['car', 'screen'])).value).toMatchObject({ code, triesLeft: 2 });
    expect(await owner.json(['cars'])).toEqual({ code: 0, value: { cars: [] } });
  });

  it('the owner pairs with the code on stdin', async () => {
    const { code, value } = await pair(owner, beside, 'owner', 'Ada');
    expect({ code, value }).toEqual({ code: 0, value: { car: 'car', role: 'owner', slot: 0 } });
    expect(await carStatus()).toMatchObject({ pairing: 'idle', keys: [{ name: 'Ada', slot: 0 }] });
    expect(await readdir(join(owner.home, 'keys'))).toEqual(['car.json']);
  });

  it('the owner unlocks, starts, locks, and the car itself says so', async () => {
    expect((await beside.json(['car', 'handle', 'front-left'])).value).toMatchObject({
      opened: false,
    });
    expect(await owner.json(['unlock'])).toEqual({
      code: 0,
      value: { command: 'unlock', ok: true, via: 'ble', notUsed: [] },
    });
    expect(await carStatus()).toMatchObject({ locked: false });
    expect(await owner.run(['start'])).toMatchObject({
      code: 0,
      stdout: 'driving is authorised for 2 minutes\n',
    });
    expect(await carStatus()).toMatchObject({ driveSecondsLeft: expect.any(Number) });
    const { value } = await owner.json(['status']);
    expect(value).toMatchObject({ locked: false, open: [] });
    expect((value as { driveSecondsLeft: number }).driveSecondsLeft).toBeGreaterThan(0);
    expect((await owner.run(['lock'])).code).toBe(0);
    expect(await carStatus()).toMatchObject({ locked: true, driveSecondsLeft: 0 });
  });

  it('a door that is open keeps the car from being locked', async () => {
    await phone.run(['unlock']);
    expect((await beside.json(['car', 'handle', 'rear-left'])).value).toMatchObject({
      opened: true,
    });
    expect(await phone.json(['lock'])).toMatchObject({ code: 3, value: { code: 'car.refused' } });
    expect((await beside.run(['car', 'door', 'close', 'rear-left'])).code).toBe(0);
    expect((await phone.run(['lock'])).code).toBe(0);
    expect(await beside.json(['car', 'door', 'open', 'rear-left'])).toMatchObject({
      code: 3,
      value: { code: 'sim.refused' },
    });
  });

  it('trunk and frunk open, and are closed by hand', async () => {
    expect((await phone.run(['trunk'])).code).toBe(0);
    expect((await phone.run(['frunk'])).code).toBe(0);
    expect((await phone.json(['status'])).value).toMatchObject({ open: ['trunk', 'frunk'] });
    for (const closure of ['trunk', 'frunk']) await beside.run(['car', 'door', 'close', closure]);
    expect(await carStatus()).toMatchObject({ open: [] });
  });

  it('the card on the pillar locks and unlocks without any phone', async () => {
    await beside.run(['car', 'tap', 'pillar']);
    expect(await carStatus()).toMatchObject({ locked: false });
    await beside.run(['car', 'tap', 'pillar']);
    expect(await carStatus()).toMatchObject({ locked: true });
  });

  it('a second phone joins as a driver, and may not see the keys', async () => {
    expect(await driver.json(['unlock'])).toMatchObject({
      code: 6,
      value: { code: 'keys.not-paired' },
    });
    expect(await pair(driver, beside, 'driver', 'Bob', '--form-factor', 'watch')).toMatchObject({
      code: 0,
      value: { role: 'driver', slot: 1 },
    });
    expect((await driver.run(['unlock'])).code).toBe(0);
    expect(await driver.json(['keys', 'list'])).toMatchObject({
      code: 3,
      value: { code: 'car.not-permitted' },
    });
    const { value } = await phone.json(['keys', 'list']);
    const paired = {
      fingerprint: expect.any(String),
      suspended: false,
      notAfter: null,
      usesLeft: null,
      grantedBy: null,
    };
    expect(value).toEqual({
      keys: [
        { ...paired, slot: 0, name: 'Ada', formFactor: 'phone', role: 'owner', own: true },
        { ...paired, slot: 1, name: 'Bob', formFactor: 'watch', role: 'driver', own: false },
        { ...paired, slot: 24, name: 'card', formFactor: 'card', role: 'none', own: false },
      ],
    });
  });

  it('the last owner stays; a removed driver is a stranger', async () => {
    expect(await phone.json(['keys', 'remove', '0'])).toMatchObject({
      code: 3,
      value: { code: 'car.refused' },
    });
    expect(await phone.json(['keys', 'remove', '1'])).toMatchObject({
      code: 0,
      value: { slot: 1, own: false },
    });
    expect(await driver.json(['unlock'])).toMatchObject({
      code: 3,
      value: { code: 'car.not-recognised', mayHaveSucceeded: false },
    });
    expect((await driver.run(['forget', 'car'])).code).toBe(0);
    expect(await driver.json(['forget', 'car'])).toMatchObject({ code: 6 });
  });

  it('who removes the own key loses its file, too', async () => {
    await pair(driver, beside, 'driver', 'Bob');
    expect(await driver.json(['keys', 'remove', '1'])).toMatchObject({
      code: 0,
      value: { own: true },
    });
    expect(await driver.json(['cars'])).toEqual({ code: 0, value: { cars: [] } });
  });

  it('a phone out of range does not hear the car, and nothing happens', async () => {
    const { code, value } = await phone.json(['unlock', '--at', '500,0', '--timeout', '0.3']);
    expect({ code, value }).toMatchObject({
      code: 4,
      value: { code: 'car.not-found', mayHaveSucceeded: false },
    });
    const scan = await phone.run(['scan', '--at', '500,0', '--for', '0.2']);
    expect(scan).toMatchObject({ code: 0, stdout: '' });
    expect(scan.stderr).toContain('no car was heard');
  });

  it('a scan knows the paired car', async () => {
    const { stdout } = await phone.run(['scan', '--for', '0.5']);
    expect(stdout).toMatch(/^ID +RSSI +PAIRING +CAR\n\S+ +-\d+ dBm +- +car\n$/);
  });

  it('Ctrl-C ends a phone that is still looking', async () => {
    const running = owner.start(['unlock', '--json', '--at', '500,0', '--timeout', '60']);
    await running.until(/reaching the car/, 'stderr');
    const { code, stderr } = await running.stop('SIGINT');
    expect(code).toBe(130);
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1)!)).toMatchObject({
      code: 'interrupted',
      mayHaveSucceeded: false,
    });
  });

  it('an unknown name and keys that others may read are not used', async () => {
    expect(await phone.json(['unlock', '--car', 'other'])).toMatchObject({
      code: 6,
      value: { code: 'keys.unknown-car' },
    });
    const file = join(owner.home, 'keys', 'car.json');
    await chmod(file, 0o644);
    expect(await phone.json(['unlock'])).toMatchObject({
      code: 6,
      value: { code: 'keys.permissions', hint: expect.stringContaining('chmod 600') },
    });
    await chmod(file, 0o600);
    expect((await phone.run(['unlock'])).code).toBe(0);
  });

  it('says with -v what went over the air', async () => {
    const { stdout, stderr } = await owner.run(['unlock', '-v']);
    expect(stdout).toBe('unlocked\n');
    expect(stderr).toMatch(/to-car Proof.* bytes=122/);
  });

  it('the same car does not run twice; another one does, on the same air', async () => {
    expect(await owner.json(['car', 'start'])).toMatchObject({
      code: 2,
      value: { code: 'sim.already-running' },
    });
    const other = owner.start(['car', '--name', 'Red car', 'start', '--at', '0,5', '--json']);
    await other.until(/"type":"ready","name":"Red car"/);
    expect((await beside.json(['car', 'status', '--name', 'Red car'])).value).toMatchObject({
      name: 'Red car',
      keys: [],
    });
    const { code, stdout } = await other.stop('SIGTERM');
    expect(code).toBe(0);
    expect(parseLines(stdout).map(({ type }) => type)).toEqual(['ready', 'stopped']);
  });

  it('a reset forgets every key and changes who the car is', async () => {
    const before = (await carStatus()) as { fingerprint: string };
    const { code, value } = await beside.json(['car', 'reset', '--yes']);
    const { fingerprint } = value as { fingerprint: string };
    expect(code).toBe(0);
    expect(fingerprint).not.toBe(before.fingerprint);
    expect(await carStatus()).toMatchObject({ fingerprint, keys: [] });
    expect(await phone.json(['unlock', '--timeout', '0.3'])).toMatchObject({ code: 4 });
  });

  it('the car told everything as it happened, and no code; Ctrl-C ends it with 0', async () => {
    // Without anybody on it the air would end a second later, and then the next test would find none.
    await owner.start(['air', 'start', '--json']).until(/"type":"ready"/);
    const { code, stdout } = await car.stop('SIGINT');
    expect(code).toBe(0);
    const events = parseLines(stdout);
    expect(events.every(({ time }) => !Number.isNaN(Date.parse(time)))).toBe(true);
    const types = new Set(events.map(({ type }) => type));
    for (const type of ['ready', 'pairing-opened', 'key-added', 'unlocked', 'locked', 'stopped']) {
      expect(types).toContain(type);
    }
    expect(types).toContain('drive-authorised');
    expect(stdout).not.toContain('"code"');
    expect(await readdir(join(owner.home, 'cars', 'car'))).not.toContain('lock');
  });

  it('where the car has gone, nothing is reached', async () => {
    expect(await phone.json(['unlock', '--timeout', '0.5'])).toMatchObject({
      code: 4,
      value: { code: 'car.not-found' },
    });
    expect(await beside.json(['car', 'tap'])).toMatchObject({
      code: 4,
      value: { code: 'sim.not-running' },
    });
  });
});
