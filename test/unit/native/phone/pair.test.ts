import { describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../../lib/errors.js';
import { TestHost } from '../../../support/test-car.js';
import { grantTo } from '../../credentials/sample.js';
import { CODE, introduce, withWindow } from '../../phone/setup.js';
import { nativeProfile } from '../../../../lib/native/profile.js';
import { watchUpdates } from '../../../support/car-store.js';

describe('PhoneKey.pair', () => {
  it('saves the car before the car enrols the phone, and then its slot and role', async () => {
    const { air, host, key, store, hooks, endpoint } = await withWindow();
    const states: unknown[] = [];
    hooks.onTrace = (kind) => {
      if (kind === 'PairCommit') void store.list().then((cars) => states.push(...cars));
    };
    const car = await air.run(key.pair({ code: '1234 5678' }));
    expect(states).toMatchObject([{ name: 'Test car', state: 'pending' }]);
    expect(car).toMatchObject({ name: 'Test car', state: 'paired', slot: 0, role: 'owner' });
    expect(await key.ring.cars()).toEqual([car]);
    const [entry] = await store.list();
    expect(host.enrolled).toMatchObject([{ publicKey: entry?.identity.publicKey, name: 'Ada' }]);
    await endpoint.stop();
  });

  it('takes three wrong codes, each counted before it was answered, and no fourth', async () => {
    const { air, host, key, store, hooks, endpoint } = await withWindow();
    const counted: number[] = [];
    hooks.onTrace = (kind) => {
      if (kind === 'PairShare') counted.push(host.tries);
    };
    for (let attempt = 1; attempt <= 3; attempt++) {
      await expect(air.run(key.pair({ code: '87654321' }))).rejects.toMatchObject({
        code: 'pairing.wrong-code',
        mayHaveSucceeded: false,
      });
    }
    expect(counted).toEqual([1, 2, 3]);
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
      code: 'pairing.closed',
      mayHaveSucceeded: false,
    });
    expect(host.enrolled).toEqual([]);
    expect(await store.list()).toEqual([]);
    await endpoint.stop();
  });

  it('refuses a code that is none before it looks for a car', async () => {
    const { key, trace, endpoint } = await withWindow();
    await expect(key.pair({ code: '1234' })).rejects.toMatchObject({ code: 'usage.invalid' });
    expect(trace).toEqual([]);
    await endpoint.stop();
  });

  it('says that the window is closed when a car is there, and that none is there', async () => {
    const { air, host, key, endpoint } = await withWindow();
    host.open = false;
    endpoint.pairingChanged();
    const timeoutMs = 1_000;
    await expect(air.run(key.pair({ code: CODE, timeoutMs }))).rejects.toMatchObject({
      code: 'pairing.closed',
    });
    await endpoint.stop();
    await expect(air.run(key.pair({ code: CODE, timeoutMs }))).rejects.toMatchObject({
      code: 'car.not-found',
    });
  });

  it.each(['slots full', 'window closed meanwhile'])('forgets the car: %s', async (why) => {
    const { air, host, key, store, hooks, endpoint } = await withWindow();
    if (why === 'slots full') host.slots = 0;
    else {
      hooks.onTrace = (kind) => {
        if (kind === 'PairCommit') host.open = false;
      };
    }
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
      kind: 'refused',
      mayHaveSucceeded: false,
    });
    expect(await store.list()).toEqual([]);
    expect(host.enrolled).toEqual([]);
    await endpoint.stop();
  });

  it('keeps the key when the link is lost after the commit, and it works', async () => {
    const { air, host, key, store, endpoint } = await withWindow();
    const { enrol } = host.pairing;
    host.pairing.enrol = async (window, phone) => {
      const slot = await enrol(window, phone);
      air.loseLink();
      return slot;
    };
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
      code: 'car.outcome-unknown',
      mayHaveSucceeded: true,
    });
    expect(await store.list()).toMatchObject([{ state: 'pending', unconfirmed: true }]);
    await air.run(key.unlock());
    // Once it opens, the phone asks what it is there.
    expect(host.executed).toEqual(['unlock', 'listKeys']);
    expect(await store.list()).toMatchObject([{ state: 'paired' }]);
    await endpoint.stop();
  });

  it('keeps nothing when the link is lost before the commit', async () => {
    const { air, host, key, store, hooks, endpoint } = await withWindow();
    hooks.onTrace = (kind) => {
      if (kind === 'PairShare') air.loseLink();
    };
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
      code: 'radio.link-lost',
      mayHaveSucceeded: false,
    });
    expect(await store.list()).toEqual([]);
    expect(host.enrolled).toEqual([]);
    await endpoint.stop();
  });

  it('keeps its keys when it pairs with the same car again', async () => {
    const { air, host, key, store, endpoint } = await withWindow();
    const before = await introduce(store, host, { name: 'My car' });
    const car = await air.run(key.pair({ code: CODE }));
    const { identity, signing } = before;
    expect(await store.list()).toMatchObject([
      { name: 'My car', identity, signing, state: 'paired' },
    ]);
    expect(await key.ring.cars()).toEqual([car]);
    expect(host.enrolled).toHaveLength(1);
    await endpoint.stop();
  });

  it.each(['pending', 'paired'] as const)(
    'does not lose a %s key when pairing again is refused',
    async (state) => {
      const { air, host, key, store, endpoint } = await withWindow();
      // The car may have enrolled this phone at the first, interrupted pairing.
      const before = await introduce(store, host, { state });
      host.pairing.enrol = () => Promise.resolve('slots-full');
      await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
        code: 'pairing.slots-full',
      });
      expect(await store.list()).toEqual([before]);
      await endpoint.stop();
    },
  );

  it('takes an unsealed refusal after the commit for an attack, and keeps the key', async () => {
    const { air, radio, key, store, hooks, host, endpoint } = await withWindow().then((all) => ({
      ...all,
      radio: all.air.radio,
    }));
    host.pairing.enrol = () => new Promise(() => undefined);
    hooks.onTrace = (kind) => {
      if (kind !== 'PairCommit') return;
      // PairRefusal, slots full.
      void radio.links.at(-1)?.car.send(Uint8Array.of(0, 4, 0x32, 2, 0x08, 3));
    };
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
      code: 'car.outcome-unknown',
      mayHaveSucceeded: true,
    });
    expect(await store.list()).toMatchObject([{ state: 'pending' }]);
    await endpoint.stop();
  });

  it('needs its grant no more once it is paired, and keeps what else it has', async () => {
    const { air, host, key, store, endpoint } = await withWindow();
    const grant = grantTo();
    const revocationList = { number: 7, issuedAt: 1, floor: 0, entries: [] };
    const before = await introduce(store, host, {
      state: 'pending',
      grant,
      revocationList,
      role: 'guest',
    });
    const { grant: _, ...rest } = before;
    await air.run(key.pair({ code: CODE }));
    const paired = { state: 'paired', role: 'owner', slot: 0 };
    expect(await store.list()).toEqual([{ ...rest, ...paired }]);
    await endpoint.stop();
  });

  it.each([
    ['as a store of ours does', new PhoneKeyError('keys.not-saved', 'disk full'), {}],
    ['as others may', new Error('disk full'), { cause: new Error('disk full') }],
  ])(
    'says that the car has enrolled it when only saving the slot failed, %s',
    async (_, cause, within) => {
      const { air, host, key, store, endpoint } = await withWindow();
      watchUpdates(store, (car) => {
        if (car.state === 'paired') throw cause;
      });
      await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
        code: 'keys.not-saved',
        cause: { message: expect.stringContaining('disk full'), ...within },
        message: expect.stringContaining('has enrolled'),
        mayHaveSucceeded: true,
      });
      await air.run(key.unlock());
      expect(host.executed).toEqual(['unlock', 'listKeys']);
      await endpoint.stop();
    },
  );

  it('says that the car refused also when the entry cannot be removed', async () => {
    const { air, host, key, store, warnings, endpoint } = await withWindow();
    host.slots = 0;
    store.remove = () => Promise.reject(new Error('disk full'));
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
      code: 'pairing.slots-full',
      mayHaveSucceeded: false,
    });
    expect(warnings).toEqual([
      {
        message: 'the attempt to pair stays in the store, it could not be undone',
        fields: { error: 'PhoneKeyError: saving the keys failed: disk full' },
      },
    ]);
    await endpoint.stop();
  });

  it('has paired although the link does not close well', async () => {
    const { air, host, endpoint } = await withWindow();
    const central = air.radio.central();
    const { key } = air.phone({
      ...central,
      connect: async (advertisement) => ({
        ...(await central.connect(advertisement, nativeProfile)),
        close: () => Promise.reject(new PhoneKeyError('radio.link-lost', 'gone already')),
      }),
    });
    const car = await air.run(key.pair({ code: CODE }));
    expect(await key.ring.cars()).toEqual([car]);
    expect(host.enrolled).toHaveLength(1);
    await endpoint.stop();
  });

  it('says that the car has a fault when its memory failed', async () => {
    const { air, host, key, store, endpoint } = await withWindow();
    host.pairing.enrol = () => Promise.reject(new Error('disk full'));
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({ code: 'car.refused' });
    expect(await store.list()).toEqual([]);
    await endpoint.stop();
  });

  it('takes the next name when another program took the first one meanwhile', async () => {
    const { air, key, store, endpoint } = await withWindow();
    const { add } = store;
    const tried: string[] = [];
    store.add = (car) => {
      tried.push(car.name);
      return tried.length === 1 ? Promise.resolve(false) : add.call(store, car);
    };
    expect(await air.run(key.pair({ code: CODE }))).toMatchObject({ name: 'Test car 2' });
    expect(tried).toEqual(['Test car', 'Test car 2']);
    await endpoint.stop();
  });

  it('gives two cars of the same name two names', async () => {
    const { air, host, key, store, endpoint } = await withWindow(new TestHost(1));
    await air.run(key.pair({ code: CODE }));
    const second = await air.car(new TestHost(2));
    second.host.open = true;
    second.endpoint.pairingChanged();
    host.open = false;
    endpoint.pairingChanged();
    await air.run(key.pair({ code: CODE }));
    expect((await store.list()).map(({ name }) => name)).toEqual(['Test car', 'Test car 2']);
    await air.run(key.unlock({ car: 'Test car 2' }));
    expect([host.executed, second.host.executed]).toEqual([[], ['unlock']]);
    await Promise.all([endpoint.stop(), second.endpoint.stop()]);
  });

  it('understands a refusal of the future as a refusal', async () => {
    const { air, radio, key, hooks, endpoint } = await withFuture();
    hooks.onTrace = (kind) => {
      if (kind !== 'PairStart') return;
      // PairRefusal with reason 99.
      void radio.links.at(-1)?.car.send(Uint8Array.of(0, 4, 0x32, 2, 0x08, 99));
    };
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({ kind: 'refused' });
    await endpoint.stop();
  });
});

/** A car whose own answer never comes. */
const withFuture = async () => {
  const paired = await withWindow();
  paired.host.pairing.countTry = () => new Promise(() => undefined);
  return { ...paired, radio: paired.air.radio };
};
