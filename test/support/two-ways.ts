import { SimulatedCar } from '../../firmware-sim/index.js';
import type { CarEvent } from '../../firmware-sim/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { ErrorCode } from '../../lib/errors.js';
import type { WayReport } from '../../lib/phone/way-report.js';
import type { PhoneKeyOptions } from '../../lib/phone/environment.js';
import { PhoneKey } from '../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../lib/phone/store.js';
import type { Clock } from '../../lib/platform/clock.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../lib/radio/memory.js';
import type { Central, CentralLink } from '../../lib/radio/types.js';
import { openWindow } from '../../testing/open-window.js';
import { cheapSuite } from './cheap-suite.js';
import { withTime } from './waiting.js';

/** A car that phones reach beside it and through its telematics unit, which is another radio in memory here. */

const BEGIN_MS = 1_800_000_000_000;

export const startTwoWays = async () => {
  const clock = new SimClock();
  const wall = { ms: BEGIN_MS };
  const [near, far] = [new MemoryRadio({ clock }), new MemoryRadio({ clock })];
  const events: CarEvent[] = [];
  const peripheral = near.peripheral();
  const car = await SimulatedCar.start({
    name: 'Blue',
    suite: cheapSuite,
    peripheral,
    telematics: far.peripheral(),
    clock,
    wallTime: () => BEGIN_MS + clock.now(),
    random: seededRandom('car'),
    onEvent: (event) => events.push(event),
  });
  const store = new MemoryCarStore();
  const reports: WayReport[] = [];
  let phones = 0;
  /** With the keys of all the others: another program of the same phone. */
  const phone = (options: Partial<PhoneKeyOptions> = {}): PhoneKey =>
    new PhoneKey({
      central: near.central(),
      cloud: far.central(),
      store,
      clock,
      wallTime: () => wall.ms + clock.now(),
      suite: cheapSuite,
      random: seededRandom(`phone ${String(++phones)}`),
      ...options,
    });
  const run = <T>(promise: Promise<T>): Promise<T> => withTime(clock, promise);
  const first = phone();
  await run(first.pair({ code: await openWindow(car), id: peripheral.id }));
  await first.close();
  const onWay = (report: WayReport): unknown => reports.push(report);
  /** What the car did, in the order in which it did it. */
  const did = (): string[] =>
    events.flatMap(({ type }) => (type === 'unlocked' || type === 'locked' ? [type] : []));
  const stop = async (): Promise<void> => {
    await car.stop();
    await Promise.all([near.close(), far.close()]);
  };
  return { clock, wall, near, far, car, events, did, store, phone, run, reports, onWay, stop };
};

export type TwoWays = Awaited<ReturnType<typeof startTwoWays>>;

/** A way that hears no car. */
export const deaf = (): Central => ({
  scan: (_filters, _found, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    }),
  connect: () => Promise.reject(new PhoneKeyError('radio.connect-failed', 'nobody is there')),
  close: () => Promise.resolve(),
});

/** One that fails so after a while, as the cloud does. */
export const failing = (clock: Clock, code: ErrorCode, message: string, afterMs = 0): Central => ({
  ...deaf(),
  scan: (_filters, _found, signal) =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(afterMs, () => reject(new PhoneKeyError(code, message)));
      signal.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    }),
});

/** What becomes of one chunk on its way: undefined, it is lost. */
export type Fate = number | undefined;

/**
 * A way that holds back, delays and drops what goes over its links, and goes on with it when the phone has closed them.
 * @param fateOf of the next chunk, in milliseconds
 */
export const held = (
  { scan, connect, close }: Central,
  clock: Clock,
  fateOf: (from: 'phone' | 'car') => Fate,
): Central => ({
  scan,
  close,
  connect: async (...to) => heldLink(await connect(...to), clock, fateOf),
});

const heldLink = (
  link: CentralLink,
  clock: Clock,
  fateOf: (from: 'phone' | 'car') => Fate,
): CentralLink => {
  let closed = false;
  let end: (reason: 'local') => void = () => undefined;
  /** Each way in order. */
  const due = { phone: 0, car: 0 };
  const later = (from: 'phone' | 'car', then: () => void): void => {
    const fate = fateOf(from);
    if (fate === undefined) return;
    due[from] = Math.max(due[from], clock.now() + fate);
    if (due[from] === clock.now()) then();
    else clock.after(due[from] - clock.now(), then);
  };
  return {
    ...link,
    open: ({ data, closed: told }) => {
      let isTold = false;
      end = (reason) => {
        if (!isTold) told(reason);
        isTold = true;
      };
      return link.open({
        data: (chunk) => later('car', () => (closed ? undefined : data(chunk))),
        closed: (reason) => {
          if (!isTold) told(reason);
          isTold = true;
        },
      });
    },
    send: async (chunk) => {
      if (closed) throw new PhoneKeyError('radio.link-lost', 'closed');
      const copy = chunk.slice();
      later('phone', () => void link.send(copy).catch(() => undefined));
    },
    close: async () => {
      if (closed) return;
      closed = true;
      end('local');
      clock.after(Math.max(0, due.phone - clock.now()) + 1_000, () => void link.close());
    },
  };
};
