import { resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { ROLES } from '../../lib/domain/roles.js';
import type { Role } from '../../lib/domain/roles.js';
import type { CellLevel } from '../../firmware-sim/fob/battery.js';
import { number, object, oneOf, optional, text, whole } from '../../local/json.js';
import { RpcClient } from '../../local/rpc/client.js';
import type { Operation } from '../../local/rpc/operation.js';
import { connectTo, socketPath, surplusOf } from '../../local/sockets.js';
import { orAborted } from '../io/interrupt.js';
import { BUTTONS } from './buttons.js';
import type { Button } from './buttons.js';
import type { Pressed } from './fob.js';
import { fobHome } from './home.js';
import type { Holding } from './home.js';

/** What the fob is asked for may wait for what was asked before. In milliseconds. */
const ANSWER_MS = 60_000;

/** What a fob is to a car that it was enrolled at. */
export interface Enrolled {
  readonly car: string;
  readonly role?: Role;
  readonly slot?: number;
}

interface Limit {
  readonly timeoutMs: number;
}

const limit = { timeoutMs: number(0, 1e9) };

export const cellLevel = object<CellLevel>({
  percent: whole(100),
  state: oneOf(['ok', 'low', 'empty']),
});

const press: Operation<Limit & { readonly button: Button }, Pressed> = {
  op: 'press',
  parameters: object<Limit & { readonly button: Button }>({ ...limit, button: oneOf(BUTTONS) }),
  result: object<Pressed>({ car: text, battery: cellLevel }),
};

const pair: Operation<Limit & { readonly code: string }, Enrolled> = {
  op: 'pair',
  parameters: object<Limit & { readonly code: string }>({ ...limit, code: text }),
  result: object<Enrolled>({ car: text, role: optional(oneOf(ROLES)), slot: optional(whole(255)) }),
};

/** What can be done with a fob that runs in another process. */
export const FOB = { press, pair };

/** Where a fob that runs listens. @throws PhoneKeyError `usage.invalid` when the path is too long for a socket */
export const fobSocket = (home: string): string => {
  const path = socketPath(resolve(home), 'fob', 'control.sock');
  const surplus = surplusOf(path);
  if (surplus === 0) return path;
  throw new PhoneKeyError('usage.invalid', `the path of the fob's directory is too long: ${path}`, {
    hint: `Choose a directory whose path is shorter by ${String(surplus)} bytes.`,
  });
};

/**
 * Asks a fob that runs; undefined where none does. It goes on, where nobody waits for the answer any more.
 * @throws PhoneKeyError what the fob answers with, `car.outcome-unknown`, `interrupted`
 */
export const askFob = async <P extends object, R>(
  { context: { paths, signal }, name }: Holding,
  operation: Operation<P, R>,
  parameters: () => Promise<P>,
): Promise<{ readonly answer: R } | undefined> => {
  const socket = await connectTo(fobSocket(fobHome(paths, name)));
  if (socket === undefined) return undefined;
  const client = new RpcClient(socket, {
    answerMs: ANSWER_MS,
    noAnswer: (cause) =>
      new PhoneKeyError('car.outcome-unknown', 'the fob does not answer', { cause }),
    strange: () => new PhoneKeyError('internal', 'the answer of the fob is not understood'),
    lost: () => new PhoneKeyError('car.outcome-unknown', 'the connection to the fob is lost'),
  });
  try {
    const answer = client.call(operation, await parameters());
    return { answer: await orAborted(signal, answer, left) };
  } finally {
    client.close();
  }
};

const left = (): PhoneKeyError =>
  new PhoneKeyError('interrupted', 'interrupted', {
    mayHaveSucceeded: true,
    hint: 'The fob goes on with it. Look at what it tells: key fob start.',
  });
