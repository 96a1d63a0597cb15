import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import { Deadline, DEFAULT_TIMEOUT_MS, WISH_MS } from '../../../lib/phone/deadline.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { deferred } from '../../support/waiting.js';

const timedOut = (): PhoneKeyError => new PhoneKeyError('car.silent', 'too late');
const never = new Promise<never>(() => undefined);

describe('Deadline', () => {
  it('counts down from 15 s, never below 0', async () => {
    const clock = new SimClock();
    const deadline = new Deadline(clock, {});
    expect(deadline.timeoutMs).toBe(DEFAULT_TIMEOUT_MS);
    await clock.advance(14_000);
    expect(deadline.timeoutMs).toBe(1_000);
    await clock.advance(2_000);
    expect(deadline.timeoutMs).toBe(0);
  });

  it('is the one of the call that a step is part of, or a shorter one', async () => {
    const clock = new SimClock();
    const whole = Deadline.of(clock, { timeoutMs: 1_000 });
    await clock.advance(600);
    expect(Deadline.of(clock, whole)).toBe(whole);
    expect(whole.timeoutMs).toBe(400);
    expect(whole.within(300).timeoutMs).toBe(300);
    expect(whole.within(500).timeoutMs).toBe(400);
  });

  it('settles as the work does, and leaves neither timer nor listener', async () => {
    const clock = new SimClock();
    const deadline = new Deadline(clock, { timeoutMs: 100 });
    const race = deadline.race(Promise.resolve(), timedOut);
    expect(getEventListeners(deadline.signal, 'abort')).toHaveLength(1);
    await race;
    expect(getEventListeners(deadline.signal, 'abort')).toEqual([]);
    await expect(deadline.race(Promise.resolve(5), timedOut)).resolves.toBe(5);
    const failure = new Error('no');
    await expect(deadline.race(Promise.reject(failure), timedOut)).rejects.toBe(failure);
    expect(clock.pending).toBe(0);
  });

  it('ends the work at its time, once for all steps', async () => {
    const clock = new SimClock();
    const deadline = new Deadline(clock, { timeoutMs: 100 });
    await clock.advance(60);
    const race = expect(deadline.race(never, timedOut)).rejects.toMatchObject({
      code: 'car.silent',
    });
    await clock.advance(40);
    await race;
    expect(clock.pending).toBe(0);
  });

  it('ends the work when it is aborted, during and before', async () => {
    const clock = new SimClock();
    const abort = new AbortController();
    const deadline = new Deadline(clock, { signal: abort.signal });
    const interrupted = { code: 'interrupted', message: 'interrupted', mayHaveSucceeded: false };
    const race = expect(deadline.race(never, timedOut)).rejects.toMatchObject(interrupted);
    abort.abort();
    await race;
    await expect(deadline.race(never, timedOut)).rejects.toMatchObject(interrupted);
    expect(() => {
      deadline.check();
    }).toThrow(expect.objectContaining(interrupted));
    expect(clock.pending).toBe(0);
  });

  it('hears the rejection of work that it does not wait for', async () => {
    const deadline = new Deadline(new SimClock(), { signal: AbortSignal.abort() });
    let heard = 0;
    const work = Promise.reject(new Error('too late for anybody'));
    const { then } = work;
    work.then = function (this: Promise<never>, ...handlers) {
      if (typeof handlers[1] === 'function') heard += 1;
      return then.apply(this, handlers) as never;
    } as typeof then;
    await expect(deadline.race(work, timedOut)).rejects.toMatchObject({ code: 'interrupted' });
    expect(heard).toBe(1);
  });

  describe('of a wish', () => {
    const begun = (timeoutMs?: number) => {
      const clock = new SimClock();
      const deadline = new Deadline(clock, timeoutMs === undefined ? {} : { timeoutMs });
      const stands = (): boolean => {
        try {
          deadline.checkWish();
          return true;
        } catch (error) {
          expect(error).toMatchObject({
            code: 'car.too-late',
            mayHaveSucceeded: false,
            temporary: true,
            hint: expect.stringMatching(/^Nothing was done/),
          });
          return false;
        }
      };
      return { clock, deadline, stands };
    };

    it.each([undefined, 1_000, 60_000])(
      'lets it stand for 10 s, whatever time is given: %p',
      async (timeoutMs) => {
        const { clock, stands } = begun(timeoutMs);
        await clock.advance(WISH_MS - 1);
        expect(stands()).toBe(true);
        await clock.advance(1);
        expect(stands()).toBe(false);
        expect(WISH_MS).toBe(10_000);
      },
    );

    it('is what something that it has to wait for is raced with', async () => {
      const { clock, deadline } = begun(60_000);
      const { resolve, promise } = deferred<number>();
      const done = deadline.raceWish(() => promise);
      resolve(5);
      expect(await done).toBe(5);
      const late = expect(deadline.raceWish(() => never)).rejects.toMatchObject({
        code: 'car.too-late',
        message: 'the command waited for 10 s, and is not sent any more',
      });
      await clock.advance(WISH_MS);
      await late;
      let begins = 0;
      expect(() =>
        deadline.raceWish(async () => {
          begins += 1;
        }),
      ).toThrow(expect.objectContaining({ code: 'car.too-late' }));
      expect(begins).toBe(0);
    });

    it('counts from when what comes next was asked for', async () => {
      const { clock, deadline, stands } = begun();
      await clock.advance(12_000);
      deadline.askedNow();
      await clock.advance(WISH_MS - 1);
      expect(stands()).toBe(true);
      await clock.advance(1);
      expect(stands()).toBe(false);
    });

    it('is the same for a step that has less time', async () => {
      const { clock, deadline } = begun(60_000);
      await clock.advance(9_000);
      const step = deadline.within(3_000);
      step.checkWish();
      await clock.advance(1_000);
      expect(() => {
        step.checkWish();
      }).toThrow(expect.objectContaining({ code: 'car.too-late' }));
    });

    it.each([
      // time given, when there is a link, when it is dropped
      [15_000, 9_000, 10_000],
      [12_000, 9_000, 10_000],
      [20_000, 9_000, 15_000],
      [60_000, 0, 10_000],
      [60_000, 30_000, 40_000],
      [60_000, 50_000, 55_000],
    ])(
      'given %i ms and a link after %i, it is dropped after %i',
      async (timeoutMs, linked, dropped) => {
        const { clock, deadline, stands } = begun(timeoutMs);
        await clock.advance(linked);
        deadline.reached();
        await clock.advance(dropped - 1 - linked);
        expect(stands()).toBe(true);
        await clock.advance(1);
        expect(stands()).toBe(false);
      },
    );
  });
});
