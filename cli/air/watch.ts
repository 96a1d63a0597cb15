import { createReadStream } from 'node:fs';
import { BtsnoopReader } from '../../air/capture/btsnoop-reader.js';
import { tapHub } from '../../air/hub/control-client.js';
import type { AirEvent } from '../../air/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { faultMessage } from '../../local/files/fault.js';
import { isErrno } from '../../local/errno.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { follow } from '../io/follow.js';
import { AirView, HciView } from './viewer.js';
import type { ViewLine } from './viewer.js';
import { homeKeys } from './viewer-keys.js';
import { airEnded } from './words.js';

export interface WatchOptions {
  /** Every HCI packet instead of what it means. */
  readonly hci?: true | undefined;
  /** A btsnoop file instead of the air of this home. */
  readonly read?: string | undefined;
}

/** Tells what happens on the air, a line each, until Ctrl-C; or what a capture holds. */
export const showAir = async (
  context: Context,
  { hci, read }: WatchOptions,
  open = tapHub,
): Promise<ExitCode> => {
  const { output, paths, signal } = context;
  const keys = await homeKeys(context);
  const view = hci === true ? new HciView() : new AirView(keys);
  const tell = async (event: AirEvent): Promise<void> => {
    for (const line of view.push(event)) {
      print(line, context);
      // The phone has saved the car by then, and its next advertisement is to be known.
      if (isPaired(line)) await keys.reload().catch(() => undefined);
    }
  };
  if (read !== undefined) {
    for await (const event of capture(read, signal)) await tell(event);
    return signal.aborted ? EXIT.interrupted : EXIT.ok;
  }
  const tap = await open(paths.hub);
  output.say('watching the air; Ctrl-C ends it');
  await follow(signal, tap, tell, airEnded);
  return EXIT.ok;
};

/** @throws PhoneKeyError `usage.invalid` */
async function* capture(path: string, signal: AbortSignal): AsyncGenerator<AirEvent> {
  const reader = new BtsnoopReader();
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      if (signal.aborted) return;
      yield* reader.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof PhoneKeyError) throw cause;
    throw new PhoneKeyError('usage.invalid', `cannot read ${path}: ${faultMessage(cause, path)}`, {
      cause,
      hint: isErrno(cause, 'ENOENT')
        ? 'Give a file that --capture has written.'
        : 'Give a file that you may read.',
    });
  }
  reader.end();
}

const print = ({ type, time, fields, who, what }: ViewLine, { output }: Context): void => {
  const text = type === 'message' ? output.paint('cyan', `  ${what}`) : what;
  const iso = new Date(time).toISOString();
  const sentence = `${output.paint('bold', who.padEnd(WHO))} ${text}`;
  output.event(iso, { time: iso, type, ...fields }, sentence);
};

/** Two names of up to eight characters and an arrow. */
const WHO = 20;

const isPaired = ({ type, fields }: ViewLine): boolean =>
  type === 'message' && 'kind' in fields && fields.kind === 'PairDone';
