import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockOf } from './coverage.js';
import type { Entry } from './fuzzer.js';

/** Kept inputs: a folder for each target, a file for each input, named by what is in it. */
const CORPUS = 'test/fuzz/corpus';
/** Inputs that broke a target. Not kept by git: one that is mended moves to the corpus. */
const FAILURES = 'fuzz-failures';

/** As many as run in a moment with every `npm test`, and do not crowd the repository. */
const MOST_ENTRIES = 24;

const nameOf = (input: Uint8Array): string =>
  createHash('sha256').update(input).digest('hex').slice(0, 12);

/** The targets that have one. */
export const corpora = (): string[] => readdirSync(CORPUS).sort();

export const loadCorpus = (target: string): Uint8Array[] => {
  const folder = join(CORPUS, target);
  try {
    return readdirSync(folder)
      .sort()
      .map((file) => new Uint8Array(readFileSync(join(folder, file))));
  } catch {
    return []; // a target that is new
  }
};

/** Replaces a target's corpus; gives how many inputs it has now. */
export const saveCorpus = (target: string, inputs: readonly Uint8Array[]): number => {
  const folder = join(CORPUS, target);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const input of inputs) writeFileSync(join(folder, nameOf(input)), input);
  return inputs.length;
};

/** Gives the path of the file. */
export const saveFailure = (target: string, input: Uint8Array): string => {
  mkdirSync(FAILURES, { recursive: true });
  const path = join(FAILURES, `${target}-${nameOf(input)}`);
  writeFileSync(path, input);
  return path;
};

/**
 * A few inputs that together reach the blocks of all of them: always the one next that adds the most
 * to the seeds and those before it, the shortest of several. Seeds themselves are not kept.
 */
export const distil = (
  entries: readonly Entry[],
  seeds: readonly Uint8Array[],
): readonly Uint8Array[] => {
  const isSeed = new Set(seeds.map(nameOf));
  const reached = new Set<number>();
  let left: { input: Uint8Array; blocks: number[] }[] = [];
  for (const { input, features } of entries) {
    const blocks = [...new Set(features.map(blockOf))];
    if (!isSeed.has(nameOf(input))) left.push({ input, blocks });
    else for (const block of blocks) reached.add(block);
  }
  const kept: Uint8Array[] = [];
  while (kept.length < MOST_ENTRIES) {
    left = left
      .map(({ input, blocks }) => ({ input, blocks: blocks.filter((b) => !reached.has(b)) }))
      .filter(({ blocks }) => blocks.length > 0)
      .sort((a, b) => b.blocks.length - a.blocks.length || a.input.length - b.input.length);
    const [best] = left;
    if (best === undefined) break;
    kept.push(best.input);
    for (const block of best.blocks) reached.add(block);
  }
  return kept;
};
