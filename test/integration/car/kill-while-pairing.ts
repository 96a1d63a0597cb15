import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectHub, loadNoble } from '../../../air/index.js';
import type { AirTransport } from '../../../air/index.js';
import { openWindow } from '../../../testing/open-window.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { systemClock } from '../../../lib/platform/clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';

/**
 * A phone pairs, over real noble and bleno, with a car in another process that is killed with SIGKILL
 * at one step on its disk. Needs dist/.
 */

const CHILD = fileURLToPath(new URL('./crashing-car.mjs', import.meta.url));
const DIST = resolve('dist');
let directory: string;
let hub: string;
/** Keeps the air up while cars come and go; it ends when the last one has gone. */
let anchor: AirTransport;
let hubEnded: Promise<unknown>;
const owner = new MemoryCarStore();

/** Brings the car of a home up in this process and asks it what the keys can do. */
const withCar = async <T>(
  home: string,
  use: (car: SimulatedCar, radio: MemoryRadio) => Promise<T>,
): Promise<T> => {
  const radio = new MemoryRadio();
  const car = await SimulatedCar.start({
    name: 'Crashing car',
    home,
    peripheral: radio.peripheral(),
  });
  try {
    return await use(car, radio);
  } finally {
    await car.stop();
  }
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'phonekey-kill-'));
  hub = join(directory, 'air', 'hub.sock');
  await mkdir(join(directory, 'air'), { mode: 0o700 });
  const hubProcess = spawn(process.execPath, [join(DIST, 'air/hub/main.js'), hub], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  hubEnded = once(hubProcess, 'exit');
  await once(createInterface({ input: hubProcess.stdout }), 'line');
  anchor = await connectHub(hub, { label: 'anchor' });
  await withCar(join(directory, 'before'), async (car, radio) => {
    const phone = new PhoneKey({ central: radio.central(), store: owner });
    await phone.pair({ code: await openWindow(car) });
  });
}, 30_000);

afterAll(async () => {
  anchor.close();
  await hubEnded;
  await rm(directory, { recursive: true, force: true });
});

type Pairing = 'confirmed' | 'unknown' | 'failed';

/** One pairing with a car that is killed at step `killAt`. */
const pairWithCrashingCar = async (
  home: string,
  killAt: number,
): Promise<{ store: MemoryCarStore; pairing: Pairing; killed: boolean }> => {
  const child = spawn(process.execPath, [CHILD, DIST, home, hub, String(killAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const store = new MemoryCarStore();
  const transport = await connectHub(hub, { label: 'phone', position: { x: 1, y: 0 } });
  const central = await openNobleCentral({
    clock: systemClock,
    load: () => Promise.resolve(loadNoble(transport)),
  });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const code = /^code (\d{8})$/.exec(line)?.[1];
    if (code === undefined) throw new Error(`the car said ${line}`);
    const phone = new PhoneKey({ central, store });
    const pairing = await phone.pair({ code }).then(
      (): Pairing => 'confirmed',
      (error: unknown): Pairing => {
        if (!(error instanceof PhoneKeyError)) throw error;
        return error.mayHaveSucceeded ? 'unknown' : 'failed';
      },
    );
    child.kill('SIGTERM');
    const [, signal] = await exited;
    return { store, pairing, killed: signal === 'SIGKILL' };
  } finally {
    child.kill('SIGKILL');
    await central.close();
  }
};

/**
 * @param steps where the car is killed: in the first commit (the try), in the second (the key) before and
 *   after it is durable, and at last behind both
 */
export const describeKills = (steps: readonly number[]): void => {
  describe('a car that is killed while it enrols a phone', () => {
    it('comes up with the old keys or the new ones, whichever step it was', async () => {
      const seen: { pairing: Pairing; works: boolean }[] = [];
      for (const killAt of steps) {
        const home = join(directory, `killed-${String(killAt)}`);
        await cp(join(directory, 'before'), home, { recursive: true });
        const { store, pairing, killed } = await pairWithCrashingCar(home, killAt);
        expect(killed).toBe(killAt !== steps.at(-1));
        await withCar(home, async (car, radio) => {
          const central = radio.central();
          await new PhoneKey({ central, store: owner }).unlock();
          const works = await new PhoneKey({ central, store }).unlock().then(
            () => true,
            (error: unknown) => {
              expect(error).toMatchObject({ kind: pairing === 'failed' ? 'key-store' : 'refused' });
              return false;
            },
          );
          expect((await car.control.status()).keys).toHaveLength(works ? 2 : 1);
          if (pairing === 'confirmed') expect(works).toBe(true);
          if (pairing === 'failed') expect(works).toBe(false);
          seen.push({ pairing, works });
        });
      }
      // Both commits were cut, the key once before and once after it was durable.
      expect(seen).toContainEqual({ pairing: 'failed', works: false });
      expect(seen).toContainEqual({ pairing: 'unknown', works: false });
      expect(seen).toContainEqual({ pairing: 'unknown', works: true });
      expect(seen.at(-1)).toEqual({ pairing: 'confirmed', works: true });
    }, 120_000);
  });
};
