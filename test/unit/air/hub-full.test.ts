import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connectHub, openHubControl, watchHub } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MOST_QUIET } from '../../../local/lobby.js';
import { startHub } from './hub-rig.js';
import type { HubRig } from './hub-rig.js';

let hub: HubRig;
afterEach(() => hub.close());

/** Somebody who has connected; what he says is all that he does. */
const visitor = async (says = '') => {
  const socket = await hub.enter();
  if (says !== '') socket.write(says);
  return { socket, gone: once(socket.resume(), 'close') };
};

describe('a hub', () => {
  it('is not kept by those who say nothing, and cuts them off after 10 s', async () => {
    const clock = new SimClock();
    hub = await startHub(clock, {}, 2);
    const silent = [];
    for (let i = 0; i < 40; i++) silent.push(await visitor());
    silent.push(await visitor('{"op":'), await visitor('\x01\x03'));
    const phone = await connectHub(hub.path);
    const control = await openHubControl(hub.path);
    expect(await control.info()).toMatchObject({ devices: 1 });
    await clock.advance(10_000);
    await Promise.all(silent.map(({ gone }) => gone));
    expect(phone.closed).toBe(false);
    expect(await control.info()).toMatchObject({ devices: 1 });
    control.close();
    phone.close();
  });

  it('cuts off the first of those who say nothing when they are too many', async () => {
    hub = await startHub(new SimClock());
    const first = await visitor();
    const second = await visitor();
    for (let i = 1; i < MOST_QUIET; i++) await visitor();
    await first.gone;
    expect(second.socket.closed).toBe(false);
  });

  it('tells who finds no place that it is full, and takes him when somebody has gone', async () => {
    hub = await startHub(new SimClock(), {}, 2);
    const [first, second] = [await connectHub(hub.path), await connectHub(hub.path)];
    await expect(connectHub(hub.path)).rejects.toMatchObject({
      code: 'radio.air-full',
      temporary: true,
      message: expect.stringMatching(/^the virtual air is full: \d+ hosts are on it$/),
    });
    const control = await openHubControl(hub.path);
    expect(await control.info()).toMatchObject({ devices: 2 });
    const [end] = hub.accepted;
    const gone = end && once(end, 'close');
    first.close();
    await gone;
    const third = await connectHub(hub.path);
    for (const each of [second, third, control]) each.close();
  });

  it('takes 64 watchers beside its hosts, and tells the next one so', async () => {
    hub = await startHub(new SimClock(), {}, 1);
    const watches = [];
    for (let i = 0; i < 64; i++) watches.push(await watchHub(hub.path));
    await expect(watchHub(hub.path)).rejects.toMatchObject({
      code: 'radio.air-full',
      message: '64 programs ask the virtual air or watch it, and it takes no more',
    });
    const phone = await connectHub(hub.path);
    phone.close();
    for (const watch of watches) watch.close();
  });
});
