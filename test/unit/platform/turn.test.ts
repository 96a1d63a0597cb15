import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { inTurn, overMessages } from '../../../lib/platform/turn.js';

afterEach(() => {
  jest.useRealTimers();
});

describe.each([
  ['immediates', inTurn],
  ['messages', overMessages()],
])('turns over %s', (_, turn) => {
  it('come in the order of the calls, after what can run before them', async () => {
    const order: string[] = [];
    const done = new Promise<void>((resolve) => {
      turn(() => {
        order.push('a turn');
        turn(() => order.push('a turn out of it'));
        void Promise.resolve().then(() => order.push('its promise'));
      });
      turn(() => order.push('another one'));
      turn(() => {
        turn(resolve);
      });
    });
    void Promise.resolve().then(() => order.push('a promise'));
    await done;
    expect(order).toEqual([
      'a promise',
      'a turn',
      'its promise',
      'another one',
      'a turn out of it',
    ]);
  });

  it('come although the timers of the test are faked', async () => {
    jest.useFakeTimers();
    await new Promise<void>(turn);
  });
});
