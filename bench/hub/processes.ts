import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectHub } from '../../air/index.js';
import type { AirTransport } from '../../air/index.js';
import { perSecond } from '../measure.js';
import { NobleCentral, roundTrips } from '../noble-central.js';
import type { EchoCharacteristics } from '../noble-central.js';
import { echo, writeRequest } from './packets.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

/** A noble in this process and a bleno in one of its own, on the air of a hub in a third. */
export class OverHub {
  readonly #children: Children;
  readonly #transport: AirTransport;
  readonly #characteristics: EchoCharacteristics;

  private constructor(
    children: Children,
    transport: AirTransport,
    characteristics: EchoCharacteristics,
  ) {
    this.#children = children;
    this.#transport = transport;
    this.#characteristics = characteristics;
  }

  static async start(): Promise<OverHub> {
    const children = await Children.start('bleno');
    const transport = await connectHub(children.path);
    const central = await NobleCentral.start(transport);
    await central.found.connectAsync();
    return new OverHub(children, transport, await central.discover());
  }

  measure(_what: 'round_trips', ms: number): Promise<number> {
    return roundTrips(this.#characteristics, ms);
  }

  /** The hub ends by itself once both have gone. */
  async close(): Promise<void> {
    this.#transport.close();
    await this.#children.end();
  }
}

/** The same three processes and bytes, without Bluetooth: sockets, and one that passes on what the others say. */
export class Relay {
  readonly #children: Children;
  readonly #socket: Socket;
  readonly #roundTrip: () => Promise<number>;

  private constructor(children: Children, socket: Socket, roundTrip: () => Promise<number>) {
    this.#children = children;
    this.#socket = socket;
    this.#roundTrip = roundTrip;
  }

  static async start(): Promise<Relay> {
    const children = await Children.start('relay', 'answer');
    const socket = connect(children.path);
    await once(socket, 'connect');
    const question = writeRequest(0);
    const length = Buffer.concat(echo(0)).length;
    let left = 0;
    let done: (count: number) => void = () => undefined;
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left === 0) done(1);
    });
    return new Relay(children, socket, () => {
      left = length;
      socket.write(question);
      return new Promise((resolve) => (done = resolve));
    });
  }

  measure(_what: 'round_trips', ms: number): Promise<number> {
    return perSecond(ms, this.#roundTrip);
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#children.end();
  }
}

/** Processes that meet at a path. */
class Children {
  readonly #started: ChildProcess[] = [];

  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** One for each role of child.ts, when all are ready. */
  static async start(...roles: readonly string[]): Promise<Children> {
    const children = new Children(await mkdtemp(join(tmpdir(), 'phonekey-bench-')));
    for (const role of roles) {
      const child = spawn(process.execPath, [CHILD, role, children.path], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      children.#started.push(child);
      const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
      if (line.done === true) throw new Error(`the process ${role} has ended`);
    }
    return children;
  }

  get path(): string {
    return join(this.#directory, 'sock');
  }

  async end(): Promise<void> {
    for (const child of this.#started) {
      const exited = once(child, 'exit');
      child.stdin?.end();
      await exited;
    }
    await rm(this.#directory, { recursive: true });
  }
}
