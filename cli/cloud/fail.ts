import type { OutageMode } from '../../cloud/types.js';
import type { Context } from '../context.js';
import { cloudControl } from './control.js';

export interface FailOptions {
  readonly mode: OutageMode;
  /** In seconds. */
  readonly for: number;
  readonly stop?: true | undefined;
}

/** What a person sees of each. */
const SEEN: Readonly<Record<OutageMode, string>> = {
  '500': 'answers 500',
  timeout: 'takes requests and does not answer',
  refuse: 'refuses connections',
  slow: 'answers late',
  flap: 'comes and goes',
  dns: 'has a name that is not found',
};

/** As a sentence of the cloud: `answers 500, for 20 min`. */
export const failingText = (mode: OutageMode, seconds: number): string =>
  `${SEEN[mode]}, for ${seconds < 120 ? `${String(seconds)} s` : `${String(Math.round(seconds / 60))} min`}`;

/** Begins an outage of the cloud that runs here, or ends it. */
export const failCloud = async (
  { output, paths }: Context,
  { mode, for: seconds, stop }: FailOptions,
): Promise<void> => {
  const control = cloudControl(paths.cloud);
  const { failing } = await (stop === true ? control.mend() : control.fail(mode, seconds));
  output.result({ ok: true, failing }, [
    failing === null
      ? 'the cloud works'
      : `the cloud ${failingText(failing.mode, failing.secondsLeft)}`,
  ]);
};
