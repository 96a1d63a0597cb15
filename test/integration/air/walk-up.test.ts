import { describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import type { Pace, VirtualAirOptions } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { openWindow } from '../../../testing/open-window.js';
import { cheapSuite } from '../../support/cheap-suite.js';

/** Metres in a second. */
const BICYCLE = 6;

/** A whole car and a whole phone over direct links: real protocol, real crypto, simulated time. */
class Scene {
  readonly clock = new SimClock();
  readonly air: VirtualAir;
  readonly store = new MemoryCarStore();
  /** Whatever happened, with the time. */
  readonly log: string[] = [];
  readonly carRadio;
  readonly phoneRadio;
  readonly phone: PhoneKey;
  #car: SimulatedCar | undefined;

  constructor(options: VirtualAirOptions & { readonly seed: string; readonly pace: Pace }) {
    const { clock } = this;
    this.air = new VirtualAir({ clock, ...options });
    this.carRadio = this.air.peripheral();
    this.phoneRadio = this.air.central({ position: { x: 2, y: 0 } });
    this.phone = new PhoneKey({
      central: this.phoneRadio,
      store: this.store,
      suite: cheapSuite,
      clock,
      random: seededRandom(`${options.seed}/phone`),
      trace: ({ direction, kind, bytes }) => {
        this.note(`${direction} ${kind} ${String(bytes)}`);
      },
    });
  }

  async start(): Promise<SimulatedCar> {
    this.#car = await SimulatedCar.start({
      name: 'Car',
      peripheral: this.carRadio,
      suite: cheapSuite,
      clock: this.clock,
      random: seededRandom(`${this.air.seed}/car`),
      onEvent: ({ type }) => {
        this.note(type);
      },
      onLinkEvent: (event) => {
        this.note(event.type === 'link-closed' ? `link-closed ${event.why}` : event.type);
      },
    });
    return this.#car;
  }

  /** The simulated milliseconds that it takes. */
  async time(work: () => Promise<unknown>): Promise<number> {
    const before = this.clock.now();
    await this.clock.until(work());
    return this.clock.now() - before;
  }

  async pair(car: SimulatedCar): Promise<number> {
    const code = await openWindow(car);
    return this.time(() => this.phone.pair({ code }));
  }

  /** When it happened, each time. */
  times(what: string): number[] {
    return this.log.filter((line) => line.endsWith(` ${what}`)).map((line) => parseFloat(line));
  }

  async stop(): Promise<void> {
    await this.clock.until(this.phone.close());
    await this.clock.until(this.#car?.stop() ?? Promise.resolve());
    expect(this.clock.pending).toBe(0);
  }

  note(what: string): void {
    this.log.push(`${this.clock.now().toFixed(3)} ${what}`);
  }
}

/** Pair, unlock, ride off with the link open, lose it, come back, unlock again: 45 seconds. */
const walkOffAndBack = async (scene: Scene): Promise<void> => {
  const car = await scene.start();
  await scene.pair(car);
  const link = await scene.clock.until(scene.phone.connect());
  await scene.clock.until(link.unlock());
  scene.note('rides off');
  scene.phoneRadio.walkTo({ x: 90, y: 0 }, BICYCLE);
  await scene.clock.advance(20_000);
  await expect(scene.clock.until(link.lock())).rejects.toMatchObject({
    code: 'radio.link-lost',
    mayHaveSucceeded: false,
  });
  expect((await car.control.status()).locked).toBe(false);
  const search = scene.phone.unlock({ timeoutMs: 2000 });
  await expect(scene.clock.until(search)).rejects.toMatchObject({ code: 'car.not-found' });
  scene.note('comes back');
  scene.phoneRadio.walkTo({ x: 2, y: 0 }, BICYCLE);
  await scene.clock.until(scene.phone.unlock({ timeoutMs: 30_000 }));
  await scene.clock.advance(45_000 - scene.clock.now());
  await scene.stop();
};

describe('a phone that walks up to a car on paced air, at an interval of 30 ms', () => {
  it('pairs and unlocks in the time that it takes on a real radio', async () => {
    const scene = new Scene({ seed: 'times', pace: 'real' });
    const car = await scene.start();
    // A moment to choose the nearest car, nine round trips, and half an interval here and there.
    const pairing = await scene.pair(car);
    expect(pairing).toBeGreaterThan(900);
    expect(pairing).toBeLessThan(1500);
    const times: number[] = [];
    for (let i = 0; i < 20; i++) times.push(await scene.time(() => scene.phone.unlock()));
    // Heard, connected, three round trips until the challenge, and one for Proof and Result.
    expect(Math.min(...times)).toBeGreaterThan(3 * 60 + 60);
    expect(Math.max(...times)).toBeLessThan(3 * 60 + 60 + 460);
    // With the link open, a command takes one round trip.
    const link = await scene.clock.until(scene.phone.connect());
    await scene.clock.until(link.unlock());
    const next = await scene.time(() => link.lock());
    expect(next).toBeGreaterThan(30);
    expect(next).toBeLessThanOrEqual(60.001);
    await scene.clock.until(link.close());
    await scene.stop();
  });

  it('takes no time on an instant air', async () => {
    const scene = new Scene({ seed: 'instant', pace: 'instant' });
    await scene.pair(await scene.start());
    expect(await scene.time(() => scene.phone.unlock())).toBe(0);
    await scene.stop();
  });

  it('loses the link out of range, and unlocks again when it is back: 45 s in a moment', async () => {
    const scene = new Scene({ seed: 'walk', pace: 'real' });
    await walkOffAndBack(scene);
    expect(scene.clock.now()).toBeGreaterThanOrEqual(45_000);
    expect(scene.times('unlocked')).toHaveLength(2);
    // Hardly a packet gets through at 30 m, five seconds away; after another four the link is lost.
    const [off, lost] = [...scene.times('rides off'), ...scene.times('link-closed lost')];
    expect(lost! - off!).toBeGreaterThan(7000);
    expect(lost! - off!).toBeLessThan(12_000);
    // On the way back the phone is within 30 m of the car after ten seconds, and unlocks soon.
    const back = scene.times('unlocked')[1]! - scene.times('comes back')[0]!;
    expect(back).toBeGreaterThan(9000);
    expect(back).toBeLessThan(12_500);
  });

  it('gives the same trace for the same seed, to the microsecond, and another for another', async () => {
    const trace = async (seed: string): Promise<string[]> => {
      const scene = new Scene({ seed, pace: 'real', shadowing: { sigma: 3, correlation: 5 } });
      await walkOffAndBack(scene);
      return scene.log;
    };
    const first = await trace('one');
    expect(first.length).toBeGreaterThan(20);
    expect(await trace('one')).toEqual(first);
    expect(await trace('two')).not.toEqual(first);
  });
});
