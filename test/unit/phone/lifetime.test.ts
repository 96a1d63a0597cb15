import { describe, expect, it } from '@jest/globals';
import { introduced } from './setup.js';

const connected = async () => {
  const setup = await introduced();
  const connection = await setup.air.run(setup.key.connect());
  let reason: string | undefined;
  void connection.closed.then((why) => (reason = why));
  return { ...setup, connection, told: () => reason };
};

describe('the end of a connection', () => {
  it.each<[string, (setup: Awaited<ReturnType<typeof connected>>) => unknown]>([
    ['local', ({ connection }) => connection.close()],
    ['local', ({ connection }) => connection[Symbol.asyncDispose]()],
    ['remote', ({ endpoint }) => endpoint.stop()],
    [
      'lost',
      ({ air }) => {
        air.loseLink();
      },
    ],
  ])('is told as %s', async (why, end) => {
    const setup = await connected();
    await setup.air.run(setup.connection.unlock());
    await setup.air.clock.advance(0);
    expect(setup.told()).toBeUndefined();
    await end(setup);
    await setup.air.clock.advance(0);
    expect(setup.told()).toBe(why);
    expect(setup.connection.usable).toBe(false);
    await setup.endpoint.stop();
  });

  it('is local after a command that got no answer', async () => {
    const setup = await connected();
    setup.hooks.onTrace = () => {
      setup.air.radio.links.at(-1)!.car.send = async () => undefined;
    };
    await expect(setup.air.run(setup.connection.unlock())).rejects.toMatchObject({
      code: 'car.outcome-unknown',
    });
    await setup.air.clock.advance(0);
    expect(setup.told()).toBe('local');
    await setup.endpoint.stop();
  });
});

describe('a scan', () => {
  const scans = async () => {
    const setup = await introduced();
    let running = 0;
    const central = setup.air.radio.central();
    const watched = {
      ...central,
      scan: async (...given: Parameters<typeof central.scan>) => {
        running += 1;
        await central.scan(...given);
        running -= 1;
      },
    };
    const { key, store } = setup.air.phone(watched);
    for (const car of await setup.store.list()) await store.add(car);
    return { ...setup, phone: key, running: () => running };
  };

  it('ends when its loop is left, or throws', async () => {
    const { phone, running, endpoint } = await scans();
    for await (const { car } of phone.scan()) {
      expect([car?.name, running()]).toEqual(['Test car', 1]);
      break;
    }
    expect(running()).toBe(0);
    const failing = async (): Promise<void> => {
      for await (const { id } of phone.scan()) throw new Error(`mine: ${id}`);
    };
    await expect(failing()).rejects.toThrow('mine');
    expect(running()).toBe(0);
    await endpoint.stop();
  });

  it('ends without an error when the signal aborts, and begins no more', async () => {
    const { air, phone, running, endpoint } = await scans();
    const stop = new AbortController();
    const heard: string[] = [];
    for await (const { id } of phone.scan({ signal: stop.signal })) {
      if (heard.push(id) === 3) stop.abort();
      else void air.clock.advance(100); // to the next advertisement
    }
    expect([heard.length, running()]).toEqual([3, 0]);
    for await (const { id } of phone.scan({ signal: stop.signal })) heard.push(id);
    expect(heard).toHaveLength(3);
    await endpoint.stop();
  });

  it('tells who takes his time the newest of each car, and keeps no more', async () => {
    const { phone, host, endpoint } = await scans();
    const cars = phone.scan();
    await cars.next();
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    host.open = true;
    endpoint.pairingChanged();
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect((await cars.next()).value).toMatchObject({ pairing: true });
    await cars.return();
    await endpoint.stop();
  });

  it('throws what the radio says', async () => {
    const { air, endpoint } = await introduced();
    const central = { ...air.radio.central(), scan: () => Promise.reject(new Error('no')) };
    const { key } = air.phone(central);
    await expect(key.scan().next()).rejects.toMatchObject({ code: 'radio.scan-failed' });
    await endpoint.stop();
  });
});

describe('at the end of a block', () => {
  it('phones and endpoints are closed', async () => {
    const { key, endpoint, air } = await introduced();
    await key[Symbol.asyncDispose]();
    await endpoint[Symbol.asyncDispose]();
    expect(air.clock.pending).toBe(0);
  });
});
