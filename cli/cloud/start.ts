import { once } from 'node:events';
import type { CloudEvent } from '../../cloud/types.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';
import type { Context } from '../context.js';
import { withProgress } from '../io/progress.js';
import { undoAll } from '../../lib/platform/undo.js';
import type { Undo } from '../../lib/platform/undo.js';
import { openCloudDoor } from './control.js';
import type { CloudControl, CloudReport, Failing } from './control.js';
import { describeHappening } from './describe-event.js';
import { lockCloudHome } from './home.js';
import { OwnNames } from './names.js';
import { loadService } from './package.js';
import { secretUrl } from './secret-url.js';
import { BROKER_NAME, CLOUD_NAME } from './url.js';

export interface StartOptions {
  readonly port: number;
  readonly brokerPort?: number | undefined;
  /** Files with URLs. */
  readonly database?: string | undefined;
  readonly broker?: string | undefined;
  readonly brokerAccounts?: 'none' | 'dynsec' | undefined;
}

/** Runs the cloud of this home in the foreground until it is told to stop. */
export const startCloud = async (context: Context, options: StartOptions): Promise<void> => {
  const { host, output, paths, log } = context;
  const signal = host.interrupt.whileRead();
  const tell = (event: object, sentence: string): void => {
    const time = new Date().toISOString();
    output.event(time, { ...event, time }, sentence);
  };
  const { startCloud: start } = await loadService();
  const [databaseUrl, brokerUrl] = await Promise.all([
    secretUrl(context, 'KEY_CLOUD_DATABASE', options.database, ['postgres:', 'postgresql:']),
    secretUrl(context, 'KEY_CLOUD_BROKER', options.broker, ['mqtt:', 'mqtts:']),
  ]);
  /** What ends it, the last first. */
  const undo: Undo[] = [];
  try {
    undo.push(await lockCloudHome(paths.cloud));
    const names = new OwnNames(paths.names);
    const cloud = await withProgress(output, 'starting the cloud', () =>
      start({
        home: paths.cloud,
        port: options.port,
        ...(options.brokerPort === undefined ? {} : { brokerPort: options.brokerPort }),
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
        ...(brokerUrl === undefined ? {} : { brokerUrl, brokerAccounts: options.brokerAccounts }),
        log,
        onResolvable: (resolvable) => names.set(resolvable),
      }).catch((error: unknown) => {
        throw notStarted(error);
      }),
    );
    undo.push(() => cloud.close());
    let failing: Until | undefined;
    const happened = (event: CloudEvent): void => {
      if (event.type === 'failing') {
        failing = { mode: event.mode, until: performance.now() + event.forMs };
      } else if (event.type === 'recovered') failing = undefined;
      tell(event, describeHappening({ type: event.type, data: { ...event } }));
    };
    undo.push(cloud.watch(happened));
    undo.push(() => names.release());
    await names.own({ [CLOUD_NAME]: cloud.address.port, ...brokerName(cloud.carUrl) });
    const report = (): CloudReport => ({
      url: cloud.url,
      broker: cloud.carUrl,
      failing: failing === undefined ? null : leftOf(failing),
    });
    const control: CloudControl = {
      status: async () => report(),
      fail: (mode, seconds) => cloud.fail(mode, seconds * 1000).then(report),
      mend: () => cloud.recover().then(report),
    };
    undo.push(await openCloudDoor(paths.cloud, control, log));
    const { url, broker } = report();
    tell({ type: 'ready', url, broker }, `the cloud is up at ${url}, for cars at ${broker}`);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await undoAll(undo);
  }
  tell({ type: 'stopped' }, 'stopped');
};

/** When an outage ends, by `performance.now()`. */
interface Until extends Pick<Failing, 'mode'> {
  readonly until: number;
}

const leftOf = ({ mode, until }: Until): Failing => ({
  mode,
  secondsLeft: Math.max(0, Math.ceil((until - performance.now()) / 1000)),
});

/** A broker on this machine has a name, too, so that a car finds it wherever it listens today. */
const brokerName = (url: string): { readonly [BROKER_NAME]?: number } => {
  const { hostname, port } = new URL(url);
  return hostname === '127.0.0.1' ? { [BROKER_NAME]: Number(port) } : {};
};

/** What is not a bug, and says nothing of a URL with a password. */
const notStarted = (cause: unknown): unknown => {
  if (isErrno(cause, 'EADDRINUSE')) {
    return new PhoneKeyError('usage.invalid', 'its port is in use by another program', {
      cause,
      hint: 'Give it another one: key cloud start --port 0 takes any.',
    });
  }
  if (cause instanceof Error && cause.name === 'StoreError') {
    return new PhoneKeyError('cloud.failed', `its database cannot be used: ${cause.message}`, {
      hint: 'Check that the database runs, and its URL. The log says more: --verbose.',
    });
  }
  return cause;
};
