import type { Trouble } from './check.js';

/** How many points were tried, and what went wrong how often, with the first that did. */
export class Figures {
  readonly points = { cut: 0, 'cut again': 0, damaged: 0, weak: 0 };
  readonly failures: Record<string, string> = {};
  #failed = 0;
  readonly #times = new Map<string, { times: number; first: string }>();

  add(point: keyof Figures['points'], trouble: Trouble | undefined): void {
    this.points[point] += 1;
    if (trouble === undefined) return;
    this.#failed += 1;
    const { times, first } = this.#times.get(trouble.what) ?? { times: 0, first: trouble.where };
    this.#times.set(trouble.what, { times: times + 1, first });
    this.failures[trouble.what] = `${times + 1}, first: ${first}`;
  }

  total(): number {
    return Object.values(this.points).reduce((sum, count) => sum + count, 0);
  }

  /** One line, for people. */
  toString(): string {
    const points = Object.entries(this.points).filter(([, count]) => count > 0);
    const parts = points.map(([what, count]) => `${count} points ${what}`);
    return `${parts.join(', ')}, ${this.#failed} failures`;
  }
}

/** True the first time and then once in so many times: all for 1. */
export const everyOne = (stride: number): (() => boolean) => {
  let calls = 0;
  return () => calls++ % stride === 0;
};
