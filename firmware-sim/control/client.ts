import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { PhoneKeyError } from '../../lib/errors.js';
import { parseJsonObject } from '../../lib/platform/json.js';
import type { JsonObject } from '../../lib/platform/json.js';
import { isErrno } from '../../local/errno.js';
import type { CarControl } from './car-control.js';

const TIMEOUT_MS = 10_000;
/** A car with all its slots taken says less than this, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * The control door of a car in another process.
 * @param path from `controlPath`
 * @throws PhoneKeyError (each operation) `sim.not-running` when nobody listens; when the car listens and
 *   does not answer, `car.outcome-unknown` for what changes it, and `car.silent` for the rest
 */
export const controlClient = (path: string): CarControl => {
  const post = (operation: string, args: object = {}): Promise<unknown> =>
    call(path, 'POST', operation, JSON.stringify(args));
  const run = async (operation: string, args?: object): Promise<void> => {
    await post(operation, args);
  };
  const get = (operation: string): Promise<unknown> => call(path, 'GET', operation);
  return {
    tap: (tap) => run('/tap', tap),
    pullHandle: async (door) =>
      (await post('/handle', { door })) as Awaited<ReturnType<CarControl['pullHandle']>>,
    open: (closure) => run('/open', { closure }),
    close: (closure) => run('/close', { closure }),
    drive: () => run('/drive'),
    park: () => run('/park'),
    removeKey: (slot) => run('/remove', { slot }),
    loseClock: () => run('/clock/lose'),
    advanceClock: (seconds) => run('/clock/advance', { seconds }),
    screen: async () => (await get('/screen')) as Awaited<ReturnType<CarControl['screen']>>,
    status: async () => (await get('/status')) as Awaited<ReturnType<CarControl['status']>>,
    reset: async () => (await post('/reset')) as Awaited<ReturnType<CarControl['reset']>>,
  };
};

const call = async (
  socketPath: string,
  method: 'GET' | 'POST',
  operation: string,
  body?: string,
): Promise<unknown> => {
  let status: number | undefined;
  let bytes: Buffer;
  try {
    const response = await exchange(socketPath, method, operation, body);
    status = response.statusCode;
    bytes = await readAnswer(response);
  } catch (cause) {
    if (NOBODY.some((code) => isErrno(cause, code))) {
      throw new PhoneKeyError('sim.not-running', "nobody is at the car's control door", { cause });
    }
    throw noAnswer(method === 'POST', cause);
  }
  const answer = parse(bytes);
  if (status !== 200) throw errorFrom(answer);
  return answer;
};

/** What the system says when no car has the socket open. */
const NOBODY = ['ENOENT', 'ECONNREFUSED'] as const;

/** @param acts the car was asked to do something, and may still do it */
export const noAnswer = (acts: boolean, cause?: unknown): PhoneKeyError =>
  new PhoneKeyError(acts ? 'car.outcome-unknown' : 'car.silent', 'the car does not answer', {
    cause,
    hint: acts
      ? 'It may still be done. Look at the car: key car status.'
      : 'Look at the terminal where the car runs, and start it again if it hangs.',
  });

const exchange = (
  socketPath: string,
  method: string,
  path: string,
  body: string | undefined,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, agent: false, timeout: TIMEOUT_MS });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.on('timeout', () => {
      outgoing.destroy(new Error('no answer in time'));
    });
    outgoing.end(body);
  });

const readAnswer = async (response: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const parse = (bytes: Buffer): JsonObject => {
  const answer = parseJsonObject(bytes);
  if (answer !== undefined) return answer;
  throw new PhoneKeyError('internal', 'the car answered something that is not JSON');
};

const errorFrom = (answer: JsonObject): PhoneKeyError =>
  PhoneKeyError.fromJSON(answer['error']) ??
  new PhoneKeyError('internal', 'the car answered with an error it did not name');
