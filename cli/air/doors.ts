import { connectHub } from '../../air/hub/connect.js';
import { serveH4, serveH4Socket } from '../../air/h4-server.js';
import { servePty } from '../../air/pty/pty-server.js';
import type { HostServerOptions, Position } from '../../air/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Endpoint } from '../config/parse.js';
import type { Context } from '../context.js';

/** As near to the car as a phone is. */
const HOST_AT: Position = { x: 1, y: 0 };

export interface DoorOptions {
  /** Where hosts connect over TCP or a Unix socket. */
  readonly h4?: Endpoint | undefined;
  /** H4 also on an address of this machine that others reach, or for its other users. */
  readonly expose?: true | undefined;
  /** The path of a pseudo-terminal. */
  readonly pty?: string | undefined;
  /** Most links in the peripheral role of each host. */
  readonly links?: number | undefined;
}

export interface DoorEvents {
  readonly tell: (event: object, sentence: string) => void;
  /** A door has closed by itself. */
  readonly failed: (message: string) => void;
}

export type Doors = Awaited<ReturnType<typeof openDoors>>;

/** Opens the ways by which other stacks come in; each host is handed on to a connection to the hub. */
export const openDoors = async (
  { log, options, output, paths }: Context,
  { h4, pty, expose, links }: DoorOptions,
  { tell, failed }: DoorEvents,
) => {
  checkDoors({ h4, pty, expose, links });
  const place = { position: options.at, defaultPosition: HOST_AT };
  let count = 0;
  const counted = (more: number, type: string, what: string): void => {
    count += more;
    tell({ type, hosts: count }, `a host ${what}; ${String(count)} connected`);
  };
  /** How the hosts of all doors get their controllers, and are counted together. */
  const hosts = (label: string): HostServerOptions => ({
    air: { controller: (kind) => connectHub(paths.hub, { label, ...place, ...kind }) },
    ...(links !== undefined && { peripheralLinks: links }),
    logger: log,
    onConnect: () => counted(1, 'host-connected', 'connected'),
    onDisconnect: () => counted(-1, 'host-gone', 'disconnected'),
  });
  const server = h4 && (await serve(h4, { ...hosts('h4'), expose: expose ?? false }));
  if (server && expose === true) {
    output.say(`anybody who reaches ${server.at} is on this air: HCI knows no authentication`);
  }
  const onLost = (): void => failed('the pseudo-terminal has ended');
  const terminal =
    pty === undefined
      ? undefined
      : await servePty({ ...hosts('pty'), path: pty, onLost }).catch(async (error: unknown) => {
          await server?.close();
          throw error;
        });
  const at = [...(server ? [server.sentence] : []), ...(pty === undefined ? [] : [`at ${pty}`])];
  return {
    /** What is served where, for programs. */
    where: { h4: server?.where ?? null, pty: pty ?? null },
    /** The same for people. */
    sentence: at.length === 0 ? '' : `; HCI over H4 ${at.join(' and ')}`,
    async close() {
      await server?.close();
      await terminal?.close();
    },
  };
};

/** @throws PhoneKeyError `usage.invalid` for what would do nothing */
const checkDoors = ({ h4, pty, expose, links }: DoorOptions): void => {
  if (expose === true && h4 === undefined) throw needs('--expose', '--h4');
  if (links !== undefined && h4 === undefined && pty === undefined) {
    throw needs('--links', '--h4 or --pty');
  }
};

const needs = (option: string, other: string): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', `${option} does nothing without ${other}`, {
    hint: `Give ${other} as well: key help air start.`,
  });

/** An H4 server, and how programs and people are told where it is. */
const serve = async (
  endpoint: Endpoint,
  options: HostServerOptions & { readonly expose: boolean },
) => {
  if ('path' in endpoint) {
    const server = await serveH4Socket({ ...options, ...endpoint });
    const { path } = server;
    return { where: { path }, sentence: `at ${path}`, at: path, close: () => server.close() };
  }
  const server = await serveH4({ ...options, ...endpoint });
  const { host, port } = server;
  const at = `${host} port ${String(port)}`;
  return { where: { host, port }, sentence: `on ${at}`, at, close: () => server.close() };
};
