import { connectHub } from '../../air/hub/connect.js';
import { serveH4 } from '../../air/h4-server.js';
import { servePty } from '../../air/pty/pty-server.js';
import type { HostServerOptions, Position } from '../../air/index.js';
import type { Endpoint } from '../config/parse.js';
import type { Context } from '../context.js';

/** As near to the car as a phone is. */
const HOST_AT: Position = { x: 1, y: 0 };

export interface DoorOptions {
  /** Where hosts connect over TCP. */
  readonly h4?: Endpoint | undefined;
  /** The path of a pseudo-terminal. */
  readonly pty?: string | undefined;
}

export interface DoorEvents {
  readonly tell: (event: object, sentence: string) => void;
  /** A door has closed by itself. */
  readonly failed: (message: string) => void;
}

export type Doors = Awaited<ReturnType<typeof openDoors>>;

/** Opens the ways by which other stacks come in; each host is handed on to a connection to the hub. */
export const openDoors = async (
  { log, options, paths }: Context,
  { h4, pty }: DoorOptions,
  { tell, failed }: DoorEvents,
) => {
  const place = { position: options.at, defaultPosition: HOST_AT };
  let count = 0;
  const counted = (more: number, type: string, what: string): void => {
    count += more;
    tell({ type, hosts: count }, `a host ${what}; ${String(count)} connected`);
  };
  /** How the hosts of all doors get their controllers, and are counted together. */
  const hosts = (label: string): HostServerOptions => ({
    air: { controller: () => connectHub(paths.hub, { label, ...place }) },
    logger: log,
    onConnect: () => counted(1, 'host-connected', 'connected'),
    onDisconnect: () => counted(-1, 'host-gone', 'disconnected'),
  });
  const server = h4 && (await serveH4({ ...hosts('h4'), ...h4 }));
  const onLost = (): void => failed('the pseudo-terminal has ended');
  const terminal =
    pty === undefined
      ? undefined
      : await servePty({ ...hosts('pty'), path: pty, onLost }).catch(async (error: unknown) => {
          await server?.close();
          throw error;
        });
  const at = [
    ...(server ? [`on ${server.host} port ${String(server.port)}`] : []),
    ...(pty === undefined ? [] : [`at ${pty}`]),
  ];
  return {
    /** What is served where, for programs. */
    where: { h4: server ? { host: server.host, port: server.port } : null, pty: pty ?? null },
    /** The same for people. */
    sentence: at.length === 0 ? '' : `; HCI over H4 ${at.join(' and ')}`,
    async close() {
      await server?.close();
      await terminal?.close();
    },
  };
};
