import { describe, expect, it } from '@jest/globals';
import { MOST_PART_BYTES, ENTRIES_PER_PART } from '../../../lib/credentials/revocation-list.js';
import { refusedResult } from '../../../lib/domain/outcomes.js';
import { WISH_MS } from '../../../lib/phone/deadline.js';
import { MOST_IN_OUTBOX } from '../../../lib/phone/outbox-entries.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { pause } from '../../../lib/platform/clock.js';
import { fromHex } from '../../../lib/platform/bytes.js';
import { SharingHost } from '../../support/sharing-car.js';
import { fingerprintOf, HOUR, NOW, ownerAndGuest, shareWith } from './sharing-setup.js';
import { put, watchUpdates } from '../../support/car-store.js';
import { DONE } from '../../support/test-car.js';

const KEY = '00112233aabbccdd';

/** Revocation lists to the car of `ownerAndGuest` from an owner that its other phones have not heard of. */
const manyRevocationLists = async (count: number): Promise<string[]> => {
  const { owner } = await ownerAndGuest();
  const uris: string[] = [];
  for (let n = 0; n < count; n++) uris.push(...(await owner.key.ring.refresh()).uris);
  return uris;
};

const UNSURE = { unconfirmed: true } as const;

/** Of another owner, and not good for anything. */
const theirs = (n: number) => ({ part: new Uint8Array(148).fill(n), own: false });

describe('what is in the outbox', () => {
  it('is delivered by the next command, of any kind, and then no more', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    await owner.key.ring.revoke(KEY);
    await air.run(owner.key.status());
    await air.run(owner.key.status());
    expect(host.executed).toEqual(['status', 'deliver', 'status']);
    expect(host.listNumber()).toBe(1);
    await endpoint.stop();
  });

  it('is delivered by a suspended guest, too, who brings the list that resumes him', async () => {
    const { air, owner, guest, endpoint } = await ownerAndGuest();
    const entry = await shareWith(owner.key, guest.key);
    await air.run(guest.key.unlock());
    const who = fingerprintOf(entry);
    await owner.key.ring.suspend(who);
    await air.run(owner.key.deliver());
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({ code: 'car.key-revoked' });
    const { uris } = await owner.key.ring.resume(who);
    expect(await air.run(guest.key.relay(uris))).toMatchObject({ delivered: ['car'] });
    await air.run(guest.key.unlock());
    await endpoint.stop();
  });

  it('is delivered also when the command was refused', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    host.pin = '1234';
    await owner.key.ring.refresh();
    await expect(air.run(owner.key.start())).rejects.toMatchObject({ code: 'car.refused' });
    expect(host.executed).toEqual(['start', 'deliver']);
    await endpoint.stop();
  });

  it('never makes a command fail, nor wait for long', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    await owner.key.ring.revoke(KEY);
    owner.hooks.onTrace = (kind) => {
      // After the answer to the command: the car hears nothing more.
      if (kind === 'Sealed' && host.executed.includes('lock')) {
        host.execute = () => new Promise(() => undefined);
      }
    };
    const before = air.clock.now();
    await air.run(owner.key.lock());
    expect(air.clock.now() - before).toBeLessThanOrEqual(4_000);
    expect((await owner.store.list())[0]?.outbox).toHaveLength(1);
    expect(owner.details).toContainEqual({
      message: 'not all was delivered to the car',
      fields: { error: expect.stringContaining('PhoneKeyError') },
    });
    await endpoint.stop();
  });

  it('is not brought by a key that the car has not taken', async () => {
    const { air, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { from: NOW + HOUR, until: NOW + 2 * HOUR });
    const [car] = await guest.store.list();
    await put(guest.store, { ...car!, outbox: [theirs(1)] });
    await expect(air.run(guest.key.unlock())).rejects.toMatchObject({ code: 'car.refused' });
    expect(guest.trace.filter(({ kind }) => kind === 'Proof')).toHaveLength(1);
    await endpoint.stop();
  });

  it('is kept where the car neither takes nor refuses it, and nothing is written', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    await owner.key.ring.revoke(KEY);
    const [car] = await owner.store.list();
    await put(owner.store, { ...car!, outbox: [...car!.outbox!, theirs(1)] });
    const asked: string[] = [];
    host.execute = async ({ type }) => {
      asked.push(type);
      return refusedResult('fault');
    };
    const written: unknown[] = [];
    watchUpdates(owner.store, (now) => written.push(now));
    const delivery = await air.run(owner.key.deliver());
    expect(delivery).toStrictEqual({ delivered: 0, refused: 0, left: 2 });
    expect(asked.slice(0, 3)).toEqual(['status', 'deliver', 'deliver']);
    expect(written).toEqual([]);
    await endpoint.stop();
  });

  it('is remembered part by part', async () => {
    const { air, host, owner, entry, endpoint } = await ownerAndGuest();
    await put(owner.store, { ...entry, outbox: [theirs(1), theirs(2)] });
    let parts = 0;
    host.execute = ({ type }) => {
      if (type === 'deliver') parts += 1;
      if (parts === 2) air.loseLink();
      return parts === 2 ? new Promise(() => undefined) : Promise.resolve(DONE);
    };
    await expect(air.run(owner.key.deliver())).rejects.toMatchObject({ mayHaveSucceeded: true });
    expect(await owner.store.list()).toEqual([{ ...entry, outbox: [theirs(2)] }]);
    await endpoint.stop();
  });

  it('is kept when the link breaks, and dropped when the car has a newer one', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key, { role: 'driver' });
    const old = await owner.key.ring.revoke(KEY);
    await owner.key.ring.refresh();
    await air.run(owner.key.deliver());
    await air.run(guest.key.unlock());
    expect(await air.run(guest.key.relay(old.uris))).toEqual({
      delivered: [],
      refused: ['car'],
      waiting: [],
      handedTo: [],
    });
    expect((await guest.store.list())[0]?.outbox).toBeUndefined();
    expect(host.listNumber()).toBe(2);

    const next = await owner.key.ring.revoke(KEY);
    guest.hooks.onTrace = (kind) => {
      if (kind === 'Proof') air.loseLink();
    };
    expect(await air.run(guest.key.relay(next.uris))).toMatchObject({ waiting: ['car'] });
    expect((await guest.store.list())[0]?.outbox).toHaveLength(1);
    guest.hooks.onTrace = () => undefined;
    await air.run(guest.key.lock());
    expect(host.listNumber()).toBe(3);
    await endpoint.stop();
  });

  it('has every part of a long list, which fits into no first message beside a grant', async () => {
    const { air, host, owner, guest, entry, endpoint } = await ownerAndGuest();
    const entries = Array.from({ length: 2 * ENTRIES_PER_PART }, (_, n) => ({
      fingerprint: fromHex(n.toString(16).padStart(16, '0'))!,
      since: NOW,
      kind: 'revoked' as const,
    }));
    await put(owner.store, {
      ...entry,
      revocationList: { number: 1, issuedAt: NOW, floor: 0, entries },
    });
    const { uris } = await owner.key.ring.refresh();
    await shareWith(owner.key, guest.key, { delegations: 3 });
    await air.run(guest.key.relay(uris));
    expect(host.listNumber()).toBe(2);
    expect(host.received).toHaveLength(2);
    expect(Math.max(...host.received.map(({ length }) => length))).toBe(MOST_PART_BYTES);
    await endpoint.stop();
  });

  it('is bounded: the oldest of others go first, its own stay', async () => {
    const { owner, air, endpoint } = await ownerAndGuest();
    await owner.key.ring.revoke(KEY);
    const others = await manyRevocationLists(40);
    await endpoint.stop(); // not near
    await air.run(owner.key.relay(others));
    const outbox = (await owner.store.list())[0]!.outbox!;
    expect(outbox).toHaveLength(MOST_IN_OUTBOX);
    expect(outbox.filter(({ own }) => own)).toHaveLength(1);
    await air.run(owner.key.relay(others.slice(-1)));
    expect((await owner.store.list())[0]!.outbox).toEqual(outbox);
  });

  it.each([[[]], [['phonekey:key/AAAA']], [['hello']]])(
    'is a revocation list, not %j',
    async (uris) => {
      const { owner } = await ownerAndGuest();
      await expect(owner.key.relay(uris)).rejects.toMatchObject({ code: 'usage.invalid' });
    },
  );
});

describe('what follows a command', () => {
  it.each<[string, Partial<PairedCar>, boolean, string[]]>([
    ['nothing', {}, false, []],
    ['a question, where the end of a pairing was not heard', UNSURE, false, ['listKeys']],
    ['the time, where the car has lost it', {}, true, ['setTime']],
    ['both', UNSURE, true, ['listKeys', 'setTime']],
    ['no time from who is no owner', { role: 'driver' }, true, []],
  ])('is %s', async (_, more, clockLost, after) => {
    const { air, host, owner, entry, endpoint } = await ownerAndGuest();
    await put(owner.store, { ...entry, ...more });
    host.clockLost = clockLost;
    await air.run(owner.key.lock());
    expect(host.executed).toEqual(['lock', ...after]);
    expect(host.clockLost).toBe(clockLost && !after.includes('setTime'));
    await endpoint.stop();
  });

  it('is asked for when the answer is there, however long that took', async () => {
    const { air, host, owner, endpoint } = await ownerAndGuest();
    await owner.key.ring.revoke(KEY);
    const execute = host.execute.bind(host);
    host.execute = async (command, asking) => {
      if (command.type === 'lock') await pause(air.clock, WISH_MS + 1_000);
      return execute(command, asking);
    };
    await air.run(owner.key.lock());
    expect(host.listNumber()).toBe(1);
    await endpoint.stop();
  });
});

describe("a stranger's phone", () => {
  it('sends a revocation list to the car, and knows only that it did', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    const { uris } = await owner.key.ring.revoke(KEY);
    expect(await air.run(guest.key.relay(uris))).toEqual({
      delivered: [],
      refused: [],
      waiting: [],
      handedTo: [expect.any(String)],
    });
    expect(guest.trace.map(({ kind }) => kind)).toEqual(['Hello', 'Notice', 'Hello']);
    expect(host.listNumber()).toBe(1);
    expect(await guest.store.list()).toEqual([]);
    await endpoint.stop();
  });

  it('hands it to every car in range, or to the one that was named', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    const other = new SharingHost(2);
    const second = await air.car(other);
    const { uris } = await owner.key.ring.revoke(KEY);
    const { handedTo } = await air.run(guest.key.relay(uris));
    expect(handedTo).toHaveLength(2);
    expect([host.received, other.received]).toMatchObject([{ length: 1 }, { length: 1 }]);
    expect(other.rights.owners).toEqual([]);
    const id = handedTo[0]!;
    expect((await air.run(guest.key.relay(uris, { id }))).handedTo).toEqual([id]);
    expect(host.received.length + other.received.length).toBe(3);
    await Promise.all([endpoint.stop(), second.endpoint.stop()]);
  });

  it('says so when there is no car, and ends when it is told to', async () => {
    const { air, owner, guest, endpoint } = await ownerAndGuest();
    const { uris } = await owner.key.ring.revoke(KEY);
    const abort = new AbortController();
    const outbox = guest.key.relay(uris, { signal: abort.signal });
    abort.abort();
    await expect(air.run(outbox)).rejects.toMatchObject({ code: 'interrupted' });
    await endpoint.stop();
    await expect(air.run(guest.key.relay(uris))).rejects.toMatchObject({ code: 'car.not-found' });
  });

  it('may be one whose own key was taken away', async () => {
    const { air, host, owner, guest, endpoint } = await ownerAndGuest();
    await shareWith(owner.key, guest.key);
    host.epoch = 1; // its grant is worth nothing
    await air.run(owner.key.lock());
    const { uris } = await owner.key.ring.revoke(KEY);
    expect(await air.run(guest.key.relay(uris))).toMatchObject({
      waiting: [],
      handedTo: [expect.any(String)],
    });
    expect(host.listNumber()).toBe(1);
    await endpoint.stop();
  });
});
