import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CarChannel, CommandReport } from '../../lib/cloud/car-channel.js';
import type { Broker, FromCar } from '../broker/broker.js';
import { connectCar } from '../broker/car.js';
import type { CarConnectionOptions } from '../broker/car.js';
import { startRelay } from './relay.js';
import type { Relay } from './relay.js';

/** Comes back at once, as a test does not wait. */
export const AT_ONCE = { firstMs: 20, mostMs: 200, stableMs: 0 };

/** Things that happen, and a wait for one of them. */
export class Seen<T> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  add(each: T): void {
    this.all.push(each);
    for (const look of this.#waiting.splice(0)) look();
  }

  async next<U extends T>(is: (each: T) => each is U): Promise<U>;
  async next(is: (each: T) => boolean): Promise<T>;
  /** The first that is that, of those that nobody has waited for; it and those before it are taken. */
  async next(is: (each: T) => boolean): Promise<T> {
    for (;;) {
      const at = this.all.findIndex(is);
      const [found] = at < 0 ? [] : this.all.splice(0, at + 1).slice(-1);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** What cars say to a service. */
export const listenTo = (broker: Broker): ((car: string) => Seen<FromCar>) => {
  const cars = new Map<string, Seen<FromCar>>();
  const of = (car: string): Seen<FromCar> => {
    const seen = cars.get(car) ?? new Seen<FromCar>();
    cars.set(car, seen);
    return seen;
  };
  broker.onCar = (car, message) => of(car).add(message);
  return of;
};

export type CarSaw =
  | { readonly type: 'frame'; readonly link: string; readonly frame: Uint8Array }
  | { readonly type: 'object'; readonly object: string; readonly bytes: Uint8Array }
  | { readonly type: 'connected'; readonly connected: boolean };

export interface TestCar {
  readonly id: string;
  readonly secret: string;
  readonly channel: CarChannel;
  readonly saw: Seen<CarSaw>;
}

export const newCarId = (): string => randomBytes(16).toString('hex');

/** A car that tells what it is told. */
export const startCar = (
  options: Pick<CarConnectionOptions, 'brokerUrl' | 'car' | 'secret'> &
    Partial<CarConnectionOptions>,
): TestCar => {
  const saw = new Seen<CarSaw>();
  const channel = connectCar({ backOff: AT_ONCE, resendMs: 200, ...options });
  channel.start({
    frame: (link, frame) => saw.add({ type: 'frame', link, frame }),
    object: (object, bytes) => saw.add({ type: 'object', object, bytes }),
    connected: (connected) => saw.add({ type: 'connected', connected }),
  });
  return { id: options.car, secret: options.secret, channel, saw };
};

export const isUp = (saw: CarSaw): boolean => saw.type === 'connected' && saw.connected;
export const isDown = (saw: CarSaw): boolean => saw.type === 'connected' && !saw.connected;
export const says = (online: boolean) => (said: FromCar) =>
  said.type === 'presence' && said.presence.online === online;

const ADVERTISES = [{ uuid: '5f0e1d2c-0000-4000-8000-00805f9b34fb', data: '0102ff' }];
const LINK = '00112233445566aa';
const REPORT: CommandReport = {
  link: LINK,
  command: 'unlock',
  commandId: '0123456789abcdef',
  outcome: 'done',
};

export interface ContractBroker {
  readonly broker: Broker;
  /** Certificates for cars, PEM. */
  readonly ca?: string;
  /** Makes a car known to the broker. */
  admit(car: string, secret: string): Promise<void>;
  /** Takes that back, before the broker is told to forget it. */
  forget(car: string): Promise<void>;
  close(): Promise<void>;
}

/** What a broker and the cars on it must do; `open` gives one that is started. */
export const brokerContract = (open: () => Promise<ContractBroker>): void => {
  let its: ContractBroker;
  let broker: Broker;
  let from: (car: string) => Seen<FromCar>;
  let relay: Relay;
  const cars: TestCar[] = [];

  const car = async (
    id = newCarId(),
    { secret = 'secret', ...more }: Partial<CarConnectionOptions> = {},
  ): Promise<TestCar> => {
    await its.admit(id, secret);
    const { url: brokerUrl } = relay;
    const ca = its.ca === undefined ? {} : { ca: its.ca };
    const made = startCar({ brokerUrl, car: id, secret, ...ca, ...more });
    cars.push(made);
    return made;
  };
  const carThatIsUp = async (more: Partial<CarConnectionOptions> = {}): Promise<TestCar> => {
    const made = await car(newCarId(), { random: () => new Uint8Array(8).fill(0xff), ...more });
    await made.saw.next(isUp);
    await from(made.id).next(says(true));
    return made;
  };

  beforeAll(async () => {
    its = await open();
    ({ broker } = its);
    from = listenTo(broker);
    relay = await startRelay(broker.carUrl);
  });

  afterAll(async () => {
    await Promise.all(cars.map(({ channel }) => channel.close()));
    await relay.close();
    await its.close();
  });

  it('says what a car advertises, and when it goes', async () => {
    const { id, channel } = await carThatIsUp();
    channel.advertise(ADVERTISES);
    const said = await from(id).next((each) => each.type === 'presence');
    expect(said).toEqual({ type: 'presence', presence: { online: true, advertises: ADVERTISES } });
    await channel.close();
    await from(id).next(says(false));
  });

  it('carries frames both ways, empty ones too', async () => {
    const { id, channel, saw } = await carThatIsUp();
    const frame = new Uint8Array(randomBytes(1024));
    await broker.toCar(id, { type: 'frame', link: LINK, frame });
    expect(await saw.next((each) => each.type === 'frame')).toEqual({
      type: 'frame',
      link: LINK,
      frame,
    });
    channel.send(LINK, frame);
    channel.send(LINK, new Uint8Array());
    const up = from(id);
    expect(await up.next((each) => each.type === 'frame')).toEqual({
      type: 'frame',
      link: LINK,
      frame,
    });
    expect(await up.next((each) => each.type === 'frame')).toMatchObject({
      frame: new Uint8Array(),
    });
  });

  it('carries frames in their order', async () => {
    const { id, saw } = await carThatIsUp();
    for (let n = 0; n < 50; n++) {
      await broker.toCar(id, { type: 'frame', link: LINK, frame: new Uint8Array([n]) });
    }
    for (let n = 0; n < 50; n++) {
      const frame = await saw.next((each) => each.type === 'frame');
      expect(frame).toMatchObject({ frame: new Uint8Array([n]) });
    }
  });

  it('carries objects, and that the car has them', async () => {
    const { id, channel, saw } = await carThatIsUp();
    const bytes = new Uint8Array(randomBytes(4000));
    const object = 'ab'.repeat(16);
    await broker.toCar(id, { type: 'object', object, bytes });
    expect(await saw.next((each) => each.type === 'object')).toEqual({
      type: 'object',
      object,
      bytes,
    });
    channel.confirm(object);
    expect(await from(id).next((each) => each.type === 'confirm')).toEqual({
      type: 'confirm',
      object,
    });
  });

  it('carries reports, again until they are kept', async () => {
    const { id, channel, saw } = await carThatIsUp();
    channel.report(REPORT);
    const isReport = (each: FromCar) => each.type === 'report';
    const first = await from(id).next(isReport);
    expect(first).toMatchObject({ report: REPORT });
    relay.cut();
    await saw.next(isDown);
    await saw.next(isUp);
    const again = await from(id).next(isReport);
    expect(again).toEqual(first);
    await broker.toCar(id, { type: 'reported', report: again.report.report });
    // What the car has when it has what was sent after it.
    await broker.toCar(id, { type: 'frame', link: LINK, frame: new Uint8Array() });
    await saw.next((each) => each.type === 'frame');

    relay.cut();
    await saw.next(isDown);
    await saw.next(isUp);
    await from(id).next(says(true));
    channel.report({ ...REPORT, outcome: 'second' });
    expect(await from(id).next(isReport)).toMatchObject({ report: { outcome: 'second' } });
  });

  it('lets a connection of the same car take the place of another, which does not make it absent', async () => {
    // The first does not come back by itself, as it would take the place of the second.
    const first = await carThatIsUp({
      backOff: { firstMs: 600_000, mostMs: 600_000, stableMs: 0 },
    });
    const second = await car(first.id);
    await second.saw.next(isUp);
    await first.saw.next(isDown);
    await first.channel.close();
    await broker.toCar(first.id, { type: 'frame', link: LINK, frame: new Uint8Array([1]) });
    await second.saw.next((each) => each.type === 'frame');
    // Whatever came of the first: the last word is of the one that is there.
    second.channel.advertise(ADVERTISES);
    await from(first.id).next(
      (each) =>
        each.type === 'presence' && each.presence.online && each.presence.advertises.length > 0,
    );
  });

  describe('refuses', () => {
    it('a wrong secret', async () => {
      const lines: unknown[] = [];
      const id = newCarId();
      await its.admit(id, 'right');
      const told = new Promise<void>((resolve) => {
        const log = {
          debug: () => undefined,
          warn: () => undefined,
          info: (_message: string, fields: unknown) => {
            lines.push(fields);
            resolve();
          },
        };
        const ca = its.ca === undefined ? {} : { ca: its.ca };
        cars.push(startCar({ brokerUrl: broker.carUrl, car: id, secret: 'wrong', ...ca, log }));
      });
      await told;
      expect(lines[0]).toMatchObject({ why: expect.stringMatching(/^refused, code [45]$/) });
      expect(cars.at(-1)?.saw.all).toEqual([]);
    });
  });

  it('forgets a car that is given up, and ends its connection', async () => {
    const { id, saw } = await carThatIsUp();
    await its.forget(id);
    await broker.removeCar(id);
    await from(id).next(says(false));
    await saw.next(isDown);
  });
};
