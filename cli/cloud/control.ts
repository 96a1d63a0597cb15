import { resolve } from 'node:path';
import type { OutageMode } from '../../cloud/types.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Logger } from '../../lib/platform/logger.js';
import { nullable, object, oneOf, text, whole } from '../../local/json.js';
import { RpcClient } from '../../local/rpc/client.js';
import { openDoor } from '../../local/rpc/door.js';
import { none } from '../../local/rpc/operation.js';
import { handleCall } from '../../local/rpc/server.js';
import { connectTo, socketPath, surplusOf } from '../../local/sockets.js';
import { LONGEST_OUTAGE, OUTAGE_MODES } from './outage-modes.js';

/** An outage on demand. */
export interface Failing {
  readonly mode: OutageMode;
  readonly secondsLeft: number;
}

/** How the cloud of this home is, as it says itself. */
export interface CloudReport {
  readonly url: string;
  readonly broker: string;
  readonly failing: Failing | null;
}

const ANSWER_MS = 10_000;

const failing = object<Failing>({ mode: oneOf(OUTAGE_MODES), secondsLeft: whole(LONGEST_OUTAGE) });
const report = object<CloudReport>({ url: text, broker: text, failing: nullable(failing) });

/** What can be asked of the process that runs the cloud, on its own machine alone: it has no place in its HTTP. */
const CLOUD = {
  status: { op: 'status', parameters: none, result: report },
  fail: {
    op: 'fail',
    parameters: object<{ readonly mode: OutageMode; readonly seconds: number }>({
      mode: oneOf(OUTAGE_MODES),
      seconds: whole(LONGEST_OUTAGE, 1),
    }),
    result: report,
  },
  mend: { op: 'mend', parameters: none, result: report },
};

/** The same of this process and of another. */
export interface CloudControl {
  status(): Promise<CloudReport>;
  /** Begins an outage, in place of one that goes on. */
  fail(mode: OutageMode, seconds: number): Promise<CloudReport>;
  /** Ends it; without effect where there is none. */
  mend(): Promise<CloudReport>;
}

/** @throws PhoneKeyError `usage.invalid` when the path is too long for a socket */
const controlPath = (home: string): string => {
  const path = socketPath(resolve(home), 'cloud', 'control.sock');
  const surplus = surplusOf(path);
  if (surplus === 0) return path;
  throw new PhoneKeyError('usage.invalid', `the path of the cloud's directory is too long: ${path}`, {
    hint: `Choose a directory whose path is shorter by ${String(surplus)} bytes.`,
  });
};

/** @param home of the cloud, whose lock the caller holds */
export const openCloudDoor = (
  home: string,
  control: CloudControl,
  log: Logger,
): Promise<() => Promise<void>> =>
  openDoor(controlPath(home), {
    handlers: [
      handleCall(CLOUD.status, () => control.status()),
      handleCall(CLOUD.fail, ({ mode, seconds }) => control.fail(mode, seconds)),
      handleCall(CLOUD.mend, () => control.mend()),
    ],
    who: 'cloud',
    tooSlow: noAnswer(),
    log,
  });

/**
 * The control door of a cloud in another process.
 * @throws PhoneKeyError (each operation) `sim.not-running`, `cloud.timeout` when it does not answer
 */
export const cloudControl = (home: string): CloudControl => {
  const through = async <T>(ask: (client: RpcClient) => Promise<T>): Promise<T> => {
    const socket = await connectTo(controlPath(home));
    if (socket === undefined) throw notRunning();
    const client = new RpcClient(socket, {
      answerMs: ANSWER_MS,
      noAnswer,
      strange: () => new PhoneKeyError('internal', 'the answer of the cloud is not understood'),
      lost: noAnswer,
    });
    try {
      return await ask(client);
    } finally {
      client.close();
    }
  };
  return {
    status: () => through((client) => client.call(CLOUD.status, {})),
    fail: (mode, seconds) => through((client) => client.call(CLOUD.fail, { mode, seconds })),
    mend: () => through((client) => client.call(CLOUD.mend, {})),
  };
};

const notRunning = (): PhoneKeyError =>
  new PhoneKeyError('sim.not-running', 'no cloud runs here', {
    hint: 'Start it first: key cloud start.',
  });

const noAnswer = (cause?: unknown): PhoneKeyError =>
  new PhoneKeyError('cloud.timeout', 'the cloud does not answer at its control door', {
    cause,
    hint: 'Look at the terminal where it runs, and start it again if it hangs.',
  });
