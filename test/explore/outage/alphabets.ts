/**
 * Of all kinds of events, four on each side make more orders than can be searched. So they are searched by few kinds
 * at a time: at most three of each side, and two of them words, since each word is dated and makes everything after it
 * another. Every two kinds, of one side or both, are together in one of these alphabets.
 */
export interface Alphabet {
  readonly near: readonly string[];
  readonly far: readonly string[];
}

const MOST_KINDS = 3;
const MOST_WORDS = 2;

/** The one that has the most new pairs, again and again, until there is none. */
export const alphabets = (
  { near, far }: Alphabet,
  isWord: (kind: string) => boolean,
): readonly Alphabet[] => {
  const candidates = subsets(near)
    .flatMap((n) => subsets(far).map((f) => ({ near: n, far: f })))
    .filter((each) => [...each.near, ...each.far].filter(isWord).length <= MOST_WORDS);
  const missing = new Set(pairs({ near, far }));
  const chosen: Alphabet[] = [];
  while (missing.size > 0) {
    let best: Alphabet = { near: [], far: [] };
    let most = 0;
    for (const each of candidates) {
      const count = pairs(each).filter((pair) => missing.has(pair)).length;
      if (count > most) [best, most] = [each, count];
    }
    if (most === 0) throw new Error(`no alphabet has ${[...missing].join(', ')}`);
    chosen.push(best);
    for (const pair of pairs(best)) missing.delete(pair);
  }
  return chosen;
};

/** Each two kinds, as one text. */
export const pairs = ({ near, far }: Alphabet): readonly string[] => {
  const all = [...near, ...far];
  return all.flatMap((one, at) => all.slice(at + 1).map((other) => `${one} + ${other}`));
};

const subsets = (all: readonly string[]): readonly (readonly string[])[] =>
  all
    .reduce<readonly (readonly string[])[]>(
      (made, each) => [...made, ...made.map((before) => [...before, each])],
      [[]],
    )
    .filter(({ length }) => length > 0 && length <= MOST_KINDS);
