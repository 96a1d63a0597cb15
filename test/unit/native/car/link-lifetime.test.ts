import { describe, expect, it } from '@jest/globals';
import { PAIRING_MS } from '../../../../lib/car/host.js';
import type { CredentialHost } from '../../../../lib/car/host.js';
import type { KeyEntry, Result } from '../../../../lib/domain/outcomes.js';
import {
  LAST_WORD_MS,
  READY_IDLE_MS,
  REFUSAL_DELAY_MS,
} from '../../../../lib/native/car/link-state.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { LEAST_PATIENCE_MS, MOST_PATIENCE_MS } from '../../../../lib/radio/patience.js';
import { encodeCommand } from '../../../../lib/native/commands.js';
import { DONE, resultOf, TestHost } from '../../../support/test-car.js';
import { keyPair, UNLOCK } from '../session/sample.js';
import { LOCK, ready, startCar } from '../../../support/memory-car.js';
import { deferred, settle } from '../../../support/waiting.js';

const stranger = keyPair(defaultSuite, 'stranger');

describe('a link of the car', () => {
  it('closes after 6 s without a right proof, whatever else was sent', async () => {
    const { clock, connect, endpoint, events } = await startCar();
    const silent = await connect();
    const trying = await connect();
    for (let second = 0; second < 4; second += 2) {
      await clock.advance(2_000);
      await trying.send(trying.proof(stranger, UNLOCK));
    }
    await clock.advance(MOST_PATIENCE_MS - 4_000 - 1);
    expect([silent.closedAt, trying.closedAt]).toEqual([undefined, undefined]);
    await clock.advance(1);
    await settle(clock);
    expect([silent.closedAt, trying.closedAt]).toEqual([6_000, 6_000]);
    expect(events.filter(({ type }) => type === 'link-closed')).toEqual([
      { type: 'link-closed', why: 'idle' },
      { type: 'link-closed', why: 'idle' },
    ]);
    await endpoint.stop();
  });

  it('gives the next one half of the time, but no less than half a second', async () => {
    const { clock, connect, endpoint } = await startCar();
    for (const ms of [MOST_PATIENCE_MS, 3_000, 1_500, 750, LEAST_PATIENCE_MS, LEAST_PATIENCE_MS]) {
      const silent = await connect();
      const since = clock.now();
      await clock.advance(ms - 1);
      expect(silent.closedAt).toBeUndefined();
      await clock.advance(1);
      await settle(clock);
      expect(silent.closedAt).toBe(since + ms);
    }
    await endpoint.stop();
  });

  it('loses no patience with a phone that has proved itself, however long it stays', async () => {
    const { clock, phone, endpoint, connect } = await ready();
    await clock.advance(READY_IDLE_MS);
    await settle(clock);
    expect(phone.closedAt).toBe(READY_IDLE_MS);
    const silent = await connect();
    await clock.advance(MOST_PATIENCE_MS - 1);
    expect(silent.closedAt).toBeUndefined();
    await endpoint.stop();
  });

  it('closes 60 s after the last command of a proven phone', async () => {
    const { clock, phone, command, endpoint } = await ready();
    await clock.advance(READY_IDLE_MS - 1);
    await command(LOCK);
    await clock.advance(READY_IDLE_MS - 1);
    expect(phone.closedAt).toBeUndefined();
    await clock.advance(1);
    await settle(clock);
    expect(phone.closedAt).toBe(60_000 - 1 + 60_000);
    await endpoint.stop();
  });

  it('closes 30 s after PairStart, and a PairConfirm gives no more time', async () => {
    const { clock, host, connect, endpoint } = await startCar();
    host.open = true;
    const phone = await connect();
    await clock.advance(5_000);
    await phone.send(phone.pairStart(host.code));
    await clock.advance(20_000);
    await phone.send(phone.pairConfirm());
    expect(phone.last.case).toBe('pairOffer');
    await clock.advance(PAIRING_MS - 20_000 - 1);
    expect(phone.closedAt).toBeUndefined();
    await clock.advance(1);
    await settle(clock);
    expect(phone.closedAt).toBe(35_000);
    await endpoint.stop();
  });

  it('stays for a command that takes longer than any timeout', async () => {
    const { clock, host, phone, command, endpoint } = await ready();
    phone.result();
    const answer = deferred<Result>();
    host.answer = () => answer.promise;
    await command(LOCK);
    await clock.advance(2 * READY_IDLE_MS);
    answer.resolve(DONE);
    await settle(clock);
    expect(phone.result()).toMatchObject({ type: 'done' });
    await clock.advance(READY_IDLE_MS);
    await settle(clock);
    expect(phone.closedAt).toBe(3 * READY_IDLE_MS);
    await endpoint.stop();
  });

  it('sends nothing to a phone that has gone, and keeps no timer for it', async () => {
    const { clock, host, radio, events, command, endpoint } = await ready();
    const answer = deferred<Result>();
    host.answer = () => answer.promise;
    await command(LOCK);
    radio.links[0]?.phone.lose();
    await settle(clock);
    answer.resolve(DONE);
    await settle(clock);
    expect(host.executed).toEqual(['unlock', 'lock']);
    expect(events.at(-1)).toMatchObject({ type: 'link-closed', why: 'lost' });
    expect(clock.pending).toBe(1); // the rotation of the advertisement
    await endpoint.stop();
    expect(clock.pending).toBe(0);
  });
});

it('a phone that was refused for its grant, and does not hang up, is closed with that reason', async () => {
  const credentials: CredentialHost = {
    admit: () => Promise.resolve('expired'),
    receive: () => Promise.resolve(),
  };
  const host = Object.assign(new TestHost(), { credentials });
  const { clock, connect, events, endpoint } = await startCar({ host });
  const phone = await connect();
  const grant = { grants: new Uint8Array(115), name: 'guest' };
  await phone.send(phone.proof(stranger, encodeCommand({ type: 'unlock' }, grant)));
  expect(phone.result()).toEqual({ type: 'refused', refusal: 'expired' });
  await clock.advance(LAST_WORD_MS);
  await settle(clock);
  expect(phone.closedAt).toBe(LAST_WORD_MS);
  expect(events.at(-1)).toMatchObject({ type: 'link-closed', why: 'refused: expired' });
  await endpoint.stop();
});

describe('a key that is removed', () => {
  it('loses its link at once, and no other key does', async () => {
    const { clock, host, endpoint, phone, connect } = await ready();
    const other = await connect();
    host.enrol(stranger.publicKey);
    await other.send(other.proof(stranger, UNLOCK));
    const unproven = await connect();
    const [key] = host.enrolled.splice(0, 1);
    endpoint.keyRemoved(key?.publicKey ?? new Uint8Array(0));
    await settle(clock);
    expect(phone.closedAt).toBe(0);
    expect(phone.received).toHaveLength(2);
    expect([other.closedAt, unproven.closedAt]).toEqual([undefined, undefined]);
    await endpoint.stop();
  });

  it('is told the result of the command that removed it, and then nothing', async () => {
    const { clock, host, endpoint, phone, command, events } = await ready();
    phone.result();
    host.answer = (_, key) => {
      host.enrolled.length = 0;
      endpoint.keyRemoved(key.publicKey);
      return Promise.resolve(DONE);
    };
    await command(LOCK);
    expect(phone.result()).toMatchObject({ type: 'done' });
    await command(UNLOCK);
    await clock.advance(LAST_WORD_MS - 1);
    expect(phone.closedAt).toBeUndefined();
    await clock.advance(1);
    await settle(clock);
    expect(phone.closedAt).toBe(LAST_WORD_MS);
    expect(phone.received).toHaveLength(3);
    expect(host.executed).toEqual(['unlock', 'lock']);
    expect(events.at(-1)).toMatchObject({ type: 'link-closed', why: 'key removed' });
    await endpoint.stop();
  });

  it('does nothing more even if nobody told the endpoint', async () => {
    const { clock, host, endpoint, phone, command } = await ready();
    host.enrolled.length = 0;
    await command(LOCK);
    await settle(clock);
    expect(host.executed).toEqual(['unlock']);
    expect(phone.closedAt).toBe(0);
    await endpoint.stop();
  });
});

it('closes when the answer of its host does not fit into a message', async () => {
  const { clock, host, phone, command, events, endpoint } = await ready();
  const key: Omit<KeyEntry, 'slot'> = {
    name: 'x'.repeat(32),
    formFactor: 'unknown',
    role: 'none',
    fingerprint: '00'.repeat(8),
    own: false,
    suspended: false,
    notAfter: null,
    usesLeft: null,
    grantedBy: null,
  };
  const keys = Array.from({ length: 60 }, (_, slot) => ({ ...key, slot }));
  host.answer = () => Promise.resolve(resultOf({ type: 'keys', keys }));
  await command(encodeCommand({ type: 'listKeys' }));
  await settle(clock);
  expect(phone.closedAt).toBe(0);
  expect(events.at(-1)).toMatchObject({ type: 'link-closed', why: 'sending failed' });
  expect(clock.pending).toBe(1); // the rotation of the advertisement
  await endpoint.stop();
});

it('a refusal that is due after the link closed is not sent', async () => {
  const { clock, connect, endpoint, radio } = await startCar();
  const phone = await connect();
  await phone.send(phone.proof(stranger, UNLOCK));
  radio.links[0]?.car.lose();
  await clock.advance(REFUSAL_DELAY_MS);
  expect(phone.received).toHaveLength(1);
  expect(clock.pending).toBe(1);
  await endpoint.stop();
});
