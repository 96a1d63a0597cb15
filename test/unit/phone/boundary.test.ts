import { describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import type { CarStore } from '../../../lib/phone/store.js';
import type { Central } from '../../../lib/radio/types.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { introduced, CODE, withWindow } from './setup.js';

/** What people throw. */
const STRANGE: readonly unknown[] = [
  new Error('disk full'),
  'a text',
  undefined,
  null,
  Object.create(null),
  Symbol('strange'),
];

const failure = async (work: () => unknown): Promise<PhoneKeyError> => {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(PhoneKeyError);
    return error as PhoneKeyError;
  }
  throw new Error('nothing was thrown');
};

const to = '0'.repeat(64);
const uri = `phonekey:key/${'A'.repeat(86)}`;

/** Everything that a phone can be asked, but closing. */
const CALLS: Readonly<Record<string, (key: PhoneKey) => unknown>> = {
  unlock: (key) => key.unlock(),
  start: (key) => key.start({ pin: '1234' }),
  status: (key) => key.status(),
  listKeys: (key) => key.listKeys(),
  removeKey: (key) => key.removeKey(1),
  setPin: (key) => key.setPin('1234'),
  raiseEpoch: (key) => key.raiseEpoch(),
  deliver: (key) => key.deliver(),
  connect: (key) => key.connect(),
  scan: (key) => key.scan().next(),
  pair: (key) => key.pair({ code: CODE }),
  cars: (key) => key.ring.cars(),
  forget: (key) => key.ring.forget('blue'),
  offer: (key) => key.ring.offer(),
  'offer for a car': (key) => key.ring.offer({ car: 'blue' }),
  share: (key) => key.ring.share({ to }),
  shared: (key) => key.ring.shared(),
  accept: (key) => key.ring.accept(uri),
  revoke: (key) => key.ring.revoke('Bob'),
  suspend: (key) => key.ring.suspend('Bob'),
  resume: (key) => key.ring.resume('Bob'),
  refresh: (key) => key.ring.refresh(),
};

const central: Central = {
  scan: async () => undefined,
  connect: () => Promise.reject(new Error('no')),
  close: async () => undefined,
};

/** A part of which every method does that. */
const only = <T extends object>(names: readonly (keyof T)[], work: () => unknown): T =>
  Object.fromEntries(names.map((name) => [name, work])) as T;

const storeThat = (work: () => unknown): CarStore =>
  only(['list', 'add', 'update', 'remove', 'offers', 'addOffer', 'removeOffer'], work);

const thrower = (thrown: unknown) => (): never => {
  throw thrown;
};
const rejecter = (thrown: unknown) => (): Promise<never> => Promise.resolve().then(thrower(thrown));

describe.each(Object.entries(CALLS))('%s', (_, call) => {
  it('gives a PhoneKeyError where the store throws what it likes, with that as its cause', async () => {
    for (const thrown of STRANGE) {
      for (const work of [thrower(thrown), rejecter(thrown)]) {
        const key = new PhoneKey({ central, store: storeThat(work), suite: cheapSuite });
        const error = await failure(() => call(key));
        if (error.code === 'usage.invalid') continue; // what is no grant is not looked up
        expect(error.kind).toBe('key-store');
        expect(error.cause).toBe(thrown);
      }
    }
  });

  it('gives one where the store gives what is none', async () => {
    for (const given of [undefined, null, 5, [{}], [null]]) {
      const key = new PhoneKey({ central, store: storeThat(async () => given), suite: cheapSuite });
      try {
        await call(key);
      } catch (error) {
        expect(error).toBeInstanceOf(PhoneKeyError);
      }
    }
  });
});

describe('a radio that throws what it likes', () => {
  it.each(['scan', 'connect', 'close'] as const)('in %s, is told as one', async (method) => {
    for (const thrown of STRANGE) {
      for (const work of [thrower(thrown), rejecter(thrown)]) {
        const { air, key: known, store, endpoint } = await introduced();
        await known.close();
        const strange: Central = { ...air.radio.central(), [method]: work };
        const { clock } = air;
        const key = new PhoneKey({ central: strange, store, suite: cheapSuite, clock });
        const call = method === 'close' ? () => key.close() : () => key.unlock({ timeoutMs: 100 });
        const error = await failure(() => air.run(call()));
        expect([error.kind, error.cause]).toEqual(['unreachable', thrown]);
        await endpoint.stop();
      }
    }
  });
});

describe('what a function of the caller throws', () => {
  it('is thrown as it is', async () => {
    const own = new Error('not today');
    const { air, key, endpoint } = await withWindow();
    const paired = key.pair({ code: CODE, confirm: thrower(own) });
    await expect(air.run(paired)).rejects.toBe(own);
    await endpoint.stop();
  });
});

describe('an aborted call', () => {
  it('has the reason as the cause of its error', async () => {
    const { air, key, endpoint } = await introduced();
    const reason = new Error('the screen was left');
    const cases: readonly (() => Promise<unknown>)[] = [
      () => key.unlock({ signal: AbortSignal.abort(reason) }),
      () => key.connect({ signal: AbortSignal.abort(reason) }),
      () => {
        const controller = new AbortController();
        const calling = key.pair({ code: CODE, signal: controller.signal });
        controller.abort(reason);
        return calling;
      },
    ];
    for (const call of cases) {
      const { code, cause } = await failure(() => air.run(call()));
      expect([code, cause]).toEqual(['interrupted', reason]);
    }
    await endpoint.stop();
  });
});
