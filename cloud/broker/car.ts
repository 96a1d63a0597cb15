import { randomBytes } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import type {
  CarChannel,
  CarChannelHandlers,
  CommandReport,
  ServiceAdvertisement,
} from '../../lib/cloud/car-channel.js';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { Random } from '../../lib/platform/random.js';
import { systemClock } from '../service/clock.js';
import { CAR_BACK_OFF } from './back-off.js';
import type { BackOff } from './back-off.js';
import type { Presence } from './broker.js';
import { keepConnected, parseBrokerUrl } from './connection.js';
import { OFFLINE, parsePresence, parseWord } from './messages.js';
import { reportQueue } from './report-queue.js';
import { carMaySubscribe, isCar, parseTopic, topicOf } from './topics.js';
import type { CarTopic } from './topics.js';

/** Of a packet from the broker: an object, and room. */
const MOST_BYTES = 64 * 1024;

/** How a car connects. */
export interface CarConnectionOptions {
  /** `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`, as it was told when it registered. */
  readonly brokerUrl: string;
  /** Its id: 32 hex digits. */
  readonly car: string;
  readonly secret: string;
  /** Certificates of authorities, PEM; undefined: those that Node trusts. */
  readonly ca?: string | undefined;
  /** When it tries again (default: the first time after up to 5 s, later up to a minute). */
  readonly backOff?: BackOff | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly log?: Logger | undefined;
}

/**
 * A car's connection to its broker: comes back by itself, with back-off and jitter, and works without anybody at the other end.
 * @throws Error where the URL or the id is none
 */
export const connectCar = (options: CarConnectionOptions): CarChannel => {
  const { car, clock = systemClock, random = randomBytes, log } = options;
  const url = parseBrokerUrl(options.brokerUrl);
  if (!isCar(car)) throw new Error('the id of a car is 32 hex digits');
  const reports = reportQueue(random);
  let presence: Presence = { online: true, advertises: [] };
  let handlers: CarChannelHandlers | undefined;
  let client: MqttClient | undefined;
  let close: (() => Promise<void>) | undefined;

  const publish = (
    topic: CarTopic,
    payload: Uint8Array | string,
    qos: 0 | 1,
    retain = false,
  ): void => {
    // Without effect on what waits: a connection that is lost with it is told as lost.
    client?.publish(topicOf(car, topic), Buffer.from(payload as string), { qos, retain }, () => {});
  };
  const tellPresence = (): void => publish('presence', JSON.stringify(presence), 1, true);
  const tellReport = (report: { readonly report: string }): void =>
    publish('report', JSON.stringify(report), 1);

  const changed = (now: MqttClient | undefined): void => {
    if (client === now) return;
    client = now;
    if (now !== undefined) {
      tellPresence();
      for (const report of reports.waiting()) tellReport(report);
    }
    handlers?.connected(now !== undefined);
  };

  const message = (topic: string, payload: Uint8Array): void => {
    const about = parseTopic(topic);
    if (about?.car !== car) return;
    switch (about.type) {
      case 'down':
        handlers?.frame(about.link, new Uint8Array(payload));
        break;
      case 'object':
        handlers?.object(about.object, new Uint8Array(payload));
        break;
      case 'reported':
        reports.kept(parseWord(payload) ?? '');
        break;
      case 'presence':
        // The last will of a connection before this one, told after what this one has said.
        if (parsePresence(payload)?.online === false) tellPresence();
        break;
      // What it says itself.
      case 'up':
      case 'confirm':
      case 'report':
    }
  };

  return {
    start(given) {
      handlers = given;
      close ??= keepConnected({
        url,
        ca: options.ca,
        session: {
          clientId: car,
          username: car,
          password: options.secret,
          will: {
            topic: topicOf(car, 'presence'),
            payload: Buffer.from(JSON.stringify(OFFLINE)),
            qos: 1,
            retain: true,
          },
        },
        mostBytes: MOST_BYTES,
        backOff: options.backOff ?? CAR_BACK_OFF,
        clock,
        random,
        log,
        prepare: (mqtt) => mqtt.subscribeAsync([...carMaySubscribe(car)], { qos: 1 }),
        changed,
        message,
      });
    },
    advertise(advertises: readonly ServiceAdvertisement[]) {
      presence = { online: true, advertises };
      tellPresence();
    },
    send: (link, frame) => publish(`link/${link}/up`, frame, 0),
    confirm: (object) => publish('confirm', object, 1),
    report: (report: CommandReport) => tellReport(reports.add(report)),
    async close() {
      presence = OFFLINE;
      tellPresence();
      await close?.();
      client = undefined;
    },
  };
};
