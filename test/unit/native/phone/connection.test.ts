import { describe, expect, it } from '@jest/globals';
import { DONE, resultOf } from '../../../support/test-car.js';
import { deferred } from '../../../support/waiting.js';
import { refusedResult } from '../../../../lib/domain/outcomes.js';
import type { Result, KeyEntry, VehicleStatus } from '../../../../lib/domain/outcomes.js';
import { introduced } from '../../phone/setup.js';

const STATUS: VehicleStatus = {
  locked: true,
  open: [],
  driveSecondsLeft: 0,
  speedLimit: null,
  pinNeeded: false,
};

const connected = async () => {
  const all = await introduced();
  return { ...all, connection: await all.air.run(all.key.connect()) };
};

describe('CarConnection', () => {
  it('runs concurrent commands in the order of the calls, each with its own answer', async () => {
    const { air, host, connection, endpoint } = await connected();
    host.answer = (command) =>
      Promise.resolve(
        command.type === 'status'
          ? resultOf({ type: 'status', status: { ...STATUS, driveSecondsLeft: 7 } })
          : command.type === 'lock'
            ? refusedResult('door-open')
            : DONE,
      );
    const answers = await air.run(
      Promise.allSettled([connection.unlock(), connection.lock(), connection.status()]),
    );
    expect(host.executed).toEqual(['unlock', 'lock', 'status']);
    expect(answers).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'car.refused', temporary: true } },
      { status: 'fulfilled', value: { driveSecondsLeft: 7 } },
    ]);
    await endpoint.stop();
  });

  it('gives the car the id of a command, in the proof and after it', async () => {
    const { air, host, connection, endpoint } = await connected();
    const ids: unknown[] = [];
    host.answer = ({ id }) => {
      ids.push(id);
      return Promise.resolve(DONE);
    };
    const [first, second] = [1, 2].map((n) => new Uint8Array(8).fill(n)) as [
      Uint8Array,
      Uint8Array,
    ];
    await air.run(connection.command({ type: 'unlock', id: first }));
    await air.run(connection.command({ type: 'lock', id: second }));
    await air.run(connection.unlock());
    expect(ids).toEqual([first, second, undefined]);
    const short = connection.command({ type: 'unlock', id: new Uint8Array(7) });
    await expect(air.run(short)).rejects.toMatchObject({ code: 'usage.invalid' });
    expect(ids).toHaveLength(3);
    expect(connection.usable).toBe(true);
    await endpoint.stop();
  });

  it.each([
    // ms of idling, Proofs that it takes
    [3_000, 1],
    [4_500, 1],
    [5_000, 2],
    [5_500, 2],
  ])('unlocks after %i ms with %i proofs', async (idle, proofs) => {
    const { air, host, connection, trace, endpoint } = await connected();
    await air.clock.advance(idle);
    await air.run(connection.unlock());
    expect(host.executed).toEqual(['unlock']);
    expect(trace.filter(({ kind }) => kind === 'Proof')).toHaveLength(proofs);
    await endpoint.stop();
  });

  it.each([
    [0, 1],
    [5_000, 2],
  ])('gives up after %i ms and %i proofs with a key that was removed', async (idle, proofs) => {
    const { air, host, connection, trace, endpoint } = await connected();
    host.enrolled.length = 0;
    await air.clock.advance(idle);
    await expect(air.run(connection.unlock())).rejects.toMatchObject({
      code: 'car.not-recognised',
      mayHaveSucceeded: false,
    });
    expect(trace.filter(({ kind }) => kind === 'Proof')).toHaveLength(proofs);
    await endpoint.stop();
  });

  it('never takes a late answer for that of the next command', async () => {
    const { air, host, connection, endpoint } = await connected();
    await air.run(connection.status().catch(() => undefined));
    const late = deferred<Result>();
    host.answer = () => late.promise;
    await expect(air.run(connection.unlock({ timeoutMs: 1_000 }))).rejects.toMatchObject({
      code: 'car.outcome-unknown',
    });
    const lock = connection.lock().then(
      () => 'locked',
      (error: unknown) => error,
    );
    late.resolve(DONE);
    expect(await air.run(lock)).toMatchObject({
      code: 'radio.link-lost',
      mayHaveSucceeded: false,
    });
    expect(host.executed).toEqual(['status', 'unlock']);
    await endpoint.stop();
  });

  it('goes on after a command that was aborted before it was sent', async () => {
    const { air, host, connection, endpoint } = await connected();
    await air.run(connection.unlock());
    await expect(air.run(connection.lock({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'interrupted',
      mayHaveSucceeded: false,
    });
    await air.run(connection.start());
    expect(host.executed).toEqual(['unlock', 'start']);
    await endpoint.stop();
  });

  it('does not send a command whose time ran out while it waited its turn', async () => {
    const { air, host, connection, endpoint } = await connected();
    const slow = deferred<Result>();
    host.answer = () => slow.promise;
    const first = connection.unlock();
    const second = connection.lock({ timeoutMs: 1_000 }).catch((error: unknown) => error);
    await air.clock.advance(2_000);
    slow.resolve(DONE);
    await air.run(first);
    expect(await air.run(second)).toMatchObject({ code: 'car.silent', mayHaveSucceeded: false });
    host.answer = () => Promise.resolve(DONE);
    await air.run(connection.start());
    expect(host.executed).toEqual(['unlock', 'start']);
    await endpoint.stop();
  });

  it('hangs up on a car that talks without being asked', async () => {
    const { air, host, connection, endpoint } = await connected();
    const sealed = Uint8Array.of(0, 18, 0x12, 16, ...new Uint8Array(16));
    for (let message = 0; message < 5; message++) await air.radio.links[0]?.car.send(sealed);
    await air.clock.advance(0);
    await expect(air.run(connection.unlock())).rejects.toMatchObject({
      code: 'protocol.order',
      mayHaveSucceeded: false,
    });
    expect(host.executed).toEqual([]);
    await endpoint.stop();
  });

  it('sends nothing once it is closed', async () => {
    const { air, host, connection, endpoint } = await connected();
    await air.run(connection.unlock());
    await connection.close();
    await expect(air.run(connection.lock())).rejects.toMatchObject({
      code: 'radio.link-lost',
      mayHaveSucceeded: false,
    });
    expect(host.executed).toEqual(['unlock']);
    await endpoint.stop();
  });

  it('notices that the car closed the link while it was idle', async () => {
    const { air, connection, endpoint } = await connected();
    await air.run(connection.unlock());
    await air.clock.advance(60_000);
    await expect(air.run(connection.lock())).rejects.toMatchObject({
      code: 'radio.link-lost',
      mayHaveSucceeded: false,
    });
    await endpoint.stop();
  });

  it.each([-1, 1.5, 2 ** 32, Number.NaN])('refuses the slot %d', async (slot) => {
    const { air, host, connection, endpoint } = await connected();
    await expect(air.run(connection.removeKey(slot))).rejects.toMatchObject({
      code: 'usage.invalid',
    });
    expect(host.executed).toEqual([]);
    await endpoint.stop();
  });
});

describe('what an answer means', () => {
  it.each([
    ['not-permitted', 'car.not-permitted', false, false],
    ['unknown-command', 'car.refused', false, false],
    ['door-open', 'car.refused', true, false],
    ['driving', 'car.refused', true, false],
    ['no-such-key', 'car.refused', false, false],
    ['last-owner', 'car.refused', false, false],
    ['fault', 'car.refused', true, true],
    ['unknown', 'car.refused', false, false],
  ] as const)('refusal %s is %s', async (reason, code, temporary, mayHaveSucceeded) => {
    const { air, host, key, endpoint } = await introduced();
    host.answer = () => Promise.resolve(refusedResult(reason));
    await expect(air.run(key.unlock())).rejects.toMatchObject({
      code,
      temporary,
      mayHaveSucceeded,
      hint: expect.stringMatching(/[.]$|: key [a-z ]+[.]?$/),
    });
    await endpoint.stop();
  });

  it('a car on the road says so, and not that somebody may drive it', async () => {
    const { air, host, key, endpoint } = await introduced();
    host.answer = () => Promise.resolve(refusedResult('driving'));
    await expect(air.run(key.lock())).rejects.toMatchObject({
      message: 'the car is being driven',
      hint: expect.stringContaining('Park'),
    });
    await endpoint.stop();
  });

  it('a status names what is open', async () => {
    const { air, host, key, endpoint } = await introduced();
    const status: VehicleStatus = {
      locked: true,
      open: ['front-left', 'rear-right', 'frunk'],
      driveSecondsLeft: 119,
      speedLimit: 30,
      pinNeeded: true,
    };
    host.answer = () =>
      Promise.resolve({ ...resultOf({ type: 'status', status }), clockLost: true });
    expect(await air.run(key.status())).toEqual({ ...status, clockLost: true });
    await endpoint.stop();
  });

  it('a list of keys has roles, fingerprints and whose they are', async () => {
    const { air, host, key, endpoint } = await introduced();
    const unbounded = {
      formFactor: 'unknown',
      fingerprint: '00010203040506ff',
      own: false,
      suspended: false,
      notAfter: null,
      usesLeft: null,
      grantedBy: null,
    } as const;
    const keys: KeyEntry[] = [
      { ...unbounded, slot: 0, name: 'Ada', role: 'owner', own: true, formFactor: 'watch' },
      { ...unbounded, slot: 2, name: 'Bob', role: 'driver' },
      {
        ...unbounded,
        slot: 3,
        name: 'Eve',
        role: 'guest',
        suspended: true,
        notAfter: 1_800_000_000,
        usesLeft: 0,
        grantedBy: 0,
      },
      { ...unbounded, slot: 4, name: 'Zoe', role: 'driver', grantedBy: 2 },
    ];
    host.answer = () => Promise.resolve(resultOf({ type: 'keys', keys }));
    expect(await air.run(key.listKeys())).toEqual(keys);
    await endpoint.stop();
  });

  it.each(['unlock', 'status', 'listKeys'] as const)(
    'another kind of answer than %s wants is an error',
    async (call) => {
      const { air, host, key, endpoint } = await introduced();
      const status = resultOf({ type: 'status', status: STATUS });
      host.answer = () => Promise.resolve(call === 'unlock' ? status : DONE);
      await expect(air.run<unknown>(key[call]())).rejects.toMatchObject({
        code: 'protocol.malformed',
      });
      await endpoint.stop();
    },
  );

  it('each call sends its own command', async () => {
    const { air, host, key, endpoint } = await introduced();
    const commands: unknown[] = [];
    host.answer = (command) => {
      commands.push(command);
      return Promise.resolve(DONE);
    };
    for (const call of ['unlock', 'lock', 'start', 'trunk', 'frunk'] as const) {
      await air.run(key[call]());
    }
    await air.run(key.removeKey(3));
    expect(host.executed).toEqual(['unlock', 'lock', 'start', 'trunk', 'frunk', 'removeKey']);
    expect(commands.at(-1)).toEqual({ type: 'removeKey', slot: 3 });
    await endpoint.stop();
  });
});
