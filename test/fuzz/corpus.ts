import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from './fuzzer.js';

/** Kept inputs: a folder for each target, a file for each input, named by what is in it. */
const CORPUS = 'test/fuzz/corpus';
/** Inputs that broke a target. Not kept by git: one that is mended moves to the corpus. */
const FAILURES = 'fuzz-failures';

/** As many as run in a moment with every `npm test`. */
const MOST_ENTRIES = 60;

const nameOf = (input: Uint8Array): string =>
  createHash('sha256').update(input).digest('hex').slice(0, 12);

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

/** A few inputs, short ones first, that together reach what all of them do; without the seeds. */
export const distil = (
  entries: readonly Entry[],
  seeds: readonly Uint8Array[],
): readonly Uint8Array[] => {
  const isSeed = new Set(seeds.map(nameOf));
  const reached = new Set<number>();
  const kept: Uint8Array[] = [];
  const rank = ({ input }: Entry): number => (isSeed.has(nameOf(input)) ? -1 : input.length);
  for (const { input, features } of [...entries].sort((a, b) => rank(a) - rank(b))) {
    const fresh = features.filter((feature) => !reached.has(feature));
    if (fresh.length === 0) continue;
    for (const feature of fresh) reached.add(feature);
    if (!isSeed.has(nameOf(input)) && kept.length < MOST_ENTRIES) kept.push(input);
  }
  return kept;
};
