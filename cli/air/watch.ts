import { tapHub } from '../../air/hub/control-client.js';
import type { CaptureEvent } from '../../air/index.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { follow } from '../io/follow.js';
import { CaptureTimes, readCapture } from './capture-file.js';
import { AirView, HciView } from './viewer.js';
import type { ViewLine, ViewOptions } from './viewer.js';
import { homeKeys } from './viewer-keys.js';
import { airEnded, plain } from './words.js';

export interface WatchOptions extends ViewOptions {
  /** Every HCI packet instead of what it means. */
  readonly hci?: true | undefined;
  /** A btsnoop file, or `-` for stdin, instead of the air of this home. */
  readonly read?: string | undefined;
}

/** Tells what happens on the air, a line each, until Ctrl-C; or what a capture holds. */
export const showAir = async (
  context: Context,
  { hci, read, ...shown }: WatchOptions,
  open = tapHub,
): Promise<ExitCode> => {
  const { host, output, paths, signal } = context;
  const readers = host.interrupt.whileRead();
  const keys = await homeKeys(context);
  const view = hci === true ? new HciView(shown) : new AirView(keys, shown);
  const times = new CaptureTimes(() =>
    output.say('this capture has no dates: +00:00:00.000 is the time of its first record'),
  );
  const tell = async (lines: readonly ViewLine[]): Promise<void> => {
    for (const line of lines) {
      print(line, context, times);
      // The phone has saved the car by then, and its next advertisement is to be known.
      if (isPaired(line)) await keys.reload().catch(() => undefined);
    }
  };
  if (read !== undefined) {
    for await (const event of readCapture(host, read, readers)) await tell(view.push(event));
    await tell(view.end());
    return signal.aborted ? EXIT.interrupted : EXIT.ok;
  }
  const tap = await open(paths.hub);
  const what = shown.only === undefined ? '' : ` for ${plain(shown.only)}`;
  output.say(`watching the air${what}; Ctrl-C ends it`);
  await follow(readers, tap, (event: CaptureEvent) => tell(view.push(event)), airEnded);
  return EXIT.ok;
};

const print = (
  { type, time, fields, who, what }: ViewLine,
  { output }: Context,
  times: CaptureTimes,
): void => {
  const words = type === 'message' ? output.paint('cyan', `  ${what}`) : what;
  const when = times.read(time);
  const sentence = `${output.paint('bold', who.padEnd(WHO))} ${words}`;
  output.result({ ...when.fields, type, ...fields }, [
    `${output.paint('dim', when.text)} ${sentence}`,
  ]);
};

/** Two names of up to eight characters and an arrow. */
const WHO = 20;

const isPaired = ({ type, fields }: ViewLine): boolean =>
  type === 'message' && 'kind' in fields && fields.kind === 'PairDone';
