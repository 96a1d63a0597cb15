import { resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { RpcClient } from '../../local/rpc/client.js';
import type { Subscription } from '../../local/rpc/client.js';
import type { Operation } from '../../local/rpc/operation.js';
import { fileFault } from '../../local/files/fault.js';
import { connectTo, socketPath, surplusOf } from '../../local/sockets.js';
import type { CarReport } from '../car-report.js';
import type { CarEvent } from '../events.js';
import type { CarControl } from './car-control.js';
import { CAR } from './car-operations.js';

const ANSWER_MS = 10_000;

/** The status of a car, and from then on what happens there. */
export type CarWatch = Subscription<CarReport, CarEvent>;

/** A car in another process. */
export interface RemoteCar extends CarControl {
  /** The iteration ends when the car stops; it throws when the car was killed. */
  watch(): Promise<CarWatch>;
}

/**
 * Where the control door of the car in `home` listens: a Unix socket there, on Windows a named pipe.
 * @throws PhoneKeyError `usage.invalid` when the path is too long for a socket
 */
export const controlPath = (home: string): string => {
  const path = socketPath(resolve(home), 'car', 'control.sock');
  const surplus = surplusOf(path);
  if (surplus === 0) return path;
  throw new PhoneKeyError('usage.invalid', `the path of the car's directory is too long: ${path}`, {
    hint: `Choose a directory whose path is shorter by ${String(surplus)} bytes.`,
  });
};

/**
 * The control door of a car in another process.
 * @param path from `controlPath`
 * @throws PhoneKeyError (each operation) `sim.not-running` when nobody listens; when the car listens and
 *   does not answer, `car.outcome-unknown` for what changes it, and `car.silent` for the rest
 */
export const controlClient = (path: string): RemoteCar => {
  const ask = async <P extends object, R>(
    operation: Operation<P, R>,
    parameters: P,
    acts = false,
  ): Promise<R> => {
    const client = await connect(path, acts);
    try {
      return await client.call(operation, parameters);
    } finally {
      client.close();
    }
  };
  const act = <P extends object, R>(operation: Operation<P, R>, parameters: P): Promise<R> =>
    ask(operation, parameters, true);
  return {
    tap: (tap) => act(CAR.tap, tap),
    pullHandle: (door) => act(CAR.handle, { door }),
    open: (closure) => act(CAR.open, { closure }),
    close: (closure) => act(CAR.close, { closure }),
    drive: () => act(CAR.drive, {}),
    park: () => act(CAR.park, {}),
    removeKey: (slot, card) => act(CAR.remove, { slot, ...named(card) }),
    addCard: (name, card) => act(CAR.addCard, { name, ...named(card) }),
    clearPin: (card) => act(CAR.clearPin, named(card)),
    loseClock: () => act(CAR.loseClock, {}),
    advanceClock: (seconds) => act(CAR.advanceClock, { seconds }),
    setTime: (seconds, card) => act(CAR.setTime, { seconds, ...named(card) }),
    screen: () => ask(CAR.screen, {}),
    status: () => ask(CAR.status, {}),
    reset: (card) => act(CAR.reset, named(card)),
    watch: async () => (await connect(path, false)).subscribe(CAR.watch, {}),
  };
};

/** A card that is named, for a request. */
const named = (card: string | undefined) => (card === undefined ? {} : { card });

/** @param acts the car is asked to do something, and may still do it when it does not answer */
const connect = async (path: string, acts: boolean): Promise<RpcClient> => {
  const socket = await connectTo(path).catch((cause: unknown) => {
    const fault = fileFault(cause, path);
    if (fault === undefined) throw noAnswer(acts, cause);
    const { what, hint } = fault;
    throw new PhoneKeyError('sim.storage', `no car can be reached: ${what}`, { cause, hint });
  });
  if (socket === undefined) {
    throw new PhoneKeyError('sim.not-running', "nobody is at the car's control door");
  }
  return new RpcClient(socket, {
    answerMs: ANSWER_MS,
    noAnswer: (cause) => noAnswer(acts, cause),
    strange: () => new PhoneKeyError('internal', 'the answer of the car is not understood'),
    lost: () => new PhoneKeyError('car.silent', 'the connection to the car is lost'),
  });
};

/** @param acts the car was asked to do something, and may still do it */
export const noAnswer = (acts: boolean, cause?: unknown): PhoneKeyError =>
  new PhoneKeyError(acts ? 'car.outcome-unknown' : 'car.silent', 'the car does not answer', {
    cause,
    hint: acts
      ? 'It may still be done. Look at the car.'
      : 'Look at the terminal where the car runs, and start it again if it hangs.',
  });
