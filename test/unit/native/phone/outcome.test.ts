import { describe, expect, it } from '@jest/globals';
import {
  advertisementKey,
  encodeAdvertisement,
  nativeAdvertising,
} from '../../../../lib/native/advertisement.js';
import { encodeFromCar } from '../../../../lib/native/codec.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import type { PhoneKeyError } from '../../../../lib/errors.js';
import type { Link } from '../../../../lib/radio/types.js';
import { resultOf, TestHost } from '../../../support/test-car.js';
import { Air, introduce, introduced } from '../../phone/setup.js';
import { nativeProfile } from '../../../../lib/native/profile.js';

const STATUS = {
  locked: true,
  open: [],
  driveSecondsLeft: 0,
  speedLimit: null,
  pinNeeded: false,
};

/** A car that sends one chunk to whoever connects, or nothing at all. */
const beforeACarThatSays = async (chunk?: Uint8Array) => {
  const air = new Air();
  const host = new TestHost();
  const peripheral = air.radio.peripheral();
  const onLink = (link: Link): void => {
    if (chunk !== undefined) void link.send(chunk);
  };
  await peripheral.start([{ profile: nativeProfile, onLink }]);
  const adKey = advertisementKey(defaultSuite, host.identity.publicKey);
  await peripheral.advertise([
    nativeAdvertising(encodeAdvertisement(defaultSuite, adKey, false, air.random)),
  ]);
  const phone = air.phone();
  await introduce(phone.store, host);
  return { air, ...phone };
};

const never = (): Promise<never> => new Promise(() => undefined);

/** The error that a call rejects with. */
const failure = async (call: Promise<unknown>): Promise<PhoneKeyError> =>
  call.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as PhoneKeyError,
  );

const zeros = (length: number): Uint8Array => new Uint8Array(length);

const weakHello = (): Uint8Array =>
  encodeFromCar({ case: 'hello', value: { version: 1, handshake: zeros(32) } });

describe('what a phone says when no answer comes', () => {
  it('link lost after the command went out: unknown, unless it changes nothing', async () => {
    const { air, host, key, endpoint } = await introduced();
    host.answer = () => {
      air.loseLink();
      return never();
    };
    const unlock = await failure(air.run(key.unlock()));
    expect(unlock).toMatchObject({
      code: 'car.outcome-unknown',
      kind: 'outcome-unknown',
      mayHaveSucceeded: true,
      temporary: true,
      cause: expect.objectContaining({ code: 'radio.link-lost' }),
    });
    for (const call of ['status', 'listKeys'] as const) {
      expect(await failure(air.run<unknown>(key[call]()))).toMatchObject({
        code: 'radio.link-lost',
        mayHaveSucceeded: false,
      });
    }
    expect(host.executed).toEqual(['unlock', 'status', 'listKeys']);
    await endpoint.stop();
  });

  it('link lost before anything was sent: nothing happened', async () => {
    const { air, host, key, hooks, endpoint } = await introduced();
    hooks.onTrace = (kind) => {
      if (kind === 'Hello') air.loseLink();
    };
    expect(await failure(air.run(key.unlock()))).toMatchObject({
      code: 'radio.link-lost',
      mayHaveSucceeded: false,
    });
    expect(host.executed).toEqual([]);
    await endpoint.stop();
  });

  it('time over after the command went out', async () => {
    const { air, host, key, endpoint } = await introduced();
    host.answer = never;
    expect(await failure(air.run(key.lock({ timeoutMs: 2_000 })))).toMatchObject({
      code: 'car.outcome-unknown',
      mayHaveSucceeded: true,
      cause: expect.objectContaining({ code: 'car.silent' }),
    });
    expect(air.clock.now()).toBe(2_000);
    expect(await failure(air.run(key.status({ timeoutMs: 3_000 })))).toMatchObject({
      code: 'car.silent',
      mayHaveSucceeded: false,
      temporary: true,
    });
    expect(air.clock.now()).toBe(5_000);
    await endpoint.stop();
  });

  it('time over before the car spoke: nothing happened, and 15 s is the default', async () => {
    const { air, key } = await beforeACarThatSays();
    expect(await failure(air.run(key.unlock()))).toMatchObject({
      code: 'car.asleep',
      mayHaveSucceeded: false,
    });
    expect(air.clock.now()).toBe(15_000);
    expect(air.clock.pending).toBe(0);
  });
});

describe('an aborted call', () => {
  it('does nothing when it was aborted before', async () => {
    const { air, host, key, trace, endpoint } = await introduced();
    const error = await failure(air.run(key.unlock({ signal: AbortSignal.abort() })));
    expect(error).toMatchObject({ code: 'interrupted', mayHaveSucceeded: false });
    expect([host.executed, trace, air.radio.links]).toEqual([[], [], []]);
    await endpoint.stop();
  });

  it('stops looking for the car', async () => {
    const { air, key, endpoint } = await introduced();
    await endpoint.stop();
    const abort = new AbortController();
    const call = failure(key.unlock({ signal: abort.signal }));
    await air.clock.advance(1_000);
    abort.abort();
    expect(await air.run(call)).toMatchObject({ code: 'interrupted', mayHaveSucceeded: false });
    expect(air.clock.pending).toBe(0);
  });

  it('says that it may have succeeded once the command is out, and closes the link', async () => {
    const { air, host, key, events, endpoint } = await introduced();
    for (const command of ['unlock', 'status'] as const) {
      const abort = new AbortController();
      host.answer = () => {
        abort.abort();
        return never();
      };
      expect(await failure(air.run<unknown>(key[command]({ signal: abort.signal })))).toMatchObject(
        {
          code: 'interrupted',
          kind: 'interrupted',
          mayHaveSucceeded: command === 'unlock',
        },
      );
      await air.clock.advance(0);
      expect(events.at(-1)).toMatchObject({ type: 'link-closed', why: 'remote' });
    }
    await endpoint.stop();
  });

  it('has a hint that says so', async () => {
    const { air, host, key, endpoint } = await introduced();
    const before = await failure(air.run(key.unlock({ signal: AbortSignal.abort() })));
    const abort = new AbortController();
    host.answer = () => {
      abort.abort();
      return never();
    };
    const after = await failure(air.run(key.unlock({ signal: abort.signal })));
    expect(before.hint).toContain('nothing');
    expect(after.hint).toContain('may have been carried out');
    await endpoint.stop();
  });
});

describe('an answer that is wrong', () => {
  it.each([
    ['tampered', Uint8Array.of(0, 20, 0x12, 18, ...zeros(18)), 'protocol.authentication'],
    ['of another kind', Uint8Array.of(0, 4, 0x32, 2, 0x08, 1), 'protocol.order'],
    ['not a message', Uint8Array.of(0, 1, 0xff), 'protocol.malformed'],
    ['not even a frame', Uint8Array.of(0, 0), 'protocol.malformed'],
  ])('is told: %s; the command may have been carried out', async (_, bytes, code) => {
    const { air, host, key, endpoint } = await introduced();
    host.answer = async () => {
      await air.radio.links.at(-1)?.car.send(bytes);
      return never();
    };
    expect(await failure(air.run(key.unlock()))).toMatchObject({ code, mayHaveSucceeded: true });
    await endpoint.stop();
  });

  it.each(['status', 'listKeys'] as const)(
    'is told, and nothing can have happened: %s',
    async (command) => {
      const { air, host, key, endpoint } = await introduced();
      host.answer = async () => {
        await air.radio.links.at(-1)?.car.send(Uint8Array.of(0, 20, 0x12, 18, ...zeros(18)));
        return never();
      };
      expect(await failure(air.run<unknown>(key[command]()))).toMatchObject({
        code: 'protocol.authentication',
        mayHaveSucceeded: false,
      });
      await endpoint.stop();
    },
  );

  it.each([
    ['to another question', { type: 'status', status: STATUS } as const],
    ['of a later version', { type: 'unknown' } as const],
  ])('is sealed, but %s: the command may have been carried out', async (_, answer) => {
    const { air, host, key, endpoint } = await introduced();
    host.answer = () => Promise.resolve(resultOf(answer));
    for (const [call, mayHaveSucceeded] of [
      [() => key.unlock(), true],
      [() => key.listKeys(), false],
    ] as const) {
      expect(await failure(air.run<unknown>(call()))).toMatchObject({
        code: 'protocol.malformed',
        mayHaveSucceeded,
      });
    }
    await endpoint.stop();
  });

  it.each([
    ['of another version', Uint8Array.of(0, 4, 0x0a, 2, 0x08, 2), 'protocol.version'],
    ['with a weak challenge', Uint8Array.of(0, 38, ...weakHello()), 'crypto.weak-key'],
    ['that begins with a result', Uint8Array.of(0, 20, 0x12, 18, ...zeros(18)), 'protocol.order'],
  ])('is told, and nothing sent: a car %s', async (_, chunk, code) => {
    const { air, key, trace } = await beforeACarThatSays(chunk);
    expect(await failure(air.run(key.unlock()))).toMatchObject({ code, mayHaveSucceeded: false });
    expect(trace).toHaveLength(1);
  });
});
