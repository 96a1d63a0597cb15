import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { serveH4 } from '../../../air/index.js';
import type { ControllerSource, H4Server } from '../../../air/index.js';
import { Running } from '../../support/cli.js';
import type { Finished, RunOptions } from '../../support/cli.js';
import { bootQemu } from './qemu.js';

/** What `guest/agent.mjs` says; `id` is that of the request. */
interface Answer {
  readonly id: number;
  readonly ready?: true;
  /** Of the adapter: N of its hciN. */
  readonly index?: number;
  readonly stream?: 'stdout' | 'stderr';
  readonly text?: string;
  /** Exit code of the program. */
  readonly code?: number | null;
  readonly error?: string;
}

/**
 * A Linux guest whose Bluetooth adapters are controllers of ours, over H4/TCP. Whatever is asked of it
 * rejects when it ends, with the last lines of its console.
 */
export class Guest {
  /** What our H4 servers complained of. */
  readonly warnings: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'linux-guest-'));
  readonly #h4: H4Server[] = [];
  readonly #listeners = new Map<number, (answer: Answer) => void>();
  readonly #ended = new AbortController();
  readonly #agents: Server;
  #qemu: ChildProcess | undefined;
  #agent: Socket | undefined;
  #console = '';
  #requests = 0;

  private constructor() {
    this.#agents = createServer();
  }

  /** Boots it. `adapters`: names for `attach`, and where the controller of each comes from. */
  static async boot(adapters: Readonly<Record<string, ControllerSource>>): Promise<Guest> {
    const guest = new Guest();
    try {
      await guest.#boot(adapters);
    } catch (error) {
      await guest.stop();
      throw error;
    }
    return guest;
  }

  /** True when its kernel gave up. */
  get panicked(): boolean {
    return /Kernel panic/.test(this.#console);
  }

  /** Makes a Bluetooth adapter of the controller; resolves with the N of its hciN. */
  async attach(name: string): Promise<number> {
    const { index } = await this.#first({ do: 'attach', port: name });
    if (index === undefined) throw new Error(`${name} is no adapter`);
    return index;
  }

  /** Starts a program in it. */
  start(argv: readonly string[], { env = {}, input = '' }: RunOptions = {}): Running {
    const program = new GuestProgram((signal) => {
      this.#send({ id, do: 'kill', signal });
    });
    const running = new Running(program);
    const id = this.#request({ do: 'start', argv, env, input }, (answer) => {
      if (answer.stream === undefined) this.#listeners.delete(answer.id);
      program.answered(answer);
    });
    return running;
  }

  /** Runs a program to its end. */
  run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.start(argv, options).finished;
  }

  async stop(): Promise<void> {
    if (this.#qemu?.exitCode === null && this.#qemu.signalCode === null) {
      const closed = once(this.#qemu, 'close');
      this.#qemu.kill();
      await closed;
    }
    this.#agents.close();
    for (const server of this.#h4) await server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #boot(adapters: Readonly<Record<string, ControllerSource>>): Promise<void> {
    const path = join(this.#folder, 'agent');
    this.#agents.listen(path);
    await once(this.#agents, 'listening');
    const ports = [{ name: 'agent', chardev: `socket,path=${path}` }];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string) => void this.warnings.push(message),
    };
    for (const [name, air] of Object.entries(adapters)) {
      const server = await serveH4({ air, logger });
      this.#h4.push(server);
      const chardev = `socket,host=${server.host},port=${String(server.port)},nodelay=on`;
      ports.push({ name, chardev });
    }
    const ready = this.#listen();
    this.#qemu = bootQemu(this.#folder, ports);
    for (const stream of [this.#qemu.stdout, this.#qemu.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#console += text));
    }
    this.#qemu.on('close', () => {
      this.#end();
    });
    await ready;
  }

  /** Resolves when the agent has said that it is there. */
  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#ended.signal.addEventListener('abort', () => {
        reject(this.#ended.signal.reason as Error);
      });
      this.#agents.once('connection', (socket: Socket) => {
        this.#agent = socket;
        socket.on('error', () => undefined);
        createInterface({ input: socket }).on('line', (line) => {
          const answer = JSON.parse(line) as Answer;
          if (answer.ready === true) resolve();
          else this.#listeners.get(answer.id)?.(answer);
        });
      });
    });
  }

  #send(message: object): void {
    this.#agent?.write(`${JSON.stringify(message)}\n`);
  }

  /** Sends a request; gives the id by which `listener` hears the answers, also that the guest ended. */
  #request(message: object, listener: (answer: Answer) => void): number {
    const id = ++this.#requests;
    this.#listeners.set(id, listener);
    if (this.#ended.signal.aborted) this.#end();
    else this.#send({ id, ...message });
    return id;
  }

  #first(message: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#request(message, (answer) => {
        if (answer.error === undefined) resolve(answer);
        else reject(new Error(answer.error));
      });
    });
  }

  #end(): void {
    const error = `the guest ended:\n${this.#console.slice(-4000)}`;
    this.#ended.abort(new Error(error));
    for (const [id, listener] of this.#listeners) listener({ id, error });
  }
}

/** A program in the guest, as `Running` wants it. */
class GuestProgram extends EventEmitter {
  readonly stdout = new Readable({ read: () => undefined });
  readonly stderr = new Readable({ read: () => undefined });
  readonly kill: (signal: NodeJS.Signals) => void;

  constructor(kill: (signal: NodeJS.Signals) => void) {
    super();
    this.kill = kill;
  }

  answered({ stream, text, code, error }: Answer): void {
    if (stream !== undefined) {
      this[stream].push(text);
    } else if (error !== undefined) {
      this.emit('error', new Error(error));
    } else {
      const ends = [this.stdout, this.stderr].map((each) => once(each, 'end'));
      this.stdout.push(null);
      this.stderr.push(null);
      void Promise.all(ends).then(() => this.emit('close', code));
    }
  }
}
