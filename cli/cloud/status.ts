import { PhoneKeyError } from '../../lib/errors.js';
import type { Context } from '../context.js';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { withProgress } from '../io/progress.js';
import { call } from './account.js';
import { anonymousClient } from './client.js';
import { cloudControl } from './control.js';
import type { CloudReport } from './control.js';
import { failingText } from './fail.js';
import { LoginFile } from './login.js';

/** Whether the cloud answers, who is logged in to it, and how it is where it runs here. Exit code 4 where it does not answer. */
export const showCloud = async (context: Context): Promise<ExitCode> => {
  const { output, options, paths } = context;
  const url = options.cloudUrl;
  const fault = await withProgress(output, 'asking the cloud', () => faultOf(context));
  const login = await new LoginFile(paths.keys).read();
  const account = login?.url === url ? login.account : undefined;
  const here = await runningHere(context);
  output.result(
    {
      url,
      answers: fault === undefined,
      ...(fault && { fault }),
      account: account ?? null,
      running: here ?? null,
    },
    [
      fault === undefined
        ? output.paint('green', `${url} answers`)
        : output.paint('red', `no answer: ${fault.message}`),
      account === undefined
        ? 'this phone is not logged in'
        : `this phone is logged in as ${account}, until ${login?.expiresAt ?? ''}`,
      ...(here === undefined ? [] : [runningLine(here)]),
    ],
  );
  return fault === undefined ? EXIT.ok : exitCodeOf(fault);
};

const faultOf = async (context: Context): Promise<PhoneKeyError | undefined> => {
  try {
    await anonymousClient(context).health(call(context));
    return undefined;
  } catch (error) {
    if (error instanceof PhoneKeyError && error.kind !== 'interrupted') return error;
    throw error;
  }
};

/** Undefined where it does not. */
const runningHere = async ({ paths }: Context): Promise<CloudReport | undefined> =>
  cloudControl(paths.cloud)
    .status()
    .catch(() => undefined);

const runningLine = ({ url, broker, failing }: CloudReport): string =>
  `it runs in this home, at ${url}, for cars at ${broker}${
    failing === null ? '' : `, and ${failingText(failing.mode, failing.secondsLeft)}`
  }`;
