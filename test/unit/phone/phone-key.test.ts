import { describe, expect, it } from '@jest/globals';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import type { TraceEvent } from '../../../lib/link/message-link.js';
import { startEndpoint } from '../../support/test-car.js';
import { cheapSuite } from '../../support/cheap-suite.js';

const pairedPhone = async () => {
  const radio = new MemoryRadio();
  const { host, endpoint, events } = await startEndpoint({ peripheral: radio.peripheral() });
  host.open = true;
  endpoint.pairingChanged();
  const trace: TraceEvent[] = [];
  const store = new MemoryCarStore();
  const phone = new PhoneKey({
    central: radio.central(),
    store,
    name: 'Ada',
    suite: cheapSuite,
    trace: (event) => trace.push(event),
  });
  const car = await phone.pair({ code: '1234 5678' });
  host.open = false;
  trace.length = 0;
  return { radio, host, endpoint, events, phone, store, car, trace };
};

describe('PhoneKey', () => {
  it('pairs, then unlocks in one round trip of at most 200 bytes', async () => {
    const { host, phone, car, trace, endpoint } = await pairedPhone();
    expect(car).toMatchObject({ name: 'Test car', state: 'paired', role: 'owner', slot: 0 });
    await phone.unlock();
    expect(host.executed).toEqual(['unlock']);
    expect(trace.map(({ kind }) => kind)).toEqual(['Hello', 'Proof', 'Sealed']);
    expect(trace.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(200);
    await endpoint.stop();
  });

  it('runs several commands over one link', async () => {
    const { host, phone, trace, endpoint } = await pairedPhone();
    const connection = await phone.connect();
    await Promise.all([connection.unlock(), connection.start(), connection.lock()]);
    await connection.close();
    expect(host.executed).toEqual(['unlock', 'start', 'lock']);
    expect(trace.map(({ kind }) => kind)).toEqual([
      'Hello',
      'Proof',
      ...Array<string>(5).fill('Sealed'),
    ]);
    await endpoint.stop();
  });

  it('is told nothing but a new challenge when its key was removed', async () => {
    const { host, phone, endpoint } = await pairedPhone();
    host.enrolled.length = 0;
    await expect(phone.unlock()).rejects.toMatchObject({
      code: 'car.not-recognised',
      mayHaveSucceeded: false,
    });
    expect(host.executed).toEqual([]);
    await endpoint.stop();
  });
});
