import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { OperationQueue, runOperation } from '../../../lib/radio/operation.js';
import { outcome } from './outcome.js';

const setUp = () => {
  const clock = new SimClock();
  const emitter = new EventEmitter();
  const stop = new AbortController();
  const operation = outcome(
    runOperation<string>(
      clock,
      { what: 'Testing', timeoutMs: 100, signals: [stop.signal] },
      ({ resolve, reject, on }) => {
        on(emitter, 'answer', resolve);
        on(emitter, 'failure', reject);
      },
    ),
  );
  return { clock, emitter, stop, operation };
};

describe('an operation', () => {
  it.each<[string, (rest: ReturnType<typeof setUp>) => unknown, string | undefined]>([
    ['an answer', ({ emitter }) => emitter.emit('answer', 'yes'), undefined],
    ['a failure', ({ emitter }) => emitter.emit('failure', new Error('no')), 'radio.link-lost'],
    ['its timeout', ({ clock }) => clock.advance(100), 'radio.timeout'],
    ['a signal', ({ stop }) => stop.abort(), 'interrupted'],
    [
      'a signal with an error of ours',
      ({ stop }) => stop.abort(new PhoneKeyError('radio.closed', 'closed')),
      'radio.closed',
    ],
  ])('ends with %s and leaves nothing', async (_what, act, code) => {
    const rest = setUp();
    await act(rest);
    await rest.clock.advance(0);
    rest.emitter.emit('answer', 'too late');
    await rest.clock.advance(200);
    expect(rest.operation.error?.code).toBe(code);
    expect(rest.operation.value).toBe(code === undefined ? 'yes' : undefined);
    expect(rest.emitter.eventNames()).toEqual([]);
    expect(rest.clock.pending).toBe(0);
  });

  it('is not started for a signal that was aborted', async () => {
    let begun = false;
    const operation = runOperation(
      new SimClock(),
      { what: 'Testing', timeoutMs: 1, signals: [AbortSignal.abort()] },
      () => (begun = true),
    );
    await expect(operation).rejects.toMatchObject({ code: 'interrupted' });
    expect(begun).toBe(false);
  });

  it('fails with what its start throws, and keeps no listener of it', async () => {
    const clock = new SimClock();
    const emitter = new EventEmitter();
    const operation = runOperation(
      clock,
      { what: 'Testing', timeoutMs: 1, failure: 'radio.connect-failed' },
      ({ on }) => {
        on(emitter, 'answer', () => undefined);
        throw new TypeError('no handle');
      },
    );
    await expect(operation).rejects.toMatchObject({
      code: 'radio.connect-failed',
      message: 'Testing failed: no handle',
    });
    expect(emitter.eventNames()).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('a queue of operations', () => {
  it('runs them one at a time in order, also after a failure', async () => {
    const queue = new OperationQueue();
    const events: string[] = [];
    const step = (name: string) => async () => {
      events.push(`+${name}`);
      await Promise.resolve();
      events.push(`-${name}`);
      if (name === 'b') throw new Error('b fails');
    };
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => queue.run(step(name))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(events).toEqual(['+a', '-a', '+b', '-b', '+c', '-c']);
  });

  it('lets nobody overtake when one is aborted while it waits', async () => {
    const queue = new OperationQueue();
    const stop = new AbortController();
    let release = (): void => undefined;
    const first = queue.run(() => new Promise<void>((resolve) => (release = resolve)));
    let ran = false;
    const second = queue.run(() => Promise.resolve((ran = true)), [stop.signal]);
    let third = false;
    const last = queue.run(() => Promise.resolve((third = true)));
    stop.abort();
    await expect(second).rejects.toMatchObject({ code: 'interrupted' });
    await new Promise((resolve) => setImmediate(resolve));
    expect([ran, third]).toEqual([false, false]);
    release();
    await Promise.all([first, last]);
    expect([ran, third]).toEqual([false, true]);
  });
});
