import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parseAirCapture } from '../support/btsnoop.js';
import { Cli } from '../support/cli.js';
import type { Running } from '../support/running.js';

/** Looking at the air and moving what is on it, each car and air a process of its own. */

jest.setTimeout(60_000);

interface Listed {
  readonly seed: string;
  readonly devices: readonly { readonly label: string; readonly address: string }[];
  readonly absent: readonly unknown[];
}

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create({ inside: true });
});
afterEach(() => cli.end());
afterAll(() => Cli.allClosed());

const start = async (...args: string[]): Promise<Running> => {
  const running = cli.start([...args, '--json']);
  await running.until(/"type":"ready"/);
  return running;
};

const pair = async (): Promise<void> => {
  await cli.run(['car', 'tap', 'console', '--pair']);
  const { value } = await cli.json(['car', 'screen']);
  const { code } = value as { code: string };
  expect((await cli.run(['pair', '--code', '-'], { input: `${code}\n` })).code).toBe(0);
};

const list = async (): Promise<Listed> => {
  const { code, value } = await cli.json(['air', 'list']);
  expect(code).toBe(0);
  return value as Listed;
};

const refused = (message: string) => ({
  code: 2,
  value: { code: 'usage.invalid', message: expect.stringContaining(message) },
});

describe('key air list and key air move', () => {
  it('need an air', async () => {
    for (const args of [['list'], ['move', 'phone', '--to', '1,0']]) {
      expect(await cli.json(['air', ...args])).toMatchObject({
        code: 4,
        value: { code: 'radio.unavailable', hint: expect.stringContaining('key car start') },
      });
    }
  });

  it('a phone is where it was put, also before it was ever there', async () => {
    await start('car', 'start');
    await pair();
    const move = (to: string) => cli.json(['air', 'move', 'phone', '--to', to]);
    expect(await move('-300,0.5')).toEqual({
      code: 0,
      value: {
        label: 'phone',
        address: null,
        from: { x: 1, y: 0 }, // where it paired
        to: { x: -300, y: 0.5 },
        seconds: 0,
        speed: null,
        arrived: true,
      },
    });
    expect(await list()).toMatchObject({
      devices: [{ label: 'car', position: { x: 0, y: 0 }, advertising: true }],
      absent: [{ label: 'phone', position: { x: -300, y: 0.5 }, walk: null }],
    });
    expect(await cli.json(['unlock', '--timeout', '0.3'])).toMatchObject({
      code: 4,
      value: { code: 'car.not-found' },
    });
    // What is said for one command is for that one.
    expect((await cli.run(['unlock', '--at', '2,0'])).code).toBe(0);
    expect((await cli.run(['unlock', '--timeout', '0.3'])).code).toBe(4);
    await move('1,0');
    expect((await cli.run(['unlock'])).code).toBe(0);
  });

  it('a phone walks while it is away, and --wait waits for it', async () => {
    await start('car', 'start');
    await pair();
    const far = await cli.run(['air', 'move', 'phone', '--to', '100,0']);
    expect(far).toMatchObject({ code: 0, stdout: expect.stringMatching(/^phone is at 100,0 \(/) });
    const walk = ['air', 'move', 'phone', '--to', '1,0', '--speed'];
    const { code, value } = await cli.json([...walk, '0.01']);
    expect({ code, value }).toMatchObject({
      code: 0,
      value: { from: { x: 100, y: 0 }, seconds: 9900, speed: 0.01, arrived: false },
    });
    expect(await list()).toMatchObject({
      absent: [{ label: 'phone', walk: { to: { x: 1, y: 0 }, speed: 0.01 } }],
    });
    expect(await cli.run([...walk, '990', '--wait'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^phone is at 1,0 \(/),
    });
    expect((await cli.run(['unlock'])).code).toBe(0);
  });

  it('--watch tells what is there, and then what changes, until Ctrl-C or the end of the air', async () => {
    const car = await start('car', 'start');
    const watch = cli.start(['air', 'list', '--watch', '--json']);
    await watch.until(/"absent":\[\]\}\n/);
    const text = cli.start(['air', 'list', '--watch']);
    await text.until(/NAME/);
    await cli.run(['air', 'move', 'phone', '--to', '7,0']);
    await watch.until(/"position":\{"x":7,"y":0\}/);
    await text.until(/phone +7,0 +- +absent/);
    const { code, stdout } = await watch.stop('SIGINT');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      { pace: 'instant', devices: [{ label: 'car' }], absent: [] },
      { devices: [], left: [], absent: [{ label: 'phone', position: { x: 7, y: 0 } }] },
    ]);
    await car.stop('SIGTERM');
    const { code: lost, stderr } = await text.finished;
    expect({ lost, stderr }).toMatchObject({ lost: 4, stderr: expect.stringContaining('ended') });
  });

  it('a car is moved while it is there, by name or by address', async () => {
    await start('car', 'start');
    const [car] = (await list()).devices;
    if (car === undefined) throw new Error('no car is there');
    const moved = await cli.run(['air', 'move', car.address, '--to', '0,5', '--speed', '0.01']);
    expect(moved).toMatchObject({ code: 0, stdout: 'car walks to 0,5, for 500 s\n' });
    const { stdout } = await cli.run(['air', 'list']);
    expect(stdout).toMatch(
      new RegExp(
        '^instant, seed [0-9a-f]{16}\n' +
          'NAME +PLACE +POWER +RADIO +ADDRESS +ADVERTISED +LINKS\n' +
          `car +0,0(\\.\\d)? to 0,5 at 0\\.01 m/s +0 dBm +advertising +${car.address} +- +-\n$`,
      ),
    );
    expect(await cli.run(['air', 'move', 'car', '--to', '3,0'])).toMatchObject({
      code: 0,
      stdout: 'car is at 3,0\n',
    });
    expect(await list()).toMatchObject({ devices: [{ position: { x: 3, y: 0 }, walk: null }] });
  });

  it('a wait ends with what was sent elsewhere, and on Ctrl-C', async () => {
    await start('car', 'start');
    const walk = ['air', 'move', 'car', '--to', '50,0', '--wait', '--json', '--speed'];
    const diverted = cli.start([...walk, '0.1']);
    await diverted.until(/walking to 50,0/, 'stderr');
    await cli.run(['air', 'move', 'car', '--to', '0,7']);
    expect(await diverted.finished).toMatchObject({
      code: 130,
      stdout: '',
      stderr: expect.stringContaining('car was sent elsewhere'),
    });
    const interrupted = cli.start([...walk, '0.1']);
    await interrupted.until(/walking to 50,0/, 'stderr');
    expect((await interrupted.stop('SIGINT')).code).toBe(130);
    expect(await list()).toMatchObject({ devices: [{ walk: { to: { x: 50, y: 0 } } }] });
  });

  it('two of a name are told apart by their addresses; what nobody knows is refused', async () => {
    await start('car', 'start');
    const scans = [1, 2].map(() => cli.start(['scan', '--for', '60', '--json']));
    for (const scan of scans) await scan.until(/^.+$/m);
    const phones = (await list()).devices.filter(({ label }) => label === 'phone');
    const [first, second] = phones.map(({ address }) => address);
    const to = ['--to', '5,0'];
    const several = await cli.json(['air', 'move', 'phone', ...to]);
    expect(several).toMatchObject(refused('there are 2'));
    expect(several.value).toMatchObject({
      hint: expect.stringContaining(`${String(first)}, ${String(second)}`),
    });
    expect((await cli.run(['air', 'move', String(second), ...to])).code).toBe(0);
    const places = (await list()).devices.filter(({ label }) => label === 'phone');
    expect(places).toMatchObject([{ position: { x: 1, y: 0 } }, { position: { x: 5, y: 0 } }]);
    for (const scan of scans) await scan.stop('SIGINT');

    expect(await cli.json(['air', 'move', '00:11:22:33:44:55', ...to])).toMatchObject(
      refused('nothing on the air is called 00:11:22:33:44:55'),
    );
    const bike = await cli.json(['air', 'move', 'bike', ...to]);
    expect(bike).toMatchObject(refused('nothing on the air is called bike'));
    expect(bike.value).toMatchObject({ hint: 'On it: car.' });
  });

  it.each([
    ['no name', ['', '--to', '1,0']],
    ['a name that is too long', ['x'.repeat(249), '--to', '1,0']],
    ['no place', ['phone']],
    ['a place that is none', ['phone', '--to', 'home']],
    ['no speed', ['phone', '--to', '1,0', '--speed', '0']],
  ])('is wrong usage with %s', async (_what, args) => {
    expect(await cli.json(['air', 'move', ...args])).toMatchObject({
      code: 2,
      value: { code: 'usage.invalid' },
    });
  });
});

describe('the settings of an air', () => {
  it('are said when it is ready and when it is looked at; a seed gives the same addresses', async () => {
    const other = await Cli.create({ inside: true });
    const addresses: string[][] = [];
    for (const home of [cli, other]) {
      const air = home.start([
        'air',
        'start',
        '--seed',
        'mondegreen',
        '--pace',
        'instant',
        '--json',
      ]);
      const [line] = await air.until(/^.*"type":"ready".*$/m);
      expect(JSON.parse(line)).toMatchObject({ seed: 'mondegreen', pace: 'instant' });
      await home.start(['car', 'start', '--json']).until(/"type":"ready"/);
      const { value } = await home.json(['air', 'list']);
      const { seed, devices } = value as Listed;
      expect(seed).toBe('mondegreen');
      addresses.push(devices.map(({ address }) => address));
    }
    await other.end();
    expect(addresses[0]).toHaveLength(2);
    expect(addresses[1]).toEqual(addresses[0]);
  });

  it('are made up where none are given, and told', async () => {
    const air = cli.start(['air', 'start']);
    const [, seed] = await air.until(/the air is up, instant, seed ([0-9a-f]{16})\n/);
    expect((await list()).seed).toBe(seed);
    // Whoever asks for what is so gets it.
    const same = cli.start(['air', 'start', '--seed', String(seed)]);
    await same.until(/the air is up/);
    expect(await cli.json(['air', 'start', '--faults', 'loss=0.1'])).toMatchObject(
      refused('with faults none, not loss=0.1'),
    );
    await same.stop('SIGINT');
    await air.stop('SIGINT');
  });

  it('cannot be changed while others use the air; then they are those of the next', async () => {
    const first = await start('air', 'start', '--seed', 'first');
    const car = await start('car', 'start');
    expect(await cli.json(['air', 'start', '--seed', 'second', '--pace', 'real'])).toMatchObject({
      code: 2,
      value: {
        code: 'usage.invalid',
        message: expect.stringContaining('seed first, not second, and pace instant, not real'),
        hint: expect.stringMatching(/air, car\. End that/),
      },
    });
    expect((await list()).devices).toHaveLength(2);
    await car.stop('SIGINT');
    await first.stop('SIGINT');
    // The hub is still there, with nobody on it.
    const second = await start('air', 'start', '--seed', 'second', '--faults', 'mtu=23');
    expect(await list()).toMatchObject({ seed: 'second', pace: 'instant', faults: 'mtu=23' });
    await second.stop('SIGINT');
  });

  it.each([
    ['a seed that is none', ['--seed', 'two words']],
    ['an empty seed', ['--seed', '']],
    ['a pace that is none', ['--pace', 'slow']],
    ['a fault that is none', ['--faults', 'rust=1']],
  ])('are wrong usage with %s', async (_what, args) => {
    expect(await cli.json(['air', 'start', ...args])).toMatchObject({ code: 2 });
  });
});

describe('key air start --capture', () => {
  it('leaves whole records behind when it is killed', async () => {
    const file = join(cli.home, 'air.btsnoop');
    const air = await start('air', 'start', '--capture', file);
    await start('car', 'start');
    const scan = cli.start(['scan', '--for', '60', '--json']);
    await scan.until(/^.+$/m);
    await scan.stop('SIGINT');
    await air.stop('SIGKILL');
    const captured = [...parseAirCapture(readFileSync(file)).values()];
    expect(captured.map(({ name }) => name)).toEqual(['car', 'phone']);
    for (const { packets } of captured) expect(packets.length).toBeGreaterThan(10);
  });
});

describe('key air watch', () => {
  it('tells of every program on the air, until Ctrl-C or until the air ends', async () => {
    const car = await start('car', 'start');
    await pair();
    const watches = [1, 2].map(() => cli.start(['air', 'watch']));
    for (const watch of watches) await watch.until(/watching the air/, 'stderr');
    expect((await cli.run(['unlock'])).code).toBe(0);
    for (const watch of watches) {
      await watch.until(/phone -> car +Proof: .*its tag is valid for car\n/);
      await watch.until(/phone <- car +Sealed: sealed Result/);
      await watch.until(/disconnected/);
    }
    const [first, second] = watches;
    expect((await first?.stop('SIGINT'))?.code).toBe(0);
    await car.stop('SIGINT');
    expect(await second?.finished).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('the virtual air has ended'),
    });
  });
});

describe('key car status --watch', () => {
  it('looks at the car, and then tells what happens at it, until Ctrl-C or the end of the car', async () => {
    const car = await start('car', 'start');
    const watch = cli.start(['car', 'status', '--watch', '--json']);
    await watch.until(/"pin":false.*\}\n/);
    const text = cli.start(['car', 'status', '--watch']);
    await text.until(/key slots taken/);
    await cli.run(['car', 'tap', 'pillar']);
    await watch.until(/"type":"unlocked"/);
    await text.until(/\d\d:\d\d:\d\d\.\d{3} unlocked by the key card\n/);
    const { code, stdout } = await watch.stop('SIGINT');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { name: 'car', locked: true },
      { type: 'card-tapped', reader: 'pillar' },
      { type: 'unlocked', by: 'card' },
    ]);
    await car.stop('SIGTERM');
    expect(await text.finished).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('car has stopped'),
    });
  });

  it('needs a car', async () => {
    expect(await cli.json(['car', 'status', '--watch'])).toMatchObject({
      code: 4,
      value: { code: 'sim.not-running' },
    });
  });
});
