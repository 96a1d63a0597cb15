import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';

/**
 * Tells what code has run since it was asked last, as numbers: one for each block and for the order
 * of magnitude of how often it ran.
 */
export interface Coverage {
  take(): Iterable<number>;
  stop(): void;
}

/** What is measured: our own code as it was built. */
const isOurs = (url: string): boolean =>
  /\/dist\/(lib|air|firmware-sim|cli|test\/fuzz\/planted)/.test(url);

const BUCKETS = 8;

/** The block that a feature is about. */
export const blockOf = (feature: number): number => Math.floor(feature / BUCKETS);

/** Orders of magnitude: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more. */
const bucket = (count: number): number => {
  if (count <= 3) return count - 1;
  return count < 32 ? Math.floor(Math.log2(count)) + 1 : count < 128 ? 6 : 7;
};

/**
 * V8's own block coverage, through the inspector of this process. V8 leaves out a block that ran as
 * often as the one around it, so each block that was ever told apart is looked up anew.
 */
export class V8Coverage implements Coverage {
  readonly #session = new Session();
  readonly #measures: (url: string) => boolean;
  /** By function: its blocks so far, each with the number of its first feature. */
  readonly #functions = new Map<string, { start: number; end: number; feature: number }[]>();
  #next = 0;

  constructor(measures: (url: string) => boolean = isOurs) {
    this.#measures = measures;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    this.take();
  }

  take(): number[] {
    const features: number[] = [];
    for (const { url, scriptId, functions } of this.#read()) {
      if (!this.#measures(url)) continue;
      for (const { ranges } of functions) this.#collect(scriptId, ranges, features);
    }
    return features;
  }

  stop(): void {
    this.#session.disconnect();
  }

  /** Resets V8's counters. */
  #read(): Profiler.ScriptCoverage[] {
    let result: Profiler.ScriptCoverage[] = [];
    // In-process sessions answer before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error !== null) throw error;
      result = answer.result;
    });
    return result;
  }

  #collect(scriptId: string, ranges: readonly Profiler.CoverageRange[], features: number[]): void {
    const [whole] = ranges;
    if (whole === undefined || whole.count === 0) return;
    const name = `${scriptId}:${String(whole.startOffset)}`;
    let blocks = this.#functions.get(name);
    if (blocks === undefined) this.#functions.set(name, (blocks = []));
    for (const { startOffset: start, endOffset: end } of ranges) {
      if (blocks.some((block) => block.start === start && block.end === end)) continue;
      blocks.push({ start, end, feature: this.#next });
      this.#next += BUCKETS;
    }
    for (const { start, end, feature } of blocks) {
      // Outer ranges come before those within them.
      const innermost = ranges.findLast(
        ({ startOffset, endOffset }) => startOffset <= start && end <= endOffset,
      );
      const count = innermost?.count ?? 0;
      if (count > 0) features.push(feature + bucket(count));
    }
  }
}

/** Sees nothing: what fuzzing is worth without coverage. */
export const blind: Coverage = { take: () => [], stop: () => undefined };
