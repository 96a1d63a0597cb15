import { blockOf } from './coverage.js';
import type { Coverage } from './coverage.js';
import { mutate } from './mutator.js';
import { Rng } from '../support/rng.js';
import { catchStrays } from './strays.js';
import { Violation } from './target.js';
import type { Target } from './target.js';

export interface FuzzerOptions {
  /** All that is tried follows from it, and from what the coverage tells. */
  readonly seed: string;
  readonly coverage: Coverage;
  /** Inputs that were kept of earlier runs. */
  readonly corpus?: readonly Uint8Array[];
  /** Told of each input before it runs. */
  readonly watch?: (input: Uint8Array) => void;
}

export interface Entry {
  readonly input: Uint8Array;
  readonly features: readonly number[];
}

export interface Finding {
  /** As small as it could be made with the same error. */
  readonly input: Uint8Array;
  readonly error: unknown;
}

const MINIMISING_TRIES = 400;
/** So many inputs run one by one rather than in halves. */
const FEW = 4;

/**
 * Runs mutants of the inputs that reached something new, until one breaks the target. The coverage is
 * looked at once for a batch; only if that shows a new block, the inputs run again one by one.
 */
export class Fuzzer {
  readonly #target: Target;
  readonly #options: FuzzerOptions;
  readonly #rng: Rng;
  readonly #features = new Set<number>();
  readonly #blocks = new Set<number>();
  readonly #entries: Entry[] = [];
  #strays: ReturnType<typeof catchStrays> | undefined;
  #executions = 0;

  constructor(target: Target, options: FuzzerOptions) {
    this.#target = target;
    this.#options = options;
    this.#rng = new Rng(`${options.seed}/${target.name}`);
  }

  get executions(): number {
    return this.#executions;
  }

  /** Blocks of code that were reached. */
  get blocks(): number {
    return this.#blocks.size;
  }

  /** The good ones to begin with, and those that reached something new when they ran. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Resolves with what was found, or undefined once `over` says so. */
  async run(over: () => boolean): Promise<Finding | undefined> {
    this.#strays = catchStrays();
    try {
      const failing = (await this.#tryGoodOnes()) ?? (await this.#search(over));
      return failing && (await this.#minimise(failing));
    } finally {
      this.#strays.stop();
      this.#strays = undefined;
    }
  }

  async #tryGoodOnes(): Promise<Finding | undefined> {
    const inputs = [...this.#target.seeds(), ...(this.#options.corpus ?? [])];
    this.#options.coverage.take();
    return this.#oneByOne(inputs, true);
  }

  async #search(over: () => boolean): Promise<Finding | undefined> {
    const { batch = 256 } = this.#target;
    while (!over()) {
      const inputs = Array.from({ length: batch }, () => this.#mutant());
      const finding = await this.#halve(inputs);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  /** Looks ever closer at the part of a batch in which something happens. */
  async #halve(inputs: readonly Uint8Array[]): Promise<Finding | undefined> {
    if (inputs.length <= FEW) return this.#oneByOne(inputs);
    if (!(await this.#stirs(inputs))) return undefined;
    const middle = inputs.length >> 1;
    return (
      (await this.#halve(inputs.slice(0, middle))) ?? (await this.#halve(inputs.slice(middle)))
    );
  }

  #mutant(): Uint8Array {
    const { dictionary = [], maxLength = 512, stride = 1 } = this.#target;
    const options = { dictionary, maxLength, stride };
    const parent = this.#parent();
    return mutate(this.#rng, parent, this.#parent(), options);
  }

  /** Every other time one of the newest, which lead on. */
  #parent(): Uint8Array {
    const { length } = this.#entries;
    const recent = this.#rng.chance(2) ? Math.ceil(length / 8) : length;
    return this.#entries[length - 1 - this.#rng.below(recent)]?.input ?? new Uint8Array(0);
  }

  /** Runs a batch; whether anything about it is worth a closer look. */
  async #stirs(inputs: readonly Uint8Array[]): Promise<boolean> {
    const before = performance.now();
    let failed = false;
    for (const input of inputs) failed = (await this.#execute(input)) !== undefined || failed;
    const slow = performance.now() - before > this.#limitMs;
    failed ||= (await this.#stray()) !== undefined;
    // Looked at in any case: what ran must not count for the next.
    const features = this.#look();
    return failed || slow || features.some((feature) => !this.#blocks.has(blockOf(feature)));
  }

  async #oneByOne(inputs: readonly Uint8Array[], keep = false): Promise<Finding | undefined> {
    for (const input of inputs) {
      const error = await this.#alone(input);
      if (error !== undefined) return { input, error };
      const features = this.#look();
      if (keep || features.some((feature) => !this.#features.has(feature))) {
        this.#entries.push({ input, features });
      }
      for (const feature of features) {
        this.#features.add(feature);
        this.#blocks.add(blockOf(feature));
      }
    }
    return undefined;
  }

  /** Runs one input, with a look at what it left behind and how long it took. */
  async #alone(input: Uint8Array): Promise<unknown> {
    let fastest = Infinity;
    // Again, if it was slow: the machine may have been.
    for (let tries = 0; tries < 3 && fastest > this.#limitMs; tries++) {
      const before = process.cpuUsage();
      const error = (await this.#execute(input)) ?? (await this.#stray());
      if (error !== undefined) return error;
      const { user, system } = process.cpuUsage(before);
      fastest = Math.min(fastest, (user + system) / 1000);
    }
    return fastest > this.#limitMs
      ? new Violation(`takes ${fastest.toFixed(0)} ms of processor time`)
      : undefined;
  }

  /** What was thrown, or undefined. */
  async #execute(input: Uint8Array): Promise<unknown> {
    this.#executions += 1;
    this.#options.watch?.(input);
    try {
      const running = this.#target.run(input.slice());
      if (running !== undefined) await running;
      return undefined;
    } catch (error) {
      return error ?? new Violation('threw nothing at all');
    }
  }

  /** An unhandled rejection becomes known a turn later. */
  async #stray(): Promise<unknown> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#strays?.take();
  }

  #look(): readonly number[] {
    return [...this.#options.coverage.take()];
  }

  get #limitMs(): number {
    return this.#target.limitMs ?? 50;
  }

  /** Leaves out ever smaller stretches as long as the error stays what it is. */
  async #minimise({ input, error }: Finding): Promise<Finding> {
    const { stride = 1 } = this.#target;
    let smallest = input;
    let tries = 0;
    for (let size = Math.ceil(input.length / 2); size >= stride; size = Math.floor(size / 2)) {
      const step = Math.max(stride, size - (size % stride));
      for (let at = 0; at < smallest.length && tries < MINIMISING_TRIES; tries++) {
        const shorter = Uint8Array.from([
          ...smallest.subarray(0, at),
          ...smallest.subarray(at + step),
        ]);
        if (String(await this.#alone(shorter)) === String(error)) smallest = shorter;
        else at += step;
      }
    }
    return { input: smallest, error };
  }
}
