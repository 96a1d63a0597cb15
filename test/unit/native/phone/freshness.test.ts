import { describe, expect, it } from '@jest/globals';
import { heldBack } from '../../../../lab/man-in-the-middle.js';
import { refusedResult } from '../../../../lib/domain/outcomes.js';
import { DONE, resultOf } from '../../../support/test-car.js';
import { Air, introduce } from '../../phone/setup.js';

const STATUS = resultOf({
  type: 'status',
  status: { locked: true, open: [], driveSecondsLeft: 0, speedLimit: null, pinNeeded: false },
});

/** A phone with a link to its car, and a man in the middle who holds back the next messages for so long. */
const between = async () => {
  const air = new Air();
  const car = await air.car();
  const next: Record<'to-car' | 'from-car', number[]> = { 'to-car': [], 'from-car': [] };
  const central = heldBack(
    () => air.radio.central(),
    air.clock,
    (going) => next[going].shift() ?? 0,
  );
  const phone = air.phone(central);
  await introduce(phone.store, car.host);
  car.host.answer = ({ type }) => Promise.resolve(type === 'status' ? STATUS : DONE);
  const connection = await air.run(phone.key.connect());
  await air.clock.advance(10); // the challenge is there
  /** What comes of a call. */
  const seen = (call: Promise<unknown>) =>
    air.run(
      call.then(
        () => 'done',
        (error: unknown) => error,
      ),
    );
  return { air, ...car, ...phone, next, connection, seen };
};

const DROPPED = expect.objectContaining({
  code: 'car.too-late',
  mayHaveSucceeded: false,
  temporary: true,
});

describe('a phone', () => {
  it.each([
    // ms since the first command, what the car is asked
    [0, ['status', 'lock']],
    [3_900, ['status', 'lock']],
    [4_000, ['status', 'status', 'lock']],
    [50_000, ['status', 'status', 'lock']],
  ])('asks for a fresh word where the last one is old: %i ms', async (idle, executed) => {
    const { air, host, connection, endpoint } = await between();
    await air.run(connection.status());
    await air.clock.advance(idle);
    await air.run(connection.lock());
    expect(host.executed).toEqual(executed);
    await endpoint.stop();
  });

  it('counts the age of a word from when it sent what that answers', async () => {
    const { air, host, next, connection, endpoint } = await between();
    for (let word = 0; word < 2; word++) {
      next['from-car'].push(4_000);
      await air.run(connection.status());
      await air.run(connection.lock());
    }
    expect(host.executed).toEqual(['status', 'status', 'lock', 'status', 'status', 'lock']);
    await endpoint.stop();
  });

  it('asks twice at most, and then acts anyway', async () => {
    const { air, host, next, connection, seen, endpoint } = await between();
    await air.run(connection.status());
    await air.clock.advance(6_000);
    next['from-car'].push(4_100, 4_100);
    expect(await seen(connection.lock())).toBe('done');
    expect(host.executed).toEqual(['status', 'status', 'status', 'lock']);
    await endpoint.stop();
  });

  it('asks for nothing before what is good at any time', async () => {
    const { air, host, connection, endpoint } = await between();
    await air.run(connection.status());
    const revocationList = new Uint8Array(142);
    for (const command of [
      { type: 'status' },
      { type: 'listKeys' },
      { type: 'deliver', revocationList },
    ] as const) {
      await air.clock.advance(50_000);
      await air.run(connection.command(command));
    }
    expect(host.executed).toEqual(['status', 'status', 'listKeys', 'deliver']);
    await endpoint.stop();
  });

  it('says it again where it came too late, while that is still wanted', async () => {
    const { air, host, next, connection, seen, endpoint } = await between();
    await air.run(connection.status());
    next['to-car'].push(5_000);
    expect(await seen(connection.lock())).toBe('done');
    expect(host.executed).toEqual(['status', 'status', 'lock']);
    await endpoint.stop();
  });

  it('does not say it again once that is not wanted any more', async () => {
    const { air, host, next, connection, seen, endpoint } = await between();
    await air.run(connection.status());
    next['to-car'].push(10_000);
    expect(await seen(connection.lock())).toEqual(DROPPED);
    await air.clock.advance(50_000);
    expect(host.executed).toEqual(['status']);
    await endpoint.stop();
  });

  it('does not say it again after 10 s, however fresh the word is', async () => {
    const { air, host, next, connection, seen, endpoint } = await between();
    await air.run(connection.status());
    await air.clock.advance(6_000);
    next['from-car'].push(4_900, 3_900);
    next['to-car'].push(0, 0, 1_500, 4_900);
    expect(await seen(connection.lock())).toEqual(DROPPED);
    await air.clock.advance(50_000);
    expect(host.executed).toEqual(['status', 'status', 'status']);
    await endpoint.stop();
  });

  it('gives up on a car that always comes too late', async () => {
    const { air, host, connection, seen, endpoint } = await between();
    await air.run(connection.status());
    host.answer = () => Promise.resolve(refusedResult('too-late'));
    expect(await seen(connection.lock())).toEqual(DROPPED);
    expect(host.executed).toEqual(['status', 'lock', 'lock', 'lock']);
    await endpoint.stop();
  });

  it.each(['to-car', 'from-car'] as const)(
    'drops a wish after 10 s of waiting for a fresh word that is held back: %s',
    async (going) => {
      const { air, host, next, connection, seen, endpoint } = await between();
      await air.run(connection.status());
      await air.clock.advance(6_000);
      next[going].push(45_000);
      const asked = air.clock.now();
      expect(await seen(connection.lock({ timeoutMs: 60_000 }))).toEqual(DROPPED);
      expect(air.clock.now() - asked).toBe(10_000);
      await air.clock.advance(50_000);
      expect(host.executed).not.toContain('lock');
      await endpoint.stop();
    },
  );

  it('drops the first command of a link, too, when the challenge was held back', async () => {
    const { air, host, next, endpoint, key, seen } = await between();
    await endpoint.stop();
    const unlock = key.unlock();
    await air.clock.advance(9_000);
    next['from-car'].push(1_500);
    const back = await air.car(host);
    expect(await seen(unlock)).toEqual(DROPPED);
    expect(host.executed).toEqual([]);
    await back.endpoint.stop();
  });

  it('connects again where the challenge is held back for more than 2 s', async () => {
    const { host, next, endpoint, key, seen } = await between();
    next['from-car'].push(6_000);
    expect(await seen(key.unlock())).toBe('done');
    expect(host.executed).toEqual(['unlock']);
    await endpoint.stop();
  });

  it('waits as long as it is told for a car to come, and acts then', async () => {
    const { air, host, endpoint, key, seen } = await between();
    await endpoint.stop();
    const unlock = key.unlock({ timeoutMs: 60_000 });
    await air.clock.advance(40_000);
    const back = await air.car(host);
    expect(await seen(unlock)).toBe('done');
    expect(host.executed).toEqual(['unlock']);
    await back.endpoint.stop();
  });

  it.each([
    ['unlock', DROPPED],
    ['status', 'done'],
  ] as const)(
    'drops by default what acts and was asked for 10 s before the car came: %s',
    async (command, outcome) => {
      const { air, host, endpoint, key, seen } = await between();
      await endpoint.stop();
      const call: Promise<unknown> = key[command]();
      await air.clock.advance(10_100);
      const back = await air.car(host);
      expect(await seen(call)).toEqual(outcome);
      expect(host.executed).toEqual(outcome === 'done' ? [command] : []);
      await back.endpoint.stop();
    },
  );

  it('tells a car that has lost the time what it is, also long after the command', async () => {
    const { air, host, next, key, store, seen, endpoint } = await between();
    await store.update(host.name, (car) => ({ car: { ...car, role: 'owner' }, value: undefined }));
    host.answer = () => Promise.resolve({ ...DONE, clockLost: true });
    next['from-car'].push(0, 11_000);
    expect(await seen(key.lock())).toBe('done');
    expect(air.clock.now()).toBeGreaterThan(11_000);
    expect(host.executed).toEqual(['lock', 'status', 'setTime']);
    await endpoint.stop();
  });

  it.each([
    // ms before the PIN is typed, before the fresh word comes
    [1_000, 0, 'done'],
    [14_000, 0, 'done'],
    [14_000, 9_000, 'done'],
    [14_000, 10_000, DROPPED],
  ])('counts from when the PIN was typed: %i ms, %i ms', async (typing, held, outcome) => {
    const { air, host, next, connection, seen, endpoint } = await between();
    host.answer = (command) =>
      Promise.resolve(
        command.type === 'start' && command.pin === '' ? refusedResult('pin-needed') : DONE,
      );
    const pin = (): Promise<string> =>
      new Promise((resolve) => {
        air.clock.after(typing, () => {
          next['to-car'].push(held);
          resolve('4711');
        });
      });
    const came = await seen(connection.start({ pin, timeoutMs: 60_000 }));
    expect(came).toEqual(outcome);
    expect(host.executed.filter((type) => type === 'start')).toHaveLength(came === 'done' ? 2 : 1);
    await endpoint.stop();
  });
});
