import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { silentLogger } from '../../../lib/platform/logger.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { serveH4 } from '../../../air/index.js';
import type { H4Server, HciTransport } from '../../../air/index.js';
import { Running } from '../../support/running.js';
import type { RunOptions } from '../../support/cli.js';
import type { Finished } from '../../support/running.js';
import { bootQemu } from './qemu.js';

/** What `guest/agent.mjs` says; `id` is that of the request, 0 when it is ready for them. */
interface Answer {
  readonly id: number;
  /** Of the adapter: the N of its hciN. */
  readonly index?: number;
  readonly stream?: 'stdout' | 'stderr';
  readonly text?: string;
  /** Exit code of the program. */
  readonly code?: number | null;
  readonly error?: string;
}

/** As for other commands; with null as `input` its stdin stays open, for `write`. */
type GuestRunOptions = Omit<RunOptions, 'input'> & { readonly input?: string | null };

export interface GuestRunning extends Running {
  write(text: string): void;
}

/**
 * A Linux guest whose Bluetooth adapters have controllers of ours, over H4/TCP. What was asked of it and
 * not answered when it ends never settles: race it with `ended`.
 */
export class Guest {
  /** What was asked of the agent and what it said; for people who look for a fault. */
  readonly transcript: string[] = [];
  /** What our H4 servers complained of. */
  readonly warnings: string[] = [];
  /** Rejects when it ends, whatever the reason, with the last lines of its console. */
  readonly ended: Promise<never>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'linux-guest-'));
  readonly #agents = createServer();
  readonly #h4: H4Server[] = [];
  readonly #listeners = new Map<number, (answer: Answer) => void>();
  #qemu: ChildProcess | undefined;
  #agent: Socket | undefined;
  #end: (error: Error) => void = () => undefined;
  #console = '';
  #requests = 0;

  constructor() {
    this.ended = new Promise((_, reject) => (this.#end = reject));
    this.ended.catch(() => undefined); // also when nobody waits
  }

  /** True when its kernel gave up. */
  get panicked(): boolean {
    return this.#console.includes('Kernel panic');
  }

  /** `controllers`: those that it may `attach`, by name. Resolves when it takes requests. */
  async boot(controllers: Readonly<Record<string, HciTransport>>): Promise<void> {
    const path = join(this.#folder, 'agent');
    this.#agents.listen(path);
    await once(this.#agents, 'listening');
    const ports = [{ name: 'agent', chardev: `socket,path=${path}` }];
    for (const [name, controller] of Object.entries(controllers)) {
      const { host, port } = await this.#serve(controller);
      ports.push({ name, chardev: `socket,host=${host},port=${port},nodelay=on` });
    }
    const ready = this.#answer(0);
    this.#agents.once('connection', (socket) => {
      this.#agent = socket;
      socket.on('error', () => undefined); // 'close' of QEMU tells
      createInterface({ input: socket }).on('line', (line) => {
        this.transcript.push(`< ${line}`);
        const answer = JSON.parse(line) as Answer;
        this.#listeners.get(answer.id)?.(answer);
      });
    });
    this.#qemu = bootQemu(this.#folder, ports);
    for (const stream of [this.#qemu.stdout, this.#qemu.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#console += text));
    }
    this.#qemu.on('close', () => {
      this.#end(new Error(`the guest ended:\n${this.#console.slice(-4000)}`));
    });
    await Promise.race([ready, this.ended]);
  }

  /** Makes a Bluetooth adapter of the controller; resolves with the N of its hciN. */
  async attach(name: string): Promise<number> {
    const id = this.#send({ do: 'attach', port: name });
    const { index } = await this.#answer(id);
    if (index === undefined) throw new Error(`no adapter came of ${name}`);
    return index;
  }

  /** Starts a program in it. */
  start(argv: readonly string[], { env = {}, input = '' }: GuestRunOptions = {}): GuestRunning {
    const id = this.#send({ do: 'start', argv, env, input });
    const program = new GuestProgram((signal) => {
      this.#send({ do: 'kill', program: id, signal });
    });
    const running = new Running(program);
    this.#listeners.set(id, (answer) => {
      program.answered(answer);
    });
    return Object.assign(running, {
      write: (text: string) => {
        this.#send({ do: 'write', program: id, text });
      },
    });
  }

  /** Runs a program to its end. */
  run(argv: readonly string[], options: GuestRunOptions = {}): Promise<Finished> {
    return this.start(argv, options).finished;
  }

  async stop(): Promise<void> {
    if (this.#qemu !== undefined) {
      this.#qemu.kill();
      await this.ended.catch(() => undefined);
    }
    this.#agents.close();
    for (const server of this.#h4) await server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #serve(controller: HciTransport): Promise<H4Server> {
    const logger = {
      ...silentLogger,
      warn: (message: string) => void this.warnings.push(message),
    };
    // QEMU connects when it starts, and is silent until the guest attaches: for longer than hosts may be.
    const clock = new SimClock();
    const server = await serveH4({ air: { controller: () => controller }, logger, clock });
    this.#h4.push(server);
    return server;
  }

  /** Gives the id of the request. */
  #send(request: object): number {
    const id = ++this.#requests;
    const line = JSON.stringify({ id, ...request });
    this.transcript.push(`> ${line}`);
    this.#agent?.write(`${line}\n`);
    return id;
  }

  #answer(id: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#listeners.set(id, (answer) => {
        if (answer.error === undefined) resolve(answer);
        else reject(new Error(answer.error));
      });
    });
  }
}

/** A program in the guest, as `Running` wants it. */
class GuestProgram extends EventEmitter {
  readonly stdout = new Readable({ read: () => undefined });
  readonly stderr = new Readable({ read: () => undefined });

  constructor(readonly kill: (signal: NodeJS.Signals) => void) {
    super();
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
