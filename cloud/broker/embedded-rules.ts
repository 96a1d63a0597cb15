import { createHash, timingSafeEqual } from 'node:crypto';
import type { AedesOptions, AuthenticateError, Client } from 'aedes';
import type { EmbeddedBrokerOptions } from './embedded.js';
import { carMayPublish, carMaySubscribe, isCar, parseTopic, topicOf } from './topics.js';

const SERVICE = 'service';
const MOST_SECRET_BYTES = 256;

/** Return codes of MQTT 3.1.1, table 3.1. */
const UNAVAILABLE = 3;
const NOT_AUTHORIZED = 5;

type Handlers = Required<
  Pick<AedesOptions, 'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe'>
>;

/** Who may connect to the embedded broker, and which topics are whose. */
export const embeddedRules = ({
  authenticate,
  mostCars,
  password,
}: Pick<EmbeddedBrokerOptions, 'authenticate'> & {
  readonly mostCars: number;
  /** Of the service itself. */
  readonly password: string;
}): {
  readonly handlers: Handlers;
  readonly serviceName: string;
  readonly isService: (client: Client) => boolean;
} => {
  const services = new WeakSet<Client>();
  const cars = new WeakMap<Client, string>();
  const isService = (client: Client): boolean => services.has(client);
  const secretHash = sha256(password);

  const know = async (client: Client, name: string, secret: Uint8Array): Promise<boolean> => {
    const hash = sha256(secret);
    if (name === SERVICE) {
      if (timingSafeEqual(hash, secretHash)) services.add(client);
      return isService(client);
    }
    // A client id of its own would let one car end the connection of another.
    if (!isCar(name) || client.id !== name) return false;
    if (!(await authenticate(name, hash))) return false;
    cars.set(client, name);
    return true;
  };

  const handlers: Handlers = {
    preConnect(_client, packet, done) {
      // Nothing waits here for a car that is away.
      packet.clean = true;
      const { username = '', will } = packet;
      const isOwnWill = will === undefined || will.topic === topicOf(username, 'presence');
      const { connectedClients } = this as unknown as { connectedClients: number };
      done(null, isOwnWill && connectedClients <= mostCars);
    },
    authenticate(client, username, secret, done) {
      if (username === undefined || secret === undefined || secret.length > MOST_SECRET_BYTES) {
        done(refusal(NOT_AUTHORIZED), false);
        return;
      }
      know(client, username, secret).then(
        (known) => done(known ? null : refusal(NOT_AUTHORIZED), known),
        () => done(refusal(UNAVAILABLE), false),
      );
    },
    authorizePublish(client, { topic, retain }, done) {
      const isPresence = parseTopic(topic)?.type === 'presence';
      // Without a client it is a last will, which was looked at when it came.
      const may =
        client === null
          ? isPresence
          : isService(client) || mayPublish(cars.get(client), topic, retain && !isPresence);
      done(may ? null : new Error('a topic of others'));
    },
    authorizeSubscribe(client, subscription, done) {
      const car = cars.get(client);
      const may =
        isService(client) ||
        (car !== undefined && carMaySubscribe(car).includes(subscription.topic));
      done(may ? null : new Error('a topic of others'), may ? subscription : null);
    },
  };
  return { handlers, serviceName: SERVICE, isService };
};

const mayPublish = (car: string | undefined, topic: string, keeps: boolean): boolean =>
  car !== undefined && !keeps && carMayPublish(car).some((pattern) => matches(topic, pattern));

/** Whether a topic is one of a pattern in which `+` stands for a level. */
const matches = (topic: string, pattern: string): boolean => {
  const levels = topic.split('/');
  const wanted = pattern.split('/');
  return levels.length === wanted.length && wanted.every((w, i) => w === '+' || w === levels[i]);
};

const refusal = (returnCode: number): AuthenticateError => {
  const error: Error = Object.assign(new Error('refused'), { returnCode });
  return error as AuthenticateError;
};

const sha256 = (of: string | Uint8Array): Buffer => createHash('sha256').update(of).digest();
