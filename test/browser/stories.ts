import { describe, expect, it } from '@jest/globals';
import { defaultSuite, PhoneKey, portableSuite } from 'phonekey';
import type { Central, Peripheral } from 'phonekey';
import { SimAir } from 'phonekey/air/sim';
import { CarEndpoint, newPairingCode } from 'phonekey/car';
import { Conversation, parseSessionKeys } from 'phonekey/inspect';
import type { InspectedMessage, SessionKeys } from 'phonekey/inspect';
import { SimulatedCar } from 'phonekey/sim';
import type { SimulatedCarOptions } from 'phonekey/sim';
import {
  MemoryCarStore,
  MemoryRadio,
  seededRandom,
  SimClock,
  startTestCar,
} from 'phonekey/testing';
import { FlashMemory } from '../../firmware-sim/flash/flash-memory.js';
import { toHex } from '../../lib/platform/bytes.js';
import { errorWith } from '../support/errors.js';
import { SimulatedFlash } from '../support/flash/simulated-flash.js';

// A phone and a car in one page. As a user has it: the real scrypt, and the suites by their public names.

const startCar = (
  peripheral: Peripheral,
  options: Partial<SimulatedCarOptions> = {},
): Promise<SimulatedCar> =>
  SimulatedCar.start({ name: 'Blue', peripheral, suite: portableSuite, ...options });

const newPhone = (central: Central, name: string, options = {}): PhoneKey =>
  new PhoneKey({ central, store: new MemoryCarStore(), name, suite: portableSuite, ...options });

const codeOf = async (car: SimulatedCar, role?: 'owner' | 'driver'): Promise<string> => {
  await car.control.tap({ reader: 'console', purpose: 'pair', ...(role && { role }) });
  const screen = await car.control.screen();
  if (screen.state !== 'pairing') throw new Error('the car shows no code');
  return screen.code;
};

const isLocked = async (car: SimulatedCar): Promise<boolean> => (await car.control.status()).locked;

describe('over the radio in memory', () => {
  it('a phone pairs, not with a wrong code, and unlocks', async () => {
    const radio = new MemoryRadio();
    const car = await startCar(radio.peripheral());
    const phone = newPhone(radio.central(), 'Ada');
    const code = await codeOf(car);
    const wrong = code === '00000000' ? '00000001' : '00000000';
    await expect(phone.pair({ code: wrong })).rejects.toEqual(errorWith('pairing.wrong-code'));
    expect((await phone.pair({ code })).name).toBe('Blue');
    await phone.unlock();
    expect(await isLocked(car)).toBe(false);
    await phone.lock();
    expect(await isLocked(car)).toBe(true);
    await phone.close();
    await car.stop();
  });

  it('an owner shares a key, and takes it back', async () => {
    const radio = new MemoryRadio();
    const car = await startCar(radio.peripheral());
    const [ada, bob] = [newPhone(radio.central(), 'Ada'), newPhone(radio.central(), 'Bob')];
    await ada.pair({ code: await codeOf(car, 'owner') });
    const { uri } = await ada.ring.share({
      to: await bob.ring.offer(),
      name: 'Bob',
      role: 'driver',
    });
    await bob.ring.accept(uri);
    await bob.unlock();
    expect(await isLocked(car)).toBe(false);
    await ada.ring.revoke('Bob');
    await ada.lock();
    await expect(bob.unlock()).rejects.toEqual(errorWith('car.key-revoked'));
    expect(await isLocked(car)).toBe(true);
    await car.stop();
  });

  it('a viewer reads what they say, with the keys that the car logs', async () => {
    const logged = new Map<string, SessionKeys>();
    const seen: InspectedMessage[] = [];
    const viewer = new Conversation({
      cars: () => [],
      session: (challenge) => logged.get(toHex(challenge)),
    });
    const radio = new MemoryRadio({
      tamper(chunk, from) {
        seen.push(...viewer.chunk(from === 'phone' ? 'to-car' : 'from-car', chunk));
        return chunk;
      },
    });
    const car = await startCar(radio.peripheral(), {
      keyLog: (line) => {
        const keys = parseSessionKeys(line.trimEnd());
        if (keys !== undefined) logged.set(toHex(keys.challenge), keys);
      },
    });
    const phone = newPhone(radio.central(), 'Ada');
    await phone.pair({ code: await codeOf(car) });
    await phone.unlock();
    await car.stop();
    expect(seen.some(({ kind }) => kind === 'malformed')).toBe(false);
    expect(seen.flatMap(({ content }) => content ?? [])).toEqual([
      expect.objectContaining({ type: 'command', command: 'unlock' }),
      { type: 'done' },
    ]);
  });

  it('a car asks for the PIN that its owner set', async () => {
    const { phone, close } = await startTestCar();
    await phone.setPin('2468');
    await expect(phone.start({ pin: '1357' })).rejects.toEqual(errorWith('car.refused'));
    await phone.start({ pin: '2468' });
    await close();
  });

  it('a car remembers in a flash, and has a home on Node only', async () => {
    const flash = new SimulatedFlash();
    const radio = new MemoryRadio();
    const phone = newPhone(radio.central(), 'Ada');
    const first = await startCar(radio.peripheral(), { memory: new FlashMemory(flash) });
    await phone.pair({ code: await codeOf(first) });
    await first.stop();
    const again = await startCar(radio.peripheral(), { memory: new FlashMemory(flash) });
    await phone.unlock();
    expect(await isLocked(again)).toBe(false);
    await again.stop();
    const atHome = startCar(radio.peripheral(), { home: '/car' });
    await expect(atHome).rejects.toEqual(errorWith('usage.invalid'));
  });

  it("a car of one's own lets a phone pair and refuses what it cannot do", async () => {
    const radio = new MemoryRadio();
    const code = newPairingCode(seededRandom('code'));
    const key = { slot: 0, role: 'driver' } as const;
    let enrolled: ReturnType<CarEndpointHost['keys']>[number] | undefined;
    const car = new CarEndpoint({
      peripheral: radio.peripheral(),
      host: {
        identity: defaultSuite.x25519KeyPair(seededRandom('car')(32)),
        name: 'Mine',
        keys: () => (enrolled === undefined ? [] : [enrolled]),
        execute: () => Promise.reject(new Error('it has no doors')),
        pairing: {
          window: () => ({ code, role: 'driver' }),
          countTry: () => Promise.resolve(true),
          enrol: (_, { name, ...phone }) => {
            if (name === undefined) return Promise.resolve('name-invalid');
            enrolled = { ...key, ...phone, name };
            return Promise.resolve({ ...key, epoch: 0, time: 0, mark: 0, floor: 0 });
          },
        },
      },
    });
    await car.start();
    const phone = newPhone(radio.central(), 'Ada', { suite: defaultSuite });
    expect((await phone.pair({ code })).name).toBe('Mine');
    await expect(phone.unlock()).rejects.toEqual(errorWith('car.refused'));
    await car.stop();
  });
});

type CarEndpointHost = ConstructorParameters<typeof CarEndpoint>[0]['host'];

describe("over the air's direct links", () => {
  it('at once: a phone pairs and unlocks', async () => {
    const air = new SimAir();
    const car = await startCar(air.peripheral());
    const phone = newPhone(air.central({ position: { x: 2, y: 0 } }), 'Ada');
    await phone.pair({ code: await codeOf(car) });
    await phone.unlock();
    expect(await isLocked(car)).toBe(false);
    await phone.close();
    await car.stop();
    air.close();
  });

  it('at the pace of real radios, on simulated time', async () => {
    const clock = new SimClock();
    const air = new SimAir({ clock, pace: 'real', seed: 'browser' });
    const car = await startCar(air.peripheral(), { clock });
    const phone = newPhone(air.central({ position: { x: 2, y: 0 } }), 'Ada', { clock });
    await clock.until(phone.pair({ code: await codeOf(car) }));
    await clock.until(phone.unlock());
    expect(await isLocked(car)).toBe(false);
    await clock.advance(30_000);
    expect(await isLocked(car)).toBe(true);
    expect(clock.now()).toBeGreaterThan(30_000);
    await clock.until(phone.close());
    await clock.until(car.stop());
  });
});

describe('randomness', () => {
  it('of a seed is the same as everywhere', () => {
    expect(toHex(seededRandom('browser')(8))).toBe('b10358d13e397588');
  });
});
