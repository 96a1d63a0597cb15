import { describe, expect, it } from '@jest/globals';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type { Advertisement } from '../../../lib/radio/types.js';
import { FakeNoble, FakePeripheral } from './fake-noble.js';
import { connect, heard, linked, open, settle } from './noble-setup.js';
import { outcome } from './outcome.js';
import type { AdvertisingFields } from '../../../lib/link/advertising.js';
import { nativeProfile, nativeScan } from '../../../lib/index.js';

describe('opening a central over noble', () => {
  it.each([
    ['unauthorized', /setcap/, 0],
    ['unsupported', /Low Energy/, 0],
    ['poweredOff', /bluetoothctl power on/, 5000],
    [null, /does not answer/, 5000],
  ])('says what to do when the adapter is %s', async (state, hint, ms) => {
    const noble = new FakeNoble(state);
    noble.state = state ?? 'unknown';
    const clock = new SimClock();
    const opened = outcome(openNobleCentral({ load: noble.load, clock }));
    await clock.advance(Math.max(0, ms - 1));
    expect(opened.done).toBe(ms === 0);
    await clock.advance(1);
    expect(opened.error?.code).toBe('radio.unavailable');
    expect(opened.error?.hint).toMatch(hint);
    expect(noble.closed).toBe(1);
    expect(clock.pending).toBe(0);
    expect(noble.ownListeners).toBe(0);
  });

  it('waits for an adapter that comes up later', async () => {
    const noble = new FakeNoble('poweredOff');
    const clock = new SimClock();
    const opened = outcome(openNobleCentral({ load: noble.load, clock }));
    await clock.advance(1500);
    noble.become('poweredOn');
    await clock.advance(0);
    expect(opened.value).toBeDefined();
  });

  it('translates the warning that noble gives instead of an error', async () => {
    const noble = new FakeNoble(null);
    const clock = new SimClock();
    const opened = outcome(openNobleCentral({ load: noble.load, clock }));
    await clock.advance(0);
    noble.emit('warning', 'Initialization of USB device failed: ENODEV, No such device');
    await clock.advance(0);
    expect(opened.error?.hint).toMatch(/plug one in/);
  });

  it('drops packets on which noble throws', async () => {
    const noble = new FakeNoble();
    const packets: number[] = [];
    const host = Object.assign(new FakeNoble(), {
      onSocketData: (packet: Uint8Array) => {
        packets.push(packet.length);
        if (packet.length === 0) throw new RangeError('out of range');
      },
    });
    Object.assign(noble, { _bindings: { _hci: host } });
    await open(noble);
    host.onSocketData(new Uint8Array(0));
    host.onSocketData(new Uint8Array(3));
    expect(packets).toEqual([0, 3]);
  });
});

describe('scanning', () => {
  it('reports our service again and again, and nothing else', async () => {
    const { noble, clock, central } = await open();
    const stop = new AbortController();
    const found: Advertisement[] = [];
    const scan = outcome(central.scan([nativeScan], (each) => found.push(each), stop.signal));
    await settle(clock);
    expect(noble.calls).toEqual(['startScanning 9d1f5a007c524b6e9a431f0c6e2b7d10 true']);
    const car = new FakePeripheral(noble);
    const bare = new FakePeripheral(noble, 'bare');
    bare.advertisement = { ...bare.advertisement, serviceData: [] };
    const other = new FakePeripheral(noble, 'other');
    other.advertisement = { serviceUuids: ['180d'], serviceData: [] };
    const noRssi = new FakePeripheral(noble, 'no-rssi');
    noRssi.rssi = 127;
    for (const each of [car, other, noRssi, bare, car]) noble.emit('discover', each);
    expect(found.map(({ id }) => id)).toEqual(['car1', 'bare', 'car1']);
    const uuid = nativeProfile.service;
    const heard = { rssi: -60, services: [uuid] };
    const serviceData = [{ uuid, data: Uint8Array.of(7, 7) }];
    expect(found[0]).toEqual({ ...heard, id: 'car1', serviceData });
    expect(found[1]).toEqual({ ...heard, id: 'bare', serviceData: [] });
    stop.abort();
    await settle(clock);
    expect(scan).toEqual({ done: true });
    expect(noble.calls).toContain('stopScanning');
    noble.emit('discover', car);
    expect(found).toHaveLength(3);
  });

  it('looks for what all scans want, and reports to each what it wants', async () => {
    const { noble, clock, central } = await open();
    const [ours, other] = [new AbortController(), new AbortController()];
    const found: string[] = [];
    const note = (who: string) => (heard: Advertisement) => found.push(`${who} ${heard.id}`);
    const heartRate = {
      service: '180d',
      matches: (heard: AdvertisingFields) => heard.localName === 'heart',
    };
    void outcome(central.scan([nativeScan], note('ours'), ours.signal));
    await settle(clock);
    void outcome(central.scan([heartRate, nativeScan], note('both'), other.signal));
    await settle(clock);
    const heart = new FakePeripheral(noble, 'heart');
    heart.advertisement = { serviceUuids: ['180d'], serviceData: [], localName: 'heart' };
    for (const each of [heart, new FakePeripheral(noble)]) noble.emit('discover', each);
    expect(found).toEqual(['both heart', 'ours car1', 'both car1']);
    other.abort();
    await settle(clock);
    const native = '9d1f5a007c524b6e9a431f0c6e2b7d10';
    expect(noble.calls).toEqual([
      `startScanning ${native} true`,
      'stopScanning',
      `startScanning 180d,${native} true`,
      'stopScanning',
      `startScanning ${native} true`,
    ]);
    ours.abort();
    await settle(clock);
  });

  it('fails when the adapter does not start to scan', async () => {
    const { noble, clock, central } = await open();
    noble.mute.add('startScanning');
    const scan = outcome(central.scan([nativeScan], () => undefined, new AbortController().signal));
    await clock.advance(5000);
    expect(scan.error?.code).toBe('radio.scan-failed');
    expect(clock.pending).toBe(0);
  });

  it('does not start for a signal that was aborted', async () => {
    const { noble, central } = await open();
    await central.scan([nativeScan], () => undefined, AbortSignal.abort());
    expect(noble.calls).toEqual([]);
  });

  it('starts again when another program stops it', async () => {
    const { noble, clock, central } = await open();
    void outcome(central.scan([nativeScan], () => undefined, new AbortController().signal));
    await settle(clock);
    noble.emit('scanStop');
    await clock.advance(1000);
    expect(noble.calls.filter((call) => call.startsWith('startScanning'))).toHaveLength(2);
  });

  it('ends when the adapter goes off, and works again when it is back', async () => {
    const { noble, clock, central } = await open();
    const scan = outcome(central.scan([nativeScan], () => undefined, new AbortController().signal));
    await settle(clock);
    noble.become('poweredOff');
    await settle(clock);
    expect(scan.error?.code).toBe('radio.unavailable');
    await expect(
      central.scan([nativeScan], () => undefined, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'radio.unavailable' });
    noble.become('poweredOn');
    await heard(central, clock, new FakePeripheral(noble));
  });
});

describe('connecting', () => {
  it('finds the service and takes the smaller MTU', async () => {
    const { attempt } = await connect();
    expect(attempt.value?.mtu).toBe(256);
  });

  it.each([
    [null, 23],
    [23, 23],
    [517, 256],
    [5, 23],
  ])('understands an MTU of %p as %d', async (offered, mtu) => {
    const { noble, clock, central } = await open();
    const peripheral = new FakePeripheral(noble);
    peripheral.offeredMtu = offered;
    const link = outcome(central.connect(await heard(central, clock, peripheral), nativeProfile));
    await settle(clock);
    expect(link.value?.mtu).toBe(mtu);
  });

  it("looks for the service whatever it remembers, where the stack is the system's own", async () => {
    const { attempt, clock, peripheral } = await connect({ attHandle: 11 });
    const link = attempt.value;
    if (link === undefined) throw attempt.error ?? new Error('no link');
    expect(link.attHandle).toBeUndefined();
    const opened = outcome(link.open({ data: () => undefined, closed: () => undefined }));
    await settle(clock);
    expect(opened).toEqual({ done: true });
    expect(peripheral.handleWrites).toEqual([]);
  });

  it('stops scanning meanwhile and goes on afterwards', async () => {
    const { noble, clock, central } = await open();
    void outcome(central.scan([nativeScan], () => undefined, new AbortController().signal));
    await settle(clock);
    const peripheral = new FakePeripheral(noble);
    noble.emit('discover', peripheral);
    const advertisement = { id: 'car1', rssi: -60 };
    const link = outcome(central.connect(advertisement, nativeProfile));
    await settle(clock);
    expect(link.value).toBeDefined();
    expect(noble.calls.map((call) => call.split(' ')[0])).toEqual([
      'startScanning',
      'stopScanning',
      'startScanning',
    ]);
  });

  it('gives up a connection that never completes, and leaves nothing', async () => {
    const { noble, clock, central } = await open();
    noble.mute.add('connect');
    const peripheral = new FakePeripheral(noble);
    const advertisement = await heard(central, clock, peripheral);
    const attempt = outcome(central.connect(advertisement, nativeProfile, { timeoutMs: 3000 }));
    await clock.advance(2999);
    expect(attempt.done).toBe(false);
    await clock.advance(1);
    expect(attempt.error?.code).toBe('radio.timeout');
    expect(noble.calls).toContain('cancelConnect');
    expect(clock.pending).toBe(0);
  });

  it('ends a connection that comes up after it was given up', async () => {
    const { noble, clock, central } = await open();
    noble.mute.add('connect').add('cancelConnect');
    const peripheral = new FakePeripheral(noble);
    const attempt = outcome(
      central.connect(await heard(central, clock, peripheral), nativeProfile),
    );
    await clock.advance(11_000);
    expect(attempt.error?.code).toBe('radio.timeout');
    peripheral.connected();
    await settle(clock);
    expect(peripheral.state).toBe('disconnected');
    expect(noble.calls.filter((call) => call === 'disconnect')).toHaveLength(1);
  });

  it('is interrupted by its signal, also while it waits for its turn', async () => {
    const { noble, clock, central } = await open();
    noble.mute.add('connect');
    const first = new FakePeripheral(noble);
    const second = new FakePeripheral(noble, 'car2');
    const one = await heard(central, clock, first);
    const two = await heard(central, clock, second);
    const stop = new AbortController();
    const running = outcome(central.connect(one, nativeProfile, { signal: stop.signal }));
    const waiting = outcome(central.connect(two, nativeProfile, { signal: stop.signal }));
    await clock.advance(10);
    stop.abort();
    await settle(clock);
    expect(running.error?.code).toBe('interrupted');
    expect(waiting.error?.code).toBe('interrupted');
    expect(second.connects).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('tries again when the connection fails to establish', async () => {
    const { noble, clock, central } = await open();
    const peripheral = new FakePeripheral(noble);
    const failure = new Error('Connection Failed to be Established (0x3e)');
    peripheral.connectErrors = Array<Error>(5).fill(failure);
    const link = outcome(central.connect(await heard(central, clock, peripheral), nativeProfile));
    await settle(clock);
    for (let connects = 1; connects <= 5; connects++) {
      expect(link.done).toBe(false);
      expect(peripheral.connects).toBe(connects);
      await clock.advance(100);
      await settle(clock);
    }
    expect(link.value).toBeDefined();
    expect(peripheral.connects).toBe(6);
  });

  it('fails with the last failure when there is no time for another attempt', async () => {
    const { noble, clock, central } = await open();
    const peripheral = new FakePeripheral(noble);
    peripheral.connectErrors = ['first', 'second', 'third', 'fourth'].map(
      (each) => new Error(each),
    );
    const advertisement = await heard(central, clock, peripheral);
    const link = outcome(central.connect(advertisement, nativeProfile, { timeoutMs: 250 }));
    for (const pause of [0, 100, 100]) {
      await clock.advance(pause);
      await settle(clock);
    }
    expect(link.error).toMatchObject({ code: 'radio.connect-failed', temporary: true });
    expect(link.error?.message).toContain('third');
    expect(clock.pending).toBe(0);
  });

  it('is interrupted between two attempts', async () => {
    const { noble, clock, central } = await open();
    const peripheral = new FakePeripheral(noble);
    peripheral.connectErrors = [new Error('first')];
    const stop = new AbortController();
    const advertisement = await heard(central, clock, peripheral);
    const link = outcome(central.connect(advertisement, nativeProfile, { signal: stop.signal }));
    await clock.advance(50);
    stop.abort();
    await settle(clock);
    expect(link.error?.code).toBe('interrupted');
    expect(clock.pending).toBe(0);
  });

  it('tries again when the car disconnects during discovery', async () => {
    const { noble, clock, central } = await open();
    noble.mute.add('discoverServices');
    const peripheral = new FakePeripheral(noble);
    const advertisement = await heard(central, clock, peripheral);
    const link = outcome(central.connect(advertisement, nativeProfile, { timeoutMs: 250 }));
    await settle(clock);
    for (const pause of [100, 100, 0]) {
      expect(link.done).toBe(false);
      peripheral.disconnected(0x3e);
      await settle(clock);
      await clock.advance(pause);
      await settle(clock);
    }
    expect(link.error?.code).toBe('radio.connect-failed');
    expect(peripheral.connects).toBe(3);
  });

  it.each(['discoverServices', 'discoverCharacteristics'])(
    'disconnects when %s gets no answer',
    async (call) => {
      const { noble, clock, central } = await open();
      noble.mute.add(call);
      const peripheral = new FakePeripheral(noble);
      const link = outcome(central.connect(await heard(central, clock, peripheral), nativeProfile));
      await clock.advance(10_000);
      await settle(clock);
      expect(link.error?.code).toBe('car.asleep');
      expect(peripheral.state).toBe('disconnected');
      expect(clock.pending).toBe(0);
    },
  );

  it.each<[string, (peripheral: FakePeripheral) => void]>([
    ['service', (peripheral) => (peripheral.hasService = false)],
    ['characteristic', (peripheral) => peripheral.characteristics.pop()],
  ])('refuses a device without the %s, without a second try', async (_what, spoil) => {
    const { noble, clock, central } = await open();
    const peripheral = new FakePeripheral(noble);
    spoil(peripheral);
    const link = outcome(central.connect(await heard(central, clock, peripheral), nativeProfile));
    await settle(clock);
    expect(link.error).toMatchObject({ code: 'radio.connect-failed', temporary: false });
    expect(peripheral.connects).toBe(1);
    expect(peripheral.state).toBe('disconnected');
  });

  it('refuses a second link to a connected car and an unknown device', async () => {
    const { central, clock, advertisement } = await linked();
    const again = outcome(central.connect(advertisement, nativeProfile));
    const unknown = outcome(central.connect({ ...advertisement, id: 'unknown' }, nativeProfile));
    await settle(clock);
    expect(again.error).toMatchObject({ code: 'radio.connect-failed', temporary: false });
    expect(unknown.error?.code).toBe('radio.connect-failed');
  });
});

describe('closing the central', () => {
  it('ends scans, attempts and links, and leaves no listener and no timer', async () => {
    const { central, noble, clock, closed, handlers, link, peripheral } = await linked();
    await Promise.all([link.open(handlers), settle(clock)]);
    const scan = outcome(central.scan([nativeScan], () => undefined, new AbortController().signal));
    await settle(clock);
    const second = new FakePeripheral(noble, 'car2');
    noble.emit('discover', second);
    noble.mute.add('connect');
    const attempt = outcome(central.connect({ id: 'car2', rssi: 0 }, nativeProfile));
    await settle(clock);
    expect(second.connects).toBe(1);
    const closing = outcome(Promise.all([central.close(), central.close()]));
    await settle(clock);
    expect(closing.done).toBe(true);
    expect(scan.error?.code).toBe('radio.closed');
    expect(attempt.error?.code).toBe('radio.closed');
    expect(closed).toEqual(['local']);
    expect(noble.closed).toBe(1);
    expect(noble.ownListeners).toBe(0);
    expect(peripheral.eventNames()).toEqual([]);
    expect(second.eventNames()).toEqual([]);
    expect(peripheral.fromCar.eventNames()).toEqual([]);
    expect(clock.pending).toBe(0);
    await expect(
      central.scan([nativeScan], () => undefined, AbortSignal.abort()),
    ).rejects.toMatchObject({
      code: 'radio.closed',
    });
  });
});
