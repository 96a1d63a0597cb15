import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MqttClient } from 'mqtt';
import type { IClientOptions, IPublishPacket } from 'mqtt';
import type { Cancel, Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { Random } from '../../lib/platform/random.js';
import { afterFailure } from './back-off.js';
import type { BackOff } from './back-off.js';
import { packetMeter } from './packet-meter.js';

const CONNECT_MS = 10_000;
/** Half a minute until the broker tells the last will of a car that vanished, and until a car notices that the broker did. */
const KEEPALIVE_S = 20;

export interface ConnectionOptions {
  readonly url: BrokerUrl;
  /** PEM; undefined: what Node trusts. */
  readonly ca?: string | undefined;
  /** clientId, username, password, will. */
  readonly session: Pick<IClientOptions, 'clientId' | 'username' | 'password' | 'will'>;
  /** Of a packet from the broker, in bytes. */
  readonly mostBytes: number;
  readonly backOff: BackOff;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger | undefined;
  /** What is to be done before it counts as up: to subscribe. May reject. */
  prepare(client: MqttClient): Promise<unknown>;
  /** It is up with a client, or down (perhaps again). Must not throw. */
  changed(client: MqttClient | undefined): void;
  /** Must not throw. */
  message(topic: string, payload: Uint8Array, packet: IPublishPacket): void;
}

/** Where a broker is, without credentials. */
export interface BrokerUrl {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** Of `mqtt://host[:port]` and `mqtts://host[:port]`. @throws Error for any other, and for one that has credentials */
export const parseBrokerUrl = (text: string): BrokerUrl => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'mqtts:';
  if (url === undefined || (!secure && url.protocol !== 'mqtt:') || url.hostname === '') {
    throw new Error('the URL of a broker is mqtt://HOST:PORT or mqtts://HOST:PORT');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('the URL of a broker has no credentials: give them by a file');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { secure, host, port: url.port === '' ? (secure ? 8883 : 1883) : Number(url.port) };
};

/** Connects, and again whenever the connection is lost, until the function that is returned is called. */
export const keepConnected = (options: ConnectionOptions): (() => Promise<void>) => {
  const { backOff, clock, random, log } = options;
  let failures = 0;
  let closed = false;
  let cancel: Cancel | undefined;
  let client: MqttClient | undefined;

  const lost = (upSince: number | undefined, why: string): void => {
    client = undefined;
    const held = upSince === undefined ? undefined : clock.now() - upSince;
    options.changed(undefined);
    if (closed) return;
    const next = afterFailure(backOff, failures, held, fractionOf(random));
    failures = next.failures;
    log?.info('no connection to the broker', { why, again_ms: Math.round(next.waitMs) });
    cancel = clock.after(next.waitMs, attempt);
  };

  const attempt = (): void => {
    client = connectOnce(options, lost);
  };

  attempt();
  return async () => {
    closed = true;
    cancel?.();
    const last = client;
    if (last === undefined) return;
    // Without it a broker tells the last will.
    await new Promise<void>((resolve) => {
      const enough = clock.after(1_000, () => {
        last.stream.destroy();
        resolve();
      });
      last.end(!last.connected, () => {
        enough();
        resolve();
      });
    });
  };
};

/** A client of mqtt.js for one connection: what it would queue and send again over the next one, we decide. */
const connectOnce = (
  options: ConnectionOptions,
  lost: (upSince: number | undefined, why: string) => void,
): MqttClient => {
  const { clock, log } = options;
  let upSince: number | undefined;
  let over = false;
  let why = 'lost';
  const client = new MqttClient(() => openSocket(options), {
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: KEEPALIVE_S,
    connectTimeout: CONNECT_MS,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    ...options.session,
  });
  client.on('error', (error) => {
    why = codeOf(error);
    client.end(true);
  });
  client.on('close', () => {
    client.end(true);
    if (over) return;
    over = true;
    lost(upSince, why);
  });
  client.on('message', (topic, payload, packet) => options.message(topic, payload, packet));
  client.on('connect', () => {
    options.prepare(client).then(
      () => {
        if (over) return;
        upSince = clock.now();
        log?.debug('connected to the broker');
        options.changed(client);
      },
      (error: unknown) => {
        why = codeOf(error);
        client.end(true);
      },
    );
  });
  return client;
};

const openSocket = ({ url, ca, mostBytes, clock }: ConnectionOptions): Socket => {
  const { secure, host, port } = url;
  const socket = secure
    ? connectTls({
        host,
        port,
        ...(ca === undefined ? {} : { ca }),
        ...(isIP(host) === 0 ? { servername: host } : {}),
        minVersion: 'TLSv1.2',
      })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  const meter = packetMeter({ mostBytes }, clock.now());
  socket.on('data', (chunk: Uint8Array) => {
    if (meter(chunk, clock.now()) !== undefined) socket.destroy();
  });
  return socket;
};

/** What may be logged of an error: no message, which could have anything in it. */
const codeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'failed';
  return typeof error.code === 'number' ? `refused, code ${error.code}` : String(error.code);
};

const fractionOf = (random: Random): number => {
  const bytes = random(4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32;
};
