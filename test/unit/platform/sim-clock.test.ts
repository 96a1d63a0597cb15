import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../lib/platform/sim-clock.js';

describe('SimClock', () => {
  it('stands still until it is told to move', async () => {
    const clock = new SimClock();
    expect(clock.now()).toBe(0);
    await clock.advance(250);
    await clock.advance(0);
    expect(clock.now()).toBe(250);
  });

  it('runs timers in the order of their times, each at its own', async () => {
    const clock = new SimClock();
    const fired: string[] = [];
    for (const [name, ms] of [
      ['late', 30],
      ['early', 10],
      ['same', 10],
      ['over', 31],
    ] as const) {
      clock.after(ms, () => fired.push(`${name} ${String(clock.now())}`));
    }
    await clock.advance(30);
    expect(fired).toEqual(['early 10', 'same 10', 'late 30']);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(fired.at(-1)).toBe('over 31');
    expect(clock.pending).toBe(0);
  });

  it('runs timers that a timer, or a promise after it, has set meanwhile', async () => {
    const clock = new SimClock();
    const fired: number[] = [];
    const note = (): void => {
      fired.push(clock.now());
    };
    clock.after(10, () => {
      clock.after(5, note);
      void Promise.resolve().then(() => clock.after(7, note));
      setImmediate(() => clock.after(9, note));
    });
    await clock.advance(20);
    expect(fired).toEqual([15, 17, 19]);
  });

  it('does not run what was cancelled, and cancels what has run without effect', async () => {
    const clock = new SimClock();
    let fired = 0;
    const cancel = clock.after(10, () => (fired += 1));
    clock.after(10, () => (fired += 10))();
    await clock.advance(10);
    cancel();
    await clock.advance(100);
    expect(fired).toBe(1);
  });

  it('takes a negative delay for none', async () => {
    const clock = new SimClock();
    await clock.advance(5);
    const fired: number[] = [];
    clock.after(-100, () => fired.push(clock.now()));
    await clock.advance(0);
    expect(fired).toEqual([5]);
  });

  it('moves no further than it takes for a promise to settle', async () => {
    const clock = new SimClock();
    const fired: number[] = [];
    const work = async (): Promise<string> => {
      for (let i = 0; i < 3; i++) {
        await new Promise<void>((resolve) => {
          clock.after(10, resolve);
        });
        fired.push(clock.now());
      }
      return 'done';
    };
    clock.after(31, () => fired.push(31));
    expect(await clock.until(work())).toBe('done');
    expect(fired).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(30);
    expect(clock.pending).toBe(1);
  });

  it('does not move for a promise that settles by itself, and gives its failure', async () => {
    const clock = new SimClock();
    clock.after(10, () => undefined);
    const failing = async (): Promise<never> => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('no');
    };
    await expect(clock.until(failing())).rejects.toThrow('no');
    expect(clock.now()).toBe(0);
  });

  it('gives others a turn after a quiet timer only when it has stirred', async () => {
    const clock = new SimClock();
    const seen: string[] = [];
    const note = (what: string): void => {
      setImmediate(() => seen.push(`${what} ${String(clock.now())}`));
    };
    clock.quiet.after(10, () => {
      note('quiet');
    });
    clock.quiet.after(20, () => {
      note('stirring');
      clock.stir();
    });
    await clock.advance(30);
    expect(seen).toEqual(['quiet 20', 'stirring 20']);
  });
});
