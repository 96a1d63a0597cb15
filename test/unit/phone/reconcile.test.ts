import { describe, expect, it } from '@jest/globals';
import { refusedResult } from '../../../lib/domain/outcomes.js';
import type { KeyEntry } from '../../../lib/domain/outcomes.js';
import { REFUSAL_WORDS } from '../../../lib/domain/refusals.js';
import { phoneEnvironment } from '../../../lib/phone/environment.js';
import { goOn, reconcile, reconcileOwnKey } from '../../../lib/phone/reconcile.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { silentLogger } from '../../../lib/platform/logger.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import type { Central } from '../../../lib/radio/types.js';
import { put, watchUpdates } from '../../support/car-store.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { DONE, TestHost } from '../../support/test-car.js';
import { grantTo } from '../credentials/sample.js';
import { Air, introduce } from './setup.js';

/** A phone whose radio knows handles, and the handle in whatever is written to its store. */
const phoneOn = (air: Air) => {
  const central = air.radio.central();
  const radio = { attHandle: 11 as number | undefined, told: [] as (number | undefined)[] };
  const knowing: Central = {
    scan: (filters, found, signal) => central.scan(filters, found, signal),
    connect: async (advertisement, profile, options) => {
      radio.told.push(options?.attHandle);
      const link = await central.connect(advertisement, profile, options);
      return { ...link, attHandle: radio.attHandle };
    },
    close: () => central.close(),
  };
  const phone = air.phone(knowing);
  const { store } = phone;
  const written: (number | undefined)[] = [];
  watchUpdates(store, (car) => written.push(car.attHandle));
  return { ...phone, radio, written };
};

const knownCar = async () => {
  const air = new Air();
  const car = await air.car();
  const phone = phoneOn(air);
  await introduce(phone.store, car.host);
  phone.written.length = 0;
  return { air, ...car, ...phone };
};

describe("a car's handles", () => {
  it('are remembered once it has answered, and written only when they have changed', async () => {
    const { air, key, radio, written, endpoint } = await knownCar();
    await air.run(key.unlock());
    await air.run(key.lock());
    expect(radio.told).toEqual([undefined, 11]);
    expect(written).toEqual([11]);
    radio.attHandle = 40;
    const connection = await air.run(key.connect());
    await air.run(connection.unlock());
    await air.run(connection.lock());
    await air.run(connection.close());
    expect(written).toEqual([11, 40]);
    radio.attHandle = undefined;
    await air.run(key.unlock());
    await air.run(key.unlock());
    expect(radio.told).toEqual([undefined, 11, 11, 40, undefined]);
    expect(written).toEqual([11, 40, undefined]);
    await endpoint.stop();
  });

  it('are remembered from the pairing on, in the entry of that car alone', async () => {
    const air = new Air();
    const { host, endpoint } = await air.car();
    host.open = true;
    endpoint.pairingChanged();
    const { key, store, radio, written } = phoneOn(air);
    await introduce(store, new TestHost(2), { name: 'Other car', attHandle: 7 });
    written.length = 0;
    await air.run(key.pair({ code: '12345678' }));
    const handles = (await store.list()).map(({ name, attHandle }) => [name, attHandle]);
    expect(handles).toEqual([
      ['Other car', 7],
      ['Test car', 11],
    ]);
    await air.run(key.unlock());
    expect(radio.told).toEqual([undefined, 11]);
    expect(written).toEqual([11]);
    await endpoint.stop();
  });

  it('are not learnt from who cannot prove to be the car', async () => {
    const { air, key, host, store, radio, written, endpoint } = await knownCar();
    await air.run(key.unlock());
    radio.attHandle = 40;
    // As somebody who advertises what the car did, and sends a Hello: that is all he can.
    host.enrolled.length = 0;
    await expect(air.run(key.unlock())).rejects.toMatchObject({ code: 'car.not-recognised' });
    expect(await store.list()).toMatchObject([{ attHandle: 11 }]);
    expect(written).toEqual([11]);
    await endpoint.stop();
  });

  it('do not make a command fail that is done', async () => {
    const { air, key, host, store, endpoint } = await knownCar();
    store.update = () => Promise.reject(new Error('the disk is full'));
    await air.run(key.unlock());
    expect(host.executed).toEqual(['unlock']);
    await endpoint.stop();
  });
});

/** A phone's entry of a car, and what is written to its store. */
const entryWith = async (entry: Partial<PairedCar>) => {
  const store = new MemoryCarStore();
  const car = await introduce(store, new TestHost(), entry);
  const written: PairedCar[] = [];
  watchUpdates(store, (now) => written.push(now));
  const warnings: unknown[] = [];
  const environment = phoneEnvironment(
    {
      central: new MemoryRadio().central(),
      store,
      suite: cheapSuite,
      wallTime: () => 0,
      log: { ...silentLogger, warn: (message, fields) => warnings.push({ message, fields }) },
    },
    [],
  );
  return { store, car, written, warnings, environment };
};

const GRANT = grantTo();
const OTHER = grantTo({ issuedAt: 7 });

describe('a key that a car may not have yet', () => {
  const answered = async (
    entry: Partial<PairedCar>,
    ...result: Parameters<typeof refusedResult>
  ) => {
    const { environment, car } = await entryWith({ state: 'pending', ...entry });
    return (await reconcile(environment, car, undefined, refusedResult(...result))).state;
  };

  it('is there once the car has refused something to it, and not where it refused the grant', async () => {
    const notTaken: string[] = [];
    for (const refusal of REFUSAL_WORDS) {
      if ((await answered({ grant: GRANT }, refusal)) === 'pending') notTaken.push(refusal);
      expect(await answered({}, refusal)).toBe('paired'); // it came by no grant
    }
    expect(notTaken.sort()).toEqual([
      'clock-lost',
      'dated-ahead',
      'expired',
      'fault',
      'grant-void',
      'name-invalid',
      'not-yet',
      'slots-full',
      'suspended',
      'used-up',
    ]);
  });

  it('may be there by another grant than the one that the car calls invalid', async () => {
    expect(await answered({ grant: GRANT }, 'grant-invalid')).toBe('paired');
    const otherGrants = [{ grant: OTHER }];
    expect(await answered({ grant: GRANT, otherGrants }, 'grant-invalid')).toBe('pending');
    expect(await answered({ grant: GRANT, otherGrants }, 'door-open')).toBe('paired');
  });

  it.each<[string, Partial<PairedCar>]>([
    ['grant', { grant: OTHER }],
    ['key', { identity: cheapSuite.x25519KeyPair(new Uint8Array(32).fill(7)) }],
  ])('is not said to be there where this phone has another %s meanwhile', async (_, meanwhile) => {
    const { environment, store, car, written } = await entryWith({
      state: 'pending',
      grant: GRANT,
    });
    await put(store, { ...car, ...meanwhile });
    written.length = 0;
    expect(await reconcile(environment, car, 11, DONE)).toEqual({ ...car, ...meanwhile });
    expect(written).toEqual([]);
  });
});

describe('another grant, after a refusal', () => {
  const held = { state: 'paired', grant: GRANT, otherGrants: [{ grant: OTHER }] } as const;

  it('is what the phone goes on to, and keeps', async () => {
    const { environment, car, written } = await entryWith(held);
    const next = await goOn(environment, car, 'expired', 'unlock');
    expect(next).toMatchObject({ grant: OTHER, state: 'pending' });
    expect(next).not.toHaveProperty('otherGrants');
    expect(written).toEqual([next]);
    expect(await goOn(environment, next!, 'expired', 'unlock')).toBeUndefined();
  });

  it('is the one that came meanwhile', async () => {
    const { environment, store, car, written } = await entryWith(held);
    const newer = { ...car, grant: grantTo({ issuedAt: 8 }) };
    await put(store, newer);
    written.length = 0;
    expect(await goOn(environment, car, 'expired', 'unlock')).toBe(newer);
    expect(written).toEqual([]);
  });
});

describe('an answer that tells nothing new', () => {
  it('does not even open the store', async () => {
    const { environment, store, car, warnings } = await entryWith({ role: 'owner', slot: 3 });
    store.update = () => Promise.reject(new Error('opened'));
    expect(await reconcile(environment, car, undefined, DONE)).toBe(car);
    expect(await goOn(environment, car, undefined, 'unlock')).toBeUndefined();
    await reconcileOwnKey(environment, car, [own({ slot: 3 })]);
    await reconcileOwnKey(environment, car, [own({ role: 'none' }), own({ own: false })]);
    await reconcileOwnKey(environment, car, [own({ own: false })]);
    expect(warnings).toEqual([]);
  });
});

describe('what the list of keys says of the own one', () => {
  it.each<[string, Partial<PairedCar>, Partial<KeyEntry>]>([
    ['another slot', {}, { slot: 4 }],
    ['another role', {}, { role: 'driver' }],
    ['what was not confirmed', { unconfirmed: true }, {}],
  ])('is remembered: %s', async (_, entry, key) => {
    const { environment, car, written } = await entryWith({ role: 'owner', slot: 3, ...entry });
    await reconcileOwnKey(environment, car, [own({ own: false }), own({ slot: 3, ...key })]);
    const { unconfirmed: __, ...rest } = car;
    expect(written).toEqual([{ ...rest, slot: key.slot ?? 3, role: key.role ?? 'owner' }]);
  });
});

describe('what cannot be saved', () => {
  it('is told in the log, and does not matter', async () => {
    const { environment, store, car, warnings } = await entryWith({});
    store.update = () => Promise.reject(new Error('disk full'));
    expect(await reconcile(environment, car, 11, DONE)).toBe(car);
    expect(warnings).toEqual([
      {
        message: 'what the car told could not be saved',
        fields: { error: 'PhoneKeyError: saving the keys failed: disk full' },
      },
    ]);
  });
});

/** One line of the answer to `listKeys`. */
const own = (more: Partial<KeyEntry>): KeyEntry => ({
  slot: 0,
  role: 'owner',
  name: 'Ada',
  formFactor: 'phone',
  fingerprint: '00'.repeat(8),
  own: true,
  suspended: false,
  notAfter: null,
  usesLeft: null,
  grantedBy: null,
  ...more,
});
