import { describe, expect, it } from '@jest/globals';
import { refused } from '../../../lib/domain/outcomes.js';
import type { KeyEntry, Result } from '../../../lib/domain/outcomes.js';
import type { Role } from '../../../lib/domain/roles.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { PairingOffer } from '../../../lib/phone/index.js';
import { DONE, resultOf } from '../../support/test-car.js';
import { grantTo } from '../credentials/sample.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { CODE, hostFor, introduce, withWindow } from './setup.js';

/** What a phone knows of a car that it has a key for, and what a car that pairs with it again does to that. */
describe('a car that is known', () => {
  const known = async (entry: Parameters<typeof introduce>[2] = {}, role: Role = 'owner') => {
    const all = await withWindow(hostFor(role));
    const before = await introduce(all.store, all.host, { slot: 0, role: 'owner', ...entry });
    return { ...all, before };
  };

  it('keeps its entry as it was, with a mark, until the car has said what came of it', async () => {
    const grant = grantTo();
    const { air, key, store, hooks, endpoint, before } = await known(
      { grant, role: 'guest' },
      'valet',
    );
    const during: unknown[] = [];
    hooks.onTrace = (kind) => {
      if (kind === 'PairOffer' || kind === 'PairCommit') {
        void store.list().then((cars) => during.push(...cars));
      }
    };
    await air.run(key.pair({ code: CODE }));
    // As it was, the slot went before the car had proved anything (L1).
    expect(during).toEqual([before, { ...before, unconfirmed: true }]);
    const { grant: _, ...rest } = before;
    expect(await store.list()).toEqual([{ ...rest, role: 'valet', slot: 0 }]);
    await endpoint.stop();
  });

  it.each(['slots-full', 'last-owner', 'key-mismatch'] as const)(
    'loses nothing where the car refuses: %s',
    async (refusal) => {
      const { air, host, key, store, endpoint, before } = await known();
      host.pairing.enrol = () => Promise.resolve(refusal);
      await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
        code: `pairing.${refusal}`,
        mayHaveSucceeded: false,
      });
      expect(await store.list()).toEqual([before]);
      await endpoint.stop();
    },
  );

  it('stays marked by an attempt of before, which may have got through', async () => {
    const { air, host, key, store, endpoint, before } = await known({ unconfirmed: true });
    host.pairing.enrol = () => Promise.resolve('slots-full');
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({ kind: 'refused' });
    expect(await store.list()).toEqual([before]);
    await endpoint.stop();
  });

  it.each([
    ['an owner, and still is', listed('owner', 0), { slot: 0, role: 'owner' }],
    ['an owner, in another slot', listed('owner', 3), { slot: 3, role: 'owner' }],
    ['an owner, and is none any more', resultOf(refused('not-permitted')), {}],
  ] as const)('was %s: the first command that gets through tells', async (_, answer, told) => {
    const { air, host, key, store, endpoint, before } = await known();
    host.pairing.enrol = () => {
      air.loseLink();
      return Promise.reject(new Error('power cut'));
    };
    await expect(air.run(key.pair({ code: CODE }))).rejects.toMatchObject({
      code: 'car.outcome-unknown',
    });
    expect(await store.list()).toEqual([{ ...before, unconfirmed: true }]);
    host.answer = ({ type }) => Promise.resolve(type === 'listKeys' ? answer : DONE);
    await air.run(key.unlock());
    const { slot: _slot, role: _role, ...rest } = before;
    expect(await store.list()).toEqual([{ ...rest, ...told }]);
    // Asked once.
    await air.run(key.unlock());
    expect(host.executed).toEqual(['unlock', 'listKeys', 'unlock']);
    await endpoint.stop();
  });

  it('is no owner by memory either where a guest may not ask, and keeps its grant', async () => {
    const grant = grantTo();
    const { air, host, key, store, endpoint, before } = await known({
      role: 'guest',
      grant,
      unconfirmed: true,
    });
    host.answer = ({ type }) =>
      Promise.resolve(type === 'listKeys' ? resultOf(refused('not-permitted')) : DONE);
    await air.run(key.unlock());
    const { unconfirmed: _, ...rest } = before;
    expect(await store.list()).toEqual([rest]);
    await endpoint.stop();
  });

  it('is another one in another dialect, whatever its key is', async () => {
    const { air, key, store, endpoint, before } = await known({ dialect: 'plain' });
    const car = await air.run(key.pair({ code: CODE }));
    expect(car.name).toBe('Test car 2');
    expect(await store.list()).toMatchObject([before, { name: car.name, slot: car.slot }]);
    await endpoint.stop();
  });

  it.each([null, 0])('keeps its grant where the list says that it came by one: %s', async (by) => {
    const { air, host, key, store, endpoint, before } = await known({
      role: 'guest',
      grant: grantTo(),
      unconfirmed: true,
    });
    const list = listed('driver', 2, by);
    host.answer = ({ type }) => Promise.resolve(type === 'listKeys' ? list : DONE);
    await air.run(key.unlock());
    const { grant } = before;
    const [entry] = await store.list();
    expect([entry?.role, entry?.grant]).toEqual(['driver', by === null ? undefined : grant]);
    await endpoint.stop();
  });

  it('is paired now, and its grant is of no matter, where the list says so', async () => {
    const { air, host, key, store, endpoint, before } = await known({
      role: 'guest',
      grant: grantTo(),
      unconfirmed: true,
    });
    host.answer = ({ type }) => Promise.resolve(type === 'listKeys' ? listed('owner', 2) : DONE);
    await air.run(key.unlock());
    const { unconfirmed: _, grant: __, ...rest } = before;
    expect(await store.list()).toEqual([{ ...rest, role: 'owner', slot: 2 }]);
    await endpoint.stop();
  });

  it('stays marked while it does not say', async () => {
    const { air, host, key, store, endpoint, before } = await known({ unconfirmed: true });
    host.answer = ({ type }) =>
      Promise.resolve(type === 'listKeys' ? resultOf(refused('suspended')) : DONE);
    await air.run(key.unlock());
    expect(await store.list()).toEqual([before]);
    await endpoint.stop();
  });
});

/** Who pairs is asked before anything of the phone is kept or sent. */
describe('what the window gives', () => {
  it('is shown beside what the phone has there', async () => {
    const { air, key, store, trace, endpoint } = await withWindow(hostFor('guest'));
    const offers: PairingOffer[] = [];
    const confirm = async (offer: PairingOffer): Promise<boolean> => {
      offers.push(offer);
      expect(trace.at(-1)?.kind).toBe('PairOffer');
      await Promise.resolve();
      return true;
    };
    await air.run(key.pair({ code: CODE, confirm }));
    await endpoint.stop();
    const again = await air.car(hostFor('valet', 2));
    again.host.open = true;
    await introduce(store, again.host, { name: 'Old', role: 'owner' });
    again.endpoint.pairingChanged();
    await air.run(key.pair({ code: CODE, confirm }));
    expect(offers).toEqual([
      { car: 'Test car', role: 'guest' },
      { car: 'Old', role: 'valet', before: 'owner' },
    ]);
    await again.endpoint.stop();
  });

  it.each(['no', 'an error'])(
    'is not taken where the answer is %s: nothing is saved or sent',
    async (which) => {
      const { air, host, key, store, trace, endpoint } = await withWindow();
      const before = await introduce(store, host, { role: 'owner', slot: 0 });
      host.enrolled.length = 0;
      const stop = new PhoneKeyError('usage.invalid', 'not like this');
      const confirm = () => (which === 'no' ? false : Promise.reject(stop));
      await expect(air.run(key.pair({ code: CODE, confirm }))).rejects.toMatchObject({
        code: 'usage.invalid',
        ...(which === 'no'
          ? {
              message: 'what the pairing window gives was not wanted',
              hint: expect.stringMatching(/^Nothing was saved/),
            }
          : { message: 'not like this' }),
        mayHaveSucceeded: false,
      });
      expect(await store.list()).toEqual([before]);
      expect(trace.map(({ kind }) => kind)).not.toContain('PairCommit');
      expect(host).toMatchObject({ enrolled: [], tries: 1 });
      await endpoint.stop();
    },
  );

  it('waits for the answer longer than for the car', async () => {
    const { air, key, endpoint } = await withWindow();
    const confirm = () =>
      new Promise<boolean>((resolve) => {
        air.clock.after(20_000, () => resolve(true));
      });
    expect(await air.run(key.pair({ code: CODE, timeoutMs: 2_000, confirm }))).toMatchObject({
      state: 'paired',
    });
    await endpoint.stop();
  });

  it('is waited for no longer than was said, once the answer is there', async () => {
    const { air, host, key, endpoint } = await withWindow();
    host.pairing.enrol = () => new Promise(() => undefined);
    await expect(air.run(key.pair({ code: CODE, timeoutMs: 2_000 }))).rejects.toMatchObject({
      code: 'car.outcome-unknown',
    });
    expect(air.clock.now()).toBeLessThan(3_000);
    await endpoint.stop();
  });

  it.each([undefined, 'owner'] as const)(
    'is as nothing where the car waited too long, before: %s',
    async (role) => {
      const { air, host, key, store, endpoint } = await withWindow();
      const before = role === undefined ? [] : [await introduce(store, host, { role, slot: 0 })];
      host.enrolled.length = 0;
      const confirm = () =>
        new Promise<boolean>((resolve) => {
          air.clock.after(31_000, () => resolve(true));
        });
      await expect(air.run(key.pair({ code: CODE, confirm }))).rejects.toMatchObject({
        code: 'radio.link-lost',
        mayHaveSucceeded: false,
      });
      expect(await store.list()).toEqual(before);
      expect(host.enrolled).toEqual([]);
      await endpoint.stop();
    },
  );

  it('can be called off meanwhile', async () => {
    const { air, key, store, endpoint } = await withWindow();
    const abort = new AbortController();
    const confirm = () => {
      abort.abort();
      return true;
    };
    await expect(
      air.run(key.pair({ code: CODE, signal: abort.signal, confirm })),
    ).rejects.toMatchObject({ code: 'interrupted', mayHaveSucceeded: false });
    expect(await store.list()).toEqual([]);
    await endpoint.stop();
  });
});

/** The answer to `listKeys`. */
function listed(role: Role, slot: number, grantedBy: number | null = null): Result {
  const key: KeyEntry = {
    slot,
    role,
    name: 'Ada',
    formFactor: 'phone',
    fingerprint: '00'.repeat(8),
    own: true,
    suspended: false,
    notAfter: null,
    usesLeft: null,
    grantedBy,
  };
  return resultOf({ type: 'keys', keys: [{ ...key, own: false, slot: 9 }, key] });
}

describe('a pairing', () => {
  it('does what is slow of a pairing before it takes a link: cars have little patience', async () => {
    const { air, endpoint } = await withWindow();
    const linksAtScrypt: number[] = [];
    const { key } = air.phone(undefined, undefined, {
      ...cheapSuite,
      scrypt: (...args) => {
        linksAtScrypt.push(air.radio.links.length);
        return cheapSuite.scrypt(...args);
      },
    });
    await air.run(key.pair({ code: CODE }));
    expect(linksAtScrypt).toEqual([0]);
    await endpoint.stop();
  });
});
