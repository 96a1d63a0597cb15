import { connectHub, connectOrStartHub, openHubControl, serveH4 } from '../../air/index.js';
import type { H4Server, HubControl, HubSettings } from '../../air/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Endpoint, Position } from '../config/parse.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { aborted } from '../io/interrupt.js';
import { captureToFile } from './capture.js';
import type { AirCapture } from './capture.js';

/** As near to the car as a phone is. */
const HOST_AT: Position = { x: 1, y: 0 };

export interface AirOptions extends HubSettings {
  readonly h4?: Endpoint | undefined;
}

/**
 * Keeps the air of this home up, in the foreground, with a controller of its own that does nothing;
 * and with `h4` hands each TCP connection on to a connection to the hub, where cars and phones are.
 * @throws PhoneKeyError `usage.invalid` when the air runs already with other settings
 */
export const startAir = async (
  context: Context,
  { h4, ...settings }: AirOptions,
): Promise<ExitCode> => {
  const { log, options, output, paths, signal } = context;
  const tell = (event: object, sentence: string): void => {
    const time = new Date().toISOString();
    output.result({ ...event, time }, [`${output.paint('dim', time.slice(11, 23))} ${sentence}`]);
  };
  const keeper = await connectOrStartHub(paths.hub, { label: 'air' }, settings);
  const ended = new Promise<never>((_, reject) => {
    keeper.onClose(() => {
      reject(
        new PhoneKeyError('radio.unavailable', 'the virtual air has ended', {
          hint: 'Start it again: key air start.',
        }),
      );
    });
  });
  ended.catch(() => undefined); // also when nobody waits any more
  let control: HubControl | undefined;
  let capture: AirCapture | undefined;
  let server: H4Server | undefined;
  try {
    control = await openHubControl(paths.hub);
    const { seed, pace } = await control.info();
    capture = await captureToFile(context, control);
    server =
      h4 &&
      (await serveH4({
        ...h4,
        air: {
          controller: () =>
            connectHub(paths.hub, { label: 'h4', position: options.at, defaultPosition: HOST_AT }),
        },
        logger: log,
        onConnect: (hosts) => {
          tell({ type: 'host-connected', hosts }, `a host has come; there are ${String(hosts)}`);
        },
        onDisconnect: (hosts) => {
          tell({ type: 'host-gone', hosts }, `a host has gone; there are ${String(hosts)}`);
        },
      }));
    const where = server && { host: server.host, port: server.port };
    const served =
      where === undefined ? '' : `; HCI over H4 on ${where.host} port ${String(where.port)}`;
    tell(
      { type: 'ready', h4: where ?? null, seed, pace },
      `the air is up, ${pace}, seed ${seed}${served}`,
    );
    await Promise.race([aborted(signal), ended]);
  } finally {
    await server?.close();
    await capture?.stop();
    control?.close();
    keeper.close();
  }
  tell({ type: 'stopped' }, 'stopped');
  return EXIT.ok;
};
