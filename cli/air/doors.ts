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

/** The ways by which other stacks come in; each host is handed on to a connection to the hub. */
export class Doors {
  readonly #open: { close(): Promise<void> }[] = [];
  #h4: Endpoint | null = null;
  #pty: string | null = null;

  static async open(context: Context, options: DoorOptions, events: DoorEvents): Promise<Doors> {
    const doors = new Doors();
    try {
      await doors.#openAll(options, hostsOf(context, events), events);
    } catch (error) {
      await doors.close();
      throw error;
    }
    return doors;
  }

  /** What is served where, for programs. */
  get where(): { readonly h4: Endpoint | null; readonly pty: string | null } {
    return { h4: this.#h4, pty: this.#pty };
  }

  /** The same for people. */
  toString(): string {
    const at = [
      ...(this.#h4 ? [`on ${this.#h4.host} port ${String(this.#h4.port)}`] : []),
      ...(this.#pty === null ? [] : [`at ${this.#pty}`]),
    ];
    return at.length === 0 ? '' : `; HCI over H4 ${at.join(' and ')}`;
  }

  async close(): Promise<void> {
    for (const door of this.#open) await door.close();
  }

  async #openAll(
    { h4, pty }: DoorOptions,
    hosts: (label: string) => HostServerOptions,
    { failed }: DoorEvents,
  ): Promise<void> {
    if (h4 !== undefined) {
      const server = await serveH4({ ...hosts('h4'), ...h4 });
      this.#open.push(server);
      this.#h4 = { host: server.host, port: server.port };
    }
    if (pty !== undefined) {
      const onLost = (): void => failed('the pseudo-terminal has ended');
      this.#open.push(await servePty({ ...hosts('pty'), path: pty, onLost }));
      this.#pty = pty;
    }
  }
}

/** How the hosts of all doors get their controllers, and are counted together. */
const hostsOf = (
  { log, options, paths }: Context,
  { tell }: DoorEvents,
): ((label: string) => HostServerOptions) => {
  const place = { position: options.at, defaultPosition: HOST_AT };
  let hosts = 0;
  return (label) => ({
    air: { controller: () => connectHub(paths.hub, { label, ...place }) },
    logger: log,
    onConnect: () => {
      hosts++;
      tell({ type: 'host-connected', hosts }, `a host has come; there are ${String(hosts)}`);
    },
    onDisconnect: () => {
      hosts--;
      tell({ type: 'host-gone', hosts }, `a host has gone; there are ${String(hosts)}`);
    },
  });
};
