import { Violation } from './target.js';
import type { Target } from './target.js';

/**
 * Bugs that are there on purpose: what the fuzzer must find, or that it finds no others means nothing.
 * Not in the list of targets.
 */

/** Behind steps that only one byte in 256 takes. */
export const planted: Target = {
  name: 'planted',
  seeds: () => [new Uint8Array(5)],
  run(input) {
    const [version, length, kind] = input;
    if (version !== 0x70) return;
    // A record within the record: its length must be what is left, and something.
    if (length === 0 || length !== input.length - 2) return;
    if (kind === 0xbd) throw new Violation('the bug that was planted');
  },
};

/** Never ends. */
export const endless: Target = {
  name: 'endless',
  seeds: () => [Uint8Array.of(1)],
  run(input) {
    for (let i = 1; i > 0; i = (i % 7) + 1) input.fill(i);
  },
};

/** Leaves a rejection behind that comes to nobody's notice. */
export const stray: Target = {
  name: 'stray',
  seeds: () => [Uint8Array.of(1)],
  run(input) {
    if (input.length > 6) void Promise.reject(new Violation('nobody handles this'));
  },
};

export const PLANTED: readonly Target[] = [planted, endless, stray];
