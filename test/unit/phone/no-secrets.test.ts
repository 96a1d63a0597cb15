import { describe, expect, it } from '@jest/globals';
import type { PhoneKeyOptions } from '../../../lib/index.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { SharingHost } from '../../support/sharing-car.js';
import { Air } from './setup.js';
import { NOW } from './sharing-setup.js';

const PIN = '47110815';
const WRONG_PIN = '08154711';

/** All that can be reached from a value: texts as they are, bytes in hex; getters and what errors hide, too. */
const reachable = (value: unknown, seen = new Set()): string[] => {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('hex')];
  if (value instanceof Map || value instanceof Set) return reachable([...value], seen);
  const found: string[] = [];
  for (let at: object = value; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const key of Reflect.ownKeys(at)) {
      if (key === '__proto__') continue;
      found.push(String(key), ...reachable(Reflect.get(at, key, value), seen));
    }
    if (Object.getPrototypeOf(at) === null) break;
  }
  return found;
};

/** As it may stand in a text: hex, base64, numbers. */
const forms = (secret: Uint8Array | string): string[] => {
  if (typeof secret === 'string') return [secret, Buffer.from(secret).toString('hex')];
  const bytes = Buffer.from(secret);
  const whole = bytes.subarray(0, 30).toString('base64');
  const url = whole.replaceAll('+', '-').replaceAll('/', '_');
  return [bytes.toString('hex'), whole, url, bytes.join(',')];
};

/** Those of a phone's secrets that a value gives away. */
const found = (value: unknown, secrets: readonly (Uint8Array | string)[]): string[] => {
  const text = reachable(value).join('\n');
  const lower = text.toLowerCase();
  return secrets.flatMap(forms).filter((form) => text.includes(form) || lower.includes(form));
};

const scene = async () => {
  const air = new Air();
  air.wall = NOW * 1000;
  const host = new SharingHost();
  const { endpoint } = await air.car(host);
  host.now = NOW;
  const told: unknown[] = [];
  const tell =
    (kind: string) =>
    (...event: readonly unknown[]): void => {
      told.push([kind, ...event]);
    };
  const sessionKeys: string[] = [];
  const phone = (name: string, options: Partial<PhoneKeyOptions> = {}) => {
    const store = new MemoryCarStore();
    const key = new PhoneKey({
      central: air.radio.central(),
      store,
      name,
      suite: cheapSuite,
      clock: air.clock,
      wallTime: () => air.wall + air.clock.now(),
      random: air.random,
      log: { debug: tell('debug'), info: tell('info'), warn: tell('warn') },
      trace: tell('trace'),
      keyLog: (line) => sessionKeys.push(...line.trim().split(' ').slice(1)),
      confirmCatchUp: (asked) => {
        told.push(asked);
        return true;
      },
      ...options,
    });
    return { key, store };
  };
  /** Whatever comes of it, also an error, is what an application gets. */
  const got = async (work: Promise<unknown>): Promise<void> => {
    told.push(await air.run(work.catch((error: unknown) => error)));
  };
  return { air, host, endpoint, told, sessionKeys, phone, got };
};

const secretsOf = async (store: MemoryCarStore): Promise<Uint8Array[]> => {
  const [cars, offers] = [await store.list(), await store.offers()];
  const own = [...cars, ...offers].flatMap(({ identity, signing }) => [
    identity.privateKey,
    signing.privateKey,
  ]);
  return [
    ...own,
    ...cars.map(({ identity, carPublicKey }) => cheapSuite.x25519(identity, carPublicKey)),
  ];
};

describe('the public API of a phone', () => {
  it('gives no private key, shared secret, session key, code or PIN away, by whatever it returns or tells', async () => {
    const { air, host, endpoint, told, sessionKeys, phone, got } = await scene();
    const [ada, bob] = [phone('Ada'), phone('Bob')];
    host.open = true;
    endpoint.pairingChanged();
    await got(ada.key.pair({ code: '87654321' }));
    const confirm = (offer: unknown): boolean => {
      told.push(offer);
      return true;
    };
    await got(ada.key.pair({ code: host.code, confirm }));
    await got(bob.key.pair({ code: '1234' }));
    host.open = false;
    await got(ada.key.ring.cars());
    await got(ada.key.scan().next());
    const connection = await air.run(ada.key.connect());
    await got(connection.status());
    await got(connection.setPin(PIN));
    await got(connection.start({ pin: WRONG_PIN }));
    await got(connection.start({ pin: () => PIN }));
    await got(connection.start({ pin: 'none' }));
    told.push(connection, connection.car);
    await got(connection.close());
    await got(ada.key.listKeys());

    const to = await bob.key.ring.offer();
    await got(ada.key.ring.share({ to, name: 'Bob', delegations: 1 }));
    const { uri } = await air.run(ada.key.ring.share({ to, name: 'Bob', delegations: 1 }));
    await got(ada.key.ring.accept(uri));
    await got(bob.key.ring.accept(uri));
    await got(bob.key.unlock());
    await got(bob.key.ring.cars());
    await got(bob.key.ring.share({ to: await phone('Eve').key.ring.offer() }));
    await got(ada.key.ring.shared());
    await got(ada.key.ring.suspend('Bob'));
    const { uris } = await air.run(ada.key.ring.revoke('Bob'));
    await got(bob.key.relay(uris));
    await got(bob.key.start({ pin: PIN }));
    await got(ada.key.deliver());
    await got(ada.key.ring.cars());
    await got(ada.key.ring.refresh({ car: 'no such car' }));
    host.enrolled.length = 0;
    await got(ada.key.unlock());
    told.push(ada.key, ada.key.ring);

    const secrets = [
      ...(await secretsOf(ada.store)),
      ...(await secretsOf(bob.store)),
      ...sessionKeys.filter((word) => word.length === 64),
      PIN,
      WRONG_PIN,
      host.code,
    ];
    expect(secrets.length).toBeGreaterThan(15);
    const kinds = new Set(told.map((each) => (each instanceof Error ? 'error' : typeof each)));
    expect(kinds).toContain('error');
    expect(reachable(told)).toEqual(expect.arrayContaining(['Test car', 'Bob', 'owner', 'guest']));
    expect(found(told, secrets)).toEqual([]);
    // So that the search is one.
    expect(found([await ada.store.list()], secrets).length).toBeGreaterThan(1);
    expect(found(new Error('x', { cause: { typed: `it was ${PIN}` } }), secrets)).toEqual([PIN]);
    await endpoint.stop();
  });
});
