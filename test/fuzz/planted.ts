import { Violation } from './target.js';
import type { Target } from './target.js';

/**
 * Bugs that are there on purpose: what the fuzzer must find, or that it finds no others means nothing.
 * Not in the list of targets.
 */

/** Behind steps that only one byte in 256 takes. */
export const planted: Target = {
  name: 'planted',
  seeds: () => [Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)],
  run(input) {
    const [a, b, c, d, e] = input;
    if (a !== 0x70) return;
    if (b !== 0x6b) return;
    if (c !== 0x01) return;
    // A record within the record: its length must be what is left.
    if (d !== input.length - 4) return;
    if (e === 0xbd) throw new Violation('the bug that was planted');
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
