import { describe, expect, it } from '@jest/globals';
import { parseChain } from '../../../lib/credentials/grant.js';
import { parseUri } from '../../../lib/credentials/uri.js';
import type { Command } from '../../../lib/domain/commands.js';
import { refusedResult } from '../../../lib/domain/outcomes.js';
import type { Result } from '../../../lib/domain/outcomes.js';
import { DONE, resultOf } from '../../support/test-car.js';
import { HOUR, NOW, ownerAndGuest, shareWith } from './sharing-setup.js';
import { put } from '../../support/car-store.js';

/** A guest's phone at the car: the grant goes along until the car has taken the key. */
describe('a granted key', () => {
  it('unlocks in one round trip of at most 350 bytes, and is paired then', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key);
    await air.run(guest.key.unlock());
    expect(host.executed).toEqual(['unlock']);
    expect(guest.trace.map(({ kind }) => kind)).toEqual(['Hello', 'Proof', 'Sealed']);
    expect(guest.trace.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(350);
    expect(host.introductions.map(({ name }) => name)).toEqual(['Bob']);
    expect(await guest.store.list()).toMatchObject([{ state: 'paired', role: 'guest' }]);

    guest.trace.length = 0;
    await air.run(guest.key.lock());
    expect(host.introductions).toHaveLength(1);
    expect(guest.trace.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(200);
    await endpoint.stop();
  });

  it('keeps its grant, to hand it on', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { delegations: 1 });
    await air.run(guest.key.unlock());
    const friend = air.phone(undefined, 'Eve');
    await shareWith(guest.key, friend.key);
    await air.run(friend.key.unlock());
    expect(host.enrolled.map(({ name }) => name)).toEqual(['Ada', 'Bob', 'Eve']);
    await endpoint.stop();
  });

  it.each([
    ['not begun', NOW + HOUR - 1, 'is not valid yet'],
    ['ended', NOW + 2 * HOUR, 'has expired'],
  ])('stays pending when it has %s', async (_what, now, message) => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { from: NOW + HOUR, until: NOW + 2 * HOUR });
    host.now = now;
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({
      code: message.includes('expired') ? 'car.key-expired' : 'car.refused',
      message: expect.stringContaining(message),
      mayHaveSucceeded: false,
    });
    expect(await guest.store.list()).toMatchObject([{ state: 'pending' }]);
    host.now = NOW + HOUR;
    await air.run(guest.key.unlock());
    expect(await guest.store.list()).toMatchObject([{ state: 'paired' }]);
    await endpoint.stop();
  });

  it('is told so when the car has no slot left, and tries again later', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key);
    host.slots = 1;
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({
      message: expect.stringContaining('no slot'),
    });
    host.slots = 2;
    await air.run(guest.key.unlock());
    expect(host.introductions).toHaveLength(2);
    await endpoint.stop();
  });

  it('shows its grant again in the same call when the car needed its slot', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key);
    await air.run(guest.key.unlock());
    host.evict(1);
    guest.trace.length = 0;
    await air.run(guest.key.unlock());
    expect(guest.trace.map(({ kind }) => kind)).toEqual([
      'Hello',
      'Proof',
      'Hello',
      'Proof',
      'Sealed',
    ]);
    expect(host.executed).toEqual(['unlock', 'unlock']);
    await endpoint.stop();
  });

  it('is a stranger when its chain does not hold at all', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key);
    host.epoch = 1;
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({
      code: 'car.not-recognised',
      mayHaveSucceeded: false,
    });
    expect(guest.trace.filter(({ kind }) => kind === 'Proof')).toHaveLength(1);
    expect(host.executed).toEqual([]);
    expect(await guest.store.list()).toMatchObject([{ state: 'pending' }]);
    await endpoint.stop();
  });

  it('keeps a newer grant that was accepted while the car answered about the older', async () => {
    const { air, owner, guest, endpoint } = await ownerAndGuest();
    const to = await guest.key.ring.offer();
    const [first, second] = [
      await owner.key.ring.share({ to }),
      await owner.key.ring.share({ to, role: 'driver' }),
    ];
    await guest.key.ring.accept(first.uri);
    const connection = await air.run(guest.key.connect());
    await guest.key.ring.accept(second.uri);
    await air.run(connection.unlock());
    expect(await guest.store.list()).toMatchObject([{ state: 'pending', role: 'driver' }]);
    await endpoint.stop();
  });
});

describe("an owner's phone", () => {
  it('learns the epoch, and grants in it', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    host.epoch = 3;
    await air.run(owner.key.lock());
    expect(await owner.store.list()).toMatchObject([{ epoch: 3 }]);
    await shareWith(owner.key, guest.key);
    await air.run(guest.key.unlock());
    expect(host.executed).toEqual(['lock', 'unlock']);
    await endpoint.stop();
  });

  it('re-keys: the epoch is another one, and nothing that it shared counts any more', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key);
    await air.run(owner.key.raiseEpoch());
    expect(host.epoch).toBe(1);
    const [car] = await owner.store.list();
    expect(car).toMatchObject({ epoch: 1 });
    expect(car?.shared).toBeUndefined();
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({ code: 'car.not-recognised' });
    await endpoint.stop();
  });

  it('brings the time to a car that has lost it, on the link of another command', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { role: 'driver' });
    await air.run(guest.key.unlock());
    host.executed.length = 0;
    host.clockLost = true;
    host.now = 0;
    air.wall += 5_000;
    await air.run(owner.key.status());
    expect(host.executed).toEqual(['status', 'setTime']);
    expect(host).toMatchObject({ clockLost: false, now: NOW + 5 });
    host.executed.length = 0;
    host.clockLost = true;
    await air.run(guest.key.lock());
    expect(host.executed).toEqual(['lock']); // no guest's phone does
    await endpoint.stop();
  });

  it('learns its slot from the list of keys where its pairing was not confirmed', async () => {
    const { air, host, owner, entry, endpoint } = await ownerAndGuest();
    const { role: _role, slot: _slot, ...unconfirmed } = entry;
    await put(owner.store, { ...unconfirmed, unconfirmed: true });
    host.epoch = 3;
    const to = await owner.key.ring.offer();
    await expect(owner.key.ring.share({ to })).rejects.toMatchObject({ code: 'car.not-permitted' });
    host.answer = () => Promise.resolve(keyList());
    await air.run(owner.key.listKeys());
    // And its epoch from the same answer: what it signs next names it.
    expect(await owner.store.list()).toMatchObject([{ slot: 0, role: 'owner', epoch: 3 }]);
    const { uri } = await owner.key.ring.share({ to });
    const grant = parseUri(uri);
    expect(grant.what === 'grant' && parseChain(grant.chain)[0].terms.epoch).toBe(3);
    await endpoint.stop();
  });
});

describe('a key that goes by itself', () => {
  it('takes its entry with it once the car has said yes, and not before', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key);
    await air.run(guest.key.unlock());
    const left = async (): Promise<number> => (await guest.key.ring.cars()).length;
    host.answer = () => Promise.resolve(refusedResult('last-owner'));
    await expect(air.run(guest.key.removeKey('own'))).rejects.toMatchObject({
      code: 'car.refused',
    });
    guest.hooks.onTrace = (kind) => {
      if (kind === 'Proof') air.loseLink();
    };
    await expect(air.run(guest.key.removeKey('own'))).rejects.toMatchObject({
      code: 'car.outcome-unknown',
    });
    expect(await left()).toBe(1);
    guest.hooks.onTrace = () => undefined;
    const asked: Command[] = [];
    host.answer = (command) => {
      asked.push(command);
      return Promise.resolve(DONE);
    };
    await air.run(guest.key.removeKey('own'));
    expect(asked).toEqual([{ type: 'removeKey' }]);
    expect(await left()).toBe(0);
    await endpoint.stop();
  });
});

describe('a PIN', () => {
  it('is set by an owner and typed to start; nobody who watches sees it', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    await air.run(owner.key.setPin('4711'));
    expect(host.pin).toBe('4711');
    await expect(air.run(owner.key.start({ pin: '4712' }))).rejects.toMatchObject({
      code: 'car.refused',
      message: 'the PIN is wrong',
      temporary: true,
    });
    await air.run(owner.key.start({ pin: '4711' }));
    await expect(air.run(owner.key.setPin(''))).rejects.toMatchObject({
      message: 'the car asks for its PIN',
    });
    const asked: string[] = [];
    const old = (pin: string) => (): string => {
      asked.push(pin);
      return pin;
    };
    await air.run(owner.key.setPin('4712', { oldPin: old('4711') }));
    await air.run(owner.key.setPin('', { oldPin: '4712' }));
    await air.run(owner.key.setPin('', { oldPin: old('0000') }));
    expect(asked).toEqual(['4711']); // only where the car asks for it
    await air.run(owner.key.start());
    expect(JSON.stringify(owner.trace)).not.toMatch(/471[12]/);
    await endpoint.stop();
  });

  it.each(['471', '123456789', '12 34', 'abcd', '١٢٣٤'])('is not %j', async (pin) => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    await expect(air.run(owner.key.setPin(pin))).rejects.toMatchObject({ code: 'usage.invalid' });
    const start = air.run(owner.key.start({ pin })).catch((error: unknown) => String(error));
    expect(await start).not.toContain(pin);
    expect(host.executed).toEqual([]);
    await endpoint.stop();
  });
});

const keyList = (): Result => {
  const unbounded = {
    formFactor: 'unknown',
    fingerprint: '00'.repeat(8),
    own: false,
    suspended: false,
    notAfter: null,
    usesLeft: null,
    grantedBy: null,
  } as const;
  return resultOf({
    type: 'keys',
    keys: [
      { ...unbounded, slot: 1, name: 'Bob', role: 'guest' },
      { ...unbounded, slot: 0, name: 'Ada', role: 'owner', own: true },
    ],
  });
};
