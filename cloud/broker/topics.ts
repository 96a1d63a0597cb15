/** The topics of broker.ts. */

const PREFIX = 'phonekey/1';
const CAR = /^[0-9a-f]{32}$/;

export type CarTopic =
  'presence' | 'confirm' | 'report' | 'reported' | `link/${string}` | `object/${string}`;

export const topicOf = (car: string, topic: CarTopic): string => `${PREFIX}/${car}/${topic}`;

export const isCar = (text: unknown): text is string => typeof text === 'string' && CAR.test(text);

/** What a topic is about; undefined for one that is none of ours. */
export type Topic = { readonly car: string } & (
  | { readonly type: 'presence' | 'confirm' | 'report' | 'reported' }
  | { readonly type: 'up' | 'down'; readonly link: string }
  | { readonly type: 'object'; readonly object: string }
);

const TOPIC =
  /^phonekey\/1\/([0-9a-f]{32})\/(?:(presence|confirm|report|reported)|link\/([0-9a-f]{16})\/(up|down)|object\/([0-9a-f]{1,64}))$/;

export const parseTopic = (topic: string): Topic | undefined => {
  const [, car, type, link, direction, object] = TOPIC.exec(topic) ?? [];
  if (car === undefined) return undefined;
  if (link !== undefined) return { car, type: direction as 'up' | 'down', link };
  if (object !== undefined) return { car, type: 'object', object };
  return { car, type: type as 'presence' };
};

/** Who may do what; `+` stands for one level. The service may do everything below `phonekey/1`. */
export const SERVICE_MAY = `${PREFIX}/#`;
export const carMayPublish = (car: string): readonly string[] => [
  topicOf(car, 'presence'),
  topicOf(car, 'link/+/up'),
  topicOf(car, 'confirm'),
  topicOf(car, 'report'),
];

/** Its own presence, too, to see when the last will of a connection that it lost comes after it has said that it is back. */
export const carMaySubscribe = (car: string): readonly string[] => [
  topicOf(car, 'link/+/down'),
  topicOf(car, 'object/+'),
  topicOf(car, 'reported'),
  topicOf(car, 'presence'),
];

export const serviceSubscribes: readonly string[] = [
  `${PREFIX}/+/presence`,
  `${PREFIX}/+/link/+/up`,
  `${PREFIX}/+/confirm`,
  `${PREFIX}/+/report`,
];
