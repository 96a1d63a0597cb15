import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/platform/clock.js';
import { BrokerAway } from './errors.js';
import { carMayPublish, carMaySubscribe } from './topics.js';

/*
 * Accounts of cars by Mosquitto's plugin for dynamic security (mosquitto.org/documentation/dynamic-security): commands as JSON to
 * a topic that only its administrators may write, answers on another. Each car has an account and a role of its own: Mosquitto 2.0
 * has no pattern for "the topics of who is connected".
 */

const COMMANDS = '$CONTROL/dynamic-security/v1';
const ANSWERS = `${COMMANDS}/response`;
const ANSWER_MS = 10_000;

type Publish = (topic: string, payload: string, options: { qos: 1 }) => Promise<void>;

interface Command {
  readonly command: string;
  readonly [name: string]: unknown;
}

export interface DynamicSecurity {
  readonly subscribes: readonly string[];
  /** Whether a message was an answer of the plugin. */
  answer(topic: string, payload: Uint8Array): boolean;
  /** Again for the same car gives it this secret. @throws BrokerAway; Error where the plugin refuses */
  admit(car: string, secret: string, publish: Publish): Promise<void>;
  /** Ends its connection, too. */
  remove(car: string, publish: Publish): Promise<void>;
}

export const dynamicSecurity = (clock: Clock): DynamicSecurity => {
  const waiting = new Map<string, (error: string | undefined) => void>();

  const run = async (publish: Publish, command: Command): Promise<string | undefined> => {
    const correlationData = randomBytes(8).toString('hex');
    let cancel = (): void => undefined;
    const answered = new Promise<string | undefined>((resolve, reject) => {
      cancel = clock.after(ANSWER_MS, () => reject(new BrokerAway()));
      waiting.set(correlationData, resolve);
    });
    // Until it is awaited below.
    answered.catch(() => undefined);
    try {
      await publish(COMMANDS, JSON.stringify({ commands: [{ ...command, correlationData }] }), {
        qos: 1,
      });
      return await answered;
    } finally {
      cancel();
      waiting.delete(correlationData);
    }
  };

  /** @param but what is as good as done */
  const must = async (publish: Publish, command: Command, but: RegExp): Promise<boolean> => {
    const error = await run(publish, command);
    if (error === undefined) return true;
    if (but.test(error)) return false;
    throw new Error(`the broker's plugin for accounts refuses ${command.command}`);
  };

  return {
    subscribes: [ANSWERS],

    answer(topic, payload) {
      if (topic !== ANSWERS) return false;
      for (const { correlationData, error } of responsesOf(payload)) {
        waiting.get(correlationData)?.(error);
      }
      return true;
    },

    async admit(car, secret, publish) {
      const rolename = roleOf(car);
      await must(publish, { command: 'createRole', rolename, acls: aclsOf(car) }, /exists/i);
      const isNew = await must(
        publish,
        {
          command: 'createClient',
          username: car,
          clientid: car,
          password: secret,
          roles: [{ rolename }],
        },
        /exists/i,
      );
      if (isNew) return;
      const again = { command: 'setClientPassword', username: car, password: secret };
      await must(publish, again, /^$/);
    },

    async remove(car, publish) {
      await must(publish, { command: 'deleteClient', username: car }, /not found/i);
      await must(publish, { command: 'deleteRole', rolename: roleOf(car) }, /not found/i);
    },
  };
};

const roleOf = (car: string): string => `car-${car}`;

const aclsOf = (car: string): readonly object[] => [
  ...carMayPublish(car).map((topic) => ({ acltype: 'publishClientSend', topic, allow: true })),
  ...carMaySubscribe(car).flatMap((topic) => [
    { acltype: 'subscribePattern', topic, allow: true },
    { acltype: 'publishClientReceive', topic, allow: true },
  ]),
];

const responsesOf = (
  payload: Uint8Array,
): { correlationData: string; error: string | undefined }[] => {
  try {
    const { responses } = JSON.parse(Buffer.from(payload).toString('utf8')) as {
      responses: { correlationData: unknown; error?: unknown }[];
    };
    return responses.map(({ correlationData, error }) => ({
      correlationData: String(correlationData),
      error: error === undefined || typeof error === 'string' ? error : 'unknown',
    }));
  } catch {
    return [];
  }
};
