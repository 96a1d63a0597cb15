import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWindow } from '../../../testing/open-window.js';
import type { CarEvent } from '../../../firmware-sim/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import type { CarLinkEvent } from '../../../lib/car/dialect.js';
import { CarEndpoint } from '../../../lib/car/endpoint.js';
import { REFUSAL_DELAY_MS } from '../../../lib/native/car/link-state.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import { Reassembler } from '../../../lib/link/message-link.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { TestHost } from '../../support/test-car.js';
import { connectHostile } from '../../support/memory-car.js';
import { settle } from '../../support/waiting.js';
import { requireTool } from '../support/toolchain.js';
import type { PhoneRun } from './python-phone.js';
import { connect, failed, preparePhone, runPhone, succeeded } from './python-phone.js';

const describeIf = requireTool('python3') ? describe : describe.skip;

let home: string;
let state: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
  state = join(home, 'phone.json');
});
afterEach(() => rm(home, { recursive: true }));

const pair = async (radio: MemoryRadio, code: string): Promise<PhoneRun> =>
  runPhone(['pair', '--state', state], { link: await connect(radio), code });

const command = async (radio: MemoryRadio, ...names: string[]): Promise<PhoneRun> =>
  runPhone(['command', '--state', state, ...names], { link: await connect(radio) });

/**
 * A car that counts what it is asked to do. Its clock stands still, so that a slow machine does not
 * let a challenge expire; only refusals, which come late, move it.
 */
const startCar = async (host = new TestHost()) => {
  const clock = new SimClock();
  const radio = new MemoryRadio();
  host.open = true;
  const events: CarLinkEvent['type'][] = [];
  const waits: Promise<void>[] = [];
  const endpoint: CarEndpoint = new CarEndpoint({
    host,
    clock,
    peripheral: radio.peripheral(),
    onEvent: ({ type }) => {
      events.push(type);
      if (type === 'refused') waits.push(clock.advance(REFUSAL_DELAY_MS));
    },
  });
  await endpoint.start();
  const stop = async () => {
    await Promise.all(waits);
    await endpoint.stop();
  };
  return { clock, radio, host, events, endpoint, stop };
};

type Car = Awaited<ReturnType<typeof startCar>>;

describeIf('a phone written in Python from the specification', () => {
  beforeAll(preparePhone, 600_000);

  it('computes every value of the worked examples', async () => {
    const run = await runPhone(['examples', 'docs/PROTOCOL.md']);
    expect(run).toMatchObject({ ...succeeded, result: { compared: expect.any(Number) } });
  });

  it('notices a digit of the worked examples that is wrong', async () => {
    const changed = join(home, 'changed.md');
    const document = readFileSync('docs/PROTOCOL.md', 'utf8').replace(
      /(?<=\nconfirmV +)[0-9a-f]/,
      (digit) => (digit === '0' ? '1' : '0'),
    );
    writeFileSync(changed, document);
    const { exitCode, errors } = await runPhone(['examples', changed]);
    expect(exitCode).toBe(1);
    expect(errors).toContain('pairing: confirmV is ');
  });

  it('judges every vector as the files do', async () => {
    const run = await runPhone(['vectors', 'test/vectors']);
    expect(run).toMatchObject({ ...succeeded, result: { judged: expect.any(Number) } });
    expect((run.result as { judged: number }).judged).toBeGreaterThan(500);
  });

  it('notices a vector that is wrong', async () => {
    await cp('test/vectors', home, { recursive: true });
    const path = join(home, 'grants.json');
    const good = readFileSync(path, 'utf8');
    const name = 'signed by a stranger';
    const at = good.indexOf('"invalid"', good.indexOf(name));
    writeFileSync(path, `${good.slice(0, at)}"accepted"${good.slice(at + '"invalid"'.length)}`);
    const wrong = failed(`grants: ${name}: invalid`);
    expect(await runPhone(['vectors', home])).toMatchObject(wrong);
  });

  it.each([23, 247])('pairs with a simulated car and uses it, MTU %i', async (mtu) => {
    const radio = new MemoryRadio({ mtu });
    const events: CarEvent[] = [];
    const car = await SimulatedCar.start({
      name: 'Test car',
      peripheral: radio.peripheral(),
      clock: new SimClock(),
      onEvent: (event) => events.push(event),
    });
    try {
      const paired = await pair(radio, await openWindow(car));
      expect(paired).toMatchObject({ ...succeeded, result: { car: 'Test car', role: 'owner' } });
      const { slot, role, fingerprint } = paired.result as Record<string, unknown>;

      const names = ['status', 'unlock', 'trunk', 'start', 'status', 'list-keys'];
      const run = await command(radio, ...names);
      const done = { outcome: 'done' };
      const key = { slot, name: 'Python phone', role, fingerprint, own: true };
      const outcomes = [
        { outcome: 'status', locked: true, open: [], drive_seconds_left: 0 },
        done,
        done,
        done,
        { outcome: 'status', locked: false, open: ['trunk'], drive_seconds_left: 120 },
        { outcome: 'keys', keys: [key, { slot: 24, name: 'card', role: 'unspecified' }] },
      ];
      const results = outcomes.map((outcome, at) => ({ command: names[at], ...outcome }));
      expect(run).toMatchObject({ ...succeeded, result: { results } });
      await car.control.pullHandle('rear-right');
      const lock = { command: 'lock', outcome: 'refused', reason: 'door open' };
      const later = await command(radio, 'lock');
      expect(later).toMatchObject({ ...succeeded, result: { results: [lock] } });

      const by = { slot, name: 'Python phone' };
      const [, , , added, , ...used] = events;
      const { own: _own, ...summary } = key;
      expect(added).toMatchObject({ type: 'key-added', key: summary, replaced: false });
      expect(used).toMatchObject([
        { type: 'unlocked', by },
        { type: 'door-opened', closure: 'trunk', by },
        { type: 'drive-authorised', by },
        { type: 'door-opened', closure: 'rear-right', by: 'hand' },
        { type: 'command-refused', command: 'lock', reason: 'door-open', by },
      ]);
      expect(used).toHaveLength(5);
      for (const chunk of [...paired.sent, ...run.sent]) {
        expect(chunk.length).toBeLessThanOrEqual(mtu - 3);
      }
    } finally {
      await car.stop();
    }
  });

  describe('with a car that counts', () => {
    let car: Car;

    beforeEach(async () => {
      car = await startCar();
    });
    afterEach(() => car.stop());

    const pairRightly = async () =>
      expect(await pair(car.radio, car.host.code)).toMatchObject(succeeded);

    it('the car executes what it was asked, in this order, and no more', async () => {
      await pairRightly();
      expect(car.host).toMatchObject({ tries: 1, enrolled: [{ name: 'Python phone' }] });
      expect(await command(car.radio, 'unlock', 'start', 'frunk', 'lock')).toMatchObject(succeeded);
      expect(car.host.executed).toEqual(['unlock', 'start', 'frunk', 'lock']);
      expect(car.events).not.toContain('refused');
    });

    it('a wrong code is refused and counted; the right one then pairs', async () => {
      expect(await pair(car.radio, '12345679')).toMatchObject(failed('wrong code'));
      expect(car.host).toMatchObject({ tries: 1, enrolled: [], executed: [] });
      expect(existsSync(state)).toBe(false);
      await pairRightly();
      expect(car.host.tries).toBe(2);
    });

    it('no pairing without a window', async () => {
      car.host.open = false;
      const refused = failed('the car refuses to pair: closed');
      expect(await pair(car.radio, car.host.code)).toMatchObject(refused);
      expect(car.host).toMatchObject({ tries: 0, enrolled: [] });
    });

    it('pairing again keeps the key and its slot', async () => {
      await pairRightly();
      const [first] = car.host.enrolled;
      car.host.open = true;
      await pairRightly();
      expect(car.host.enrolled).toEqual([first]);
    });

    it('less than it has is taken only where the person accepts it', async () => {
      await pairRightly();
      const before = readFileSync(state, 'utf8');
      const valet = Object.assign(new TestHost(), { role: 'valet', open: true } as const);
      valet.enrolled.push(...car.host.enrolled);
      await car.stop();
      car = await startCar(valet);
      const refused = failed('the window makes this phone valet, which is owner');
      expect(await pair(car.radio, car.host.code)).toMatchObject(refused);
      expect(readFileSync(state, 'utf8')).toBe(before);
      const accepted = ['pair', '--state', state, '--accept-role'];
      const link = await connect(car.radio);
      expect(await runPhone(accepted, { link, code: car.host.code })).toMatchObject({
        ...succeeded,
        result: { role: 'valet', slot: 0 },
      });
    });

    it('a key that was removed is refused', async () => {
      await pairRightly();
      car.host.enrolled.pop();
      const run = await command(car.radio, 'unlock');
      expect(run).toMatchObject(failed('the car does not accept the key'));
      expect(car.events).toContain('refused');
      expect(car.host.executed).toEqual([]);
    });

    it('the same writes again, on a later link, are refused', async () => {
      await pairRightly();
      const { sent } = await command(car.radio, 'unlock', 'start');
      expect(car.host.executed.splice(0)).toEqual(['unlock', 'start']);

      const thief = await connectHostile(car.radio, car.clock, {});
      const first = toHex(thief.challenge);
      const frames = new Reassembler(MAX_MESSAGE_BYTES);
      for (const message of sent.flatMap((chunk) => frames.push(chunk))) {
        await thief.sendBytes(message);
        await car.clock.advance(REFUSAL_DELAY_MS);
        await settle(car.clock);
      }
      expect(thief.received.map(({ message }) => message.case)).toEqual([
        'hello',
        'hello',
        'hello',
      ]);
      expect(toHex(thief.challenge)).not.toBe(first);
      expect(car.events.filter((type) => type === 'refused')).toHaveLength(2);
      expect(car.host.executed).toEqual([]);
    });
  });
});
