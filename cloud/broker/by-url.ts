import { randomBytes } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { Random } from '../../lib/platform/random.js';
import { systemClock } from '../service/clock.js';
import { SERVICE_BACK_OFF } from './back-off.js';
import type { Broker, FromCar, ToCar } from './broker.js';
import { keepConnected, parseBrokerUrl } from './connection.js';
import { dynamicSecurity } from './dynamic-security.js';
import { BrokerAway } from './errors.js';
import { OFFLINE, parsePresence, parseReport, parseWord } from './messages.js';
import { parseTopic, serviceSubscribes, topicOf } from './topics.js';

/** Of a packet from the broker: a frame or a report, and room for what later cars say. */
const MOST_BYTES = 64 * 1024;
/** How long `toCar` waits for the broker to take what has QoS 1. */
const TAKEN_MS = 10_000;

/** Any broker of MQTT 3.1.1. */
export interface BrokerOptions {
  /** `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`, without credentials. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Certificates of authorities, PEM; undefined: those that Node trusts. */
  readonly ca?: string | undefined;
  /** What cars are told to connect to (default: `url`). */
  readonly carUrl?: string | undefined;
  /** `dynsec`: cars get accounts by Mosquitto's plugin; `none` (default): by whoever runs the broker. */
  readonly accounts?: 'none' | 'dynsec' | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly log?: Logger | undefined;
}

/**
 * The service's connection to a broker. `start` resolves at once: until it is connected, and whenever it is not, every car is
 * offline. @throws Error where the URL is none
 */
export const brokerByUrl = (options: BrokerOptions): Broker => {
  const { clock = systemClock, random = randomBytes, log } = options;
  const url = parseBrokerUrl(options.url);
  const accounts = options.accounts === 'dynsec' ? dynamicSecurity(clock) : undefined;
  /** Those that have said so over the connection that there is. */
  const online = new Set<string>();
  let client: MqttClient | undefined;
  let close: (() => Promise<void>) | undefined;

  const tell = (car: string, message: FromCar): void => {
    if (message.type === 'presence') {
      if (message.presence.online) online.add(car);
      else online.delete(car);
    }
    broker.onCar(car, message);
  };

  const message = (topic: string, payload: Uint8Array): void => {
    if (accounts?.answer(topic, payload)) return;
    const said = fromCar(topic, payload);
    if (said === undefined) log?.debug('what is no message of a car was dropped');
    else tell(said.car, said.message);
  };

  const changed = (now: MqttClient | undefined): void => {
    client = now;
    if (now !== undefined) return;
    // Retained presence says anew who is there, once there is a connection; who has gone by then is not told as gone.
    for (const car of [...online]) tell(car, { type: 'presence', presence: OFFLINE });
  };

  const publish = async (
    topic: string,
    payload: Uint8Array | string,
    options: { qos: 0 | 1; retain?: boolean },
  ): Promise<void> => {
    const to = client;
    if (to === undefined) throw new BrokerAway();
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.after(TAKEN_MS, () => reject(new BrokerAway()));
      to.publish(topic, Buffer.from(payload as string), options, (error) => {
        cancel();
        if (error) reject(new BrokerAway());
        else resolve();
      });
    });
  };

  const broker: Broker = {
    onCar: () => undefined,
    carUrl: options.carUrl ?? options.url,
    get connected() {
      return client !== undefined;
    },
    start() {
      close ??= keepConnected({
        url,
        ca: options.ca,
        session: {
          clientId: `phonekey-cloud-${randomBytes(8).toString('hex')}`,
          ...(options.username === undefined ? {} : { username: options.username }),
          ...(options.password === undefined ? {} : { password: options.password }),
        },
        mostBytes: MOST_BYTES,
        backOff: SERVICE_BACK_OFF,
        clock,
        random,
        log,
        prepare(mqtt) {
          // Who hears that a car is there may want to say something to it, before all subscriptions are granted.
          client = mqtt;
          const topics = [...serviceSubscribes, ...(accounts?.subscribes ?? [])];
          return mqtt.subscribeAsync(topics, { qos: 1 });
        },
        changed,
        message,
      });
      return Promise.resolve();
    },
    toCar: (car, message) => {
      const [topic, payload, qos] = toCar(message);
      return publish(topicOf(car, topic), payload, { qos });
    },
    async admitCar(car, secret) {
      await accounts?.admit(car, secret, publish);
    },
    async removeCar(car) {
      await accounts?.remove(car, publish);
      // An empty one is retained no more.
      await publish(topicOf(car, 'presence'), '', { qos: 1, retain: true });
    },
    async close() {
      await close?.();
      client = undefined;
    },
  };
  return broker;
};

const toCar = (message: ToCar): [Parameters<typeof topicOf>[1], Uint8Array | string, 0 | 1] => {
  switch (message.type) {
    case 'frame':
      return [`link/${message.link}/down`, message.frame, 0];
    case 'object':
      return [`object/${message.object}`, message.bytes, 1];
    case 'reported':
      return ['reported', message.report, 1];
  }
};

const fromCar = (
  topic: string,
  payload: Uint8Array,
): { readonly car: string; readonly message: FromCar } | undefined => {
  const about = parseTopic(topic);
  const message = about && messageOf(about, payload);
  return about && message && { car: about.car, message };
};

const messageOf = (
  about: NonNullable<ReturnType<typeof parseTopic>>,
  payload: Uint8Array,
): FromCar | undefined => {
  switch (about.type) {
    case 'up':
      return { type: 'frame', link: about.link, frame: new Uint8Array(payload) };
    case 'presence': {
      const presence = parsePresence(payload);
      return presence && { type: 'presence', presence };
    }
    case 'confirm': {
      const object = parseWord(payload);
      return object === undefined ? undefined : { type: 'confirm', object };
    }
    case 'report': {
      const report = parseReport(payload);
      return report && { type: 'report', report };
    }
    // What the service says itself.
    case 'down':
    case 'object':
    case 'reported':
      return undefined;
  }
};
