import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import { PhoneKeyError } from '../../../../lib/errors.js';
import { DONE, TestHost, resultOf } from '../../../support/test-car.js';
import { UNLOCK } from '../session/sample.js';
import { IDENTITY, LOCK, ready } from '../../../support/memory-car.js';
import { deferred, settle } from '../../../support/waiting.js';
import { refusedResult } from '../../../../lib/domain/outcomes.js';
import type { Result } from '../../../../lib/domain/outcomes.js';
import { encodeCommand } from '../../../../lib/native/commands.js';

describe('a link of the car', () => {
  it('carries out the command of the proof, then sealed ones, and answers each', async () => {
    const { host, phone, command, events, endpoint } = await ready();
    const keys: unknown[] = [];
    const status = {
      locked: true,
      open: [],
      driveSecondsLeft: 0,
      speedLimit: null,
      pinNeeded: false,
    };
    expect(phone.result()).toMatchObject({ type: 'done' });
    host.answer = (_, key) => {
      keys.push(key);
      return Promise.resolve(resultOf({ type: 'status', status }));
    };
    await command(encodeCommand({ type: 'status' }));
    expect(phone.result()).toEqual({ type: 'status', status });
    expect(host.executed).toEqual(['unlock', 'status']);
    expect(keys).toEqual([host.enrolled[0]]);
    expect(events).toEqual([
      { type: 'link-opened' },
      { type: 'authenticated', key: host.enrolled[0] },
    ]);
    await endpoint.stop();
  });

  it.each([
    ['a command of the future', Uint8Array.of(0xa2, 0x06, 0x00)],
    ['no command', new Uint8Array(0)],
    ['junk', Uint8Array.of(0x0a, 0x7f)],
  ])('answers %s from a known phone with unknown-command', async (_, encoded) => {
    const { host, endpoint, phone, command, connect } = await ready();
    phone.result();
    await command(encoded);
    const refused = { type: 'refused', refusal: 'unknown-command' };
    expect(phone.result()).toMatchObject(refused);
    await command(LOCK);
    expect(phone.result()).toMatchObject({ type: 'done' });
    const other = await connect();
    await other.send(other.proof(IDENTITY, encoded));
    expect(other.result()).toMatchObject(refused);
    expect(host.executed).toEqual(['unlock', 'lock']);
    await endpoint.stop();
  });

  it.each([
    ['rejects', () => Promise.reject(new PhoneKeyError('sim.storage', 'disk full'))],
    ['rejects with something else', () => Promise.reject(new Error('bug'))],
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
  ])('answers with a fault when the host %s, and goes on', async (_, answer) => {
    const host = new TestHost();
    host.answer = answer;
    const { phone, command, endpoint, warnings } = await ready({ host });
    expect(phone.result()).toEqual({ type: 'refused', refusal: 'fault' });
    expect(warnings).toEqual(['internal error of the car']);
    host.answer = () => Promise.resolve(DONE);
    await command(LOCK);
    expect(phone.result()).toMatchObject({ type: 'done' });
    await endpoint.stop();
  });

  it('ignores what comes before the answer to the last command', async () => {
    const { clock, host, phone, command, endpoint } = await ready();
    phone.result();
    const answer = deferred<Result>();
    host.answer = () => answer.promise;
    await command(LOCK);
    await phone.send({ case: 'sealed', value: new Uint8Array(18) });
    await phone.sendBytes(Uint8Array.of(0xff));
    await phone.send({ case: 'pairStart', value: { share: new Uint8Array(65) } });
    expect(phone.received).toHaveLength(2);
    answer.resolve(refusedResult('door-open'));
    await settle(clock);
    expect(phone.result()).toEqual({ type: 'refused', refusal: 'door-open' });
    host.answer = () => Promise.resolve(DONE);
    await command(UNLOCK);
    expect(phone.result()).toMatchObject({ type: 'done' });
    expect(host.executed).toEqual(['unlock', 'lock', 'unlock']);
    await endpoint.stop();
  });

  it.each([
    ['flipped', (sealed: Uint8Array) => flip(sealed, 5)],
    ['truncated', (sealed: Uint8Array) => sealed.slice(1)],
  ])('closes without a word on a sealed command that is %s', async (_, change) => {
    const { clock, host, phone, endpoint } = await ready();
    await phone.send({ case: 'sealed', value: change(phone.sealed(LOCK).value) });
    await settle(clock);
    expect(phone.closedAt).toBe(0);
    expect(phone.received).toHaveLength(2);
    expect(host.executed).toEqual(['unlock']);
    await endpoint.stop();
  });

  it('closes on a replayed and on a skipped command', async () => {
    for (const replay of [true, false]) {
      const { clock, host, phone, endpoint } = await ready();
      const first = phone.sealed(LOCK);
      const second = phone.sealed(LOCK);
      if (replay) await phone.send(first);
      await phone.send(replay ? first : second);
      await settle(clock);
      expect(phone.closedAt).toBe(0);
      expect(host.executed).toEqual(replay ? ['unlock', 'lock'] : ['unlock']);
      await endpoint.stop();
    }
  });

  it('closes when a proven phone sends anything but a sealed command', async () => {
    const { clock, host, phone, endpoint } = await ready();
    host.open = true;
    await phone.send({ case: 'pairStart', value: { share: new Uint8Array(65) } });
    await settle(clock);
    expect(phone.closedAt).toBe(0);
    expect(host.tries).toBe(0);
    await endpoint.stop();
  });
});
