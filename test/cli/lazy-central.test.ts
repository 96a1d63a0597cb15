import { expect, it } from '@jest/globals';
import { lazyCentral } from '../../cli/phone/lazy-central.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { MemoryRadio } from '../../lib/radio/memory.js';
import type { Central } from '../../lib/radio/types.js';
import { deferred } from '../support/waiting.js';

const watched = () => {
  const calls: string[] = [];
  const central: Central = {
    ...new MemoryRadio().central(),
    scan: async () => {
      calls.push('scan');
    },
    close: async () => {
      calls.push('close');
    },
  };
  return { calls, central };
};

it('is opened by its first use, once, and closed', async () => {
  const { calls, central } = watched();
  let opened = 0;
  const lazy = lazyCentral(async () => {
    opened += 1;
    return central;
  });
  expect(opened).toBe(0);
  const { signal } = new AbortController();
  await Promise.all([
    lazy.scan([], () => undefined, signal),
    lazy.scan([], () => undefined, signal),
  ]);
  await lazy.close();
  expect({ opened, calls }).toEqual({ opened: 1, calls: ['scan', 'scan', 'close'] });
});

it('is not opened to be closed', async () => {
  await lazyCentral(() => Promise.reject(new Error('opened'))).close();
});

it('fails each time where it cannot be opened', async () => {
  const error = new PhoneKeyError('radio.unavailable', 'no adapter');
  const lazy = lazyCentral(() => Promise.reject(error));
  const { signal } = new AbortController();
  await expect(lazy.scan([], () => undefined, signal)).rejects.toBe(error);
  await expect(lazy.scan([], () => undefined, signal)).rejects.toBe(error);
  await lazy.close();
});

it('keeps nobody waiting who needs it no more while it opens, and closes it then', async () => {
  const { calls, central } = watched();
  const opening = deferred<Central>();
  const lazy = lazyCentral(() => opening.promise);
  const stop = new AbortController();
  const scan = lazy.scan([], () => undefined, stop.signal);
  stop.abort();
  await scan;
  await lazy.close();
  expect(calls).toEqual([]);
  opening.resolve(central);
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toEqual(['close']);
});
