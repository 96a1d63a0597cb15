/**
 * What `@jest/globals` is in a page (test/browser/run.mjs puts this in its place): as much of it as the tests
 * there use, with jest's meaning.
 */
interface Test {
  readonly name: string;
  readonly run: (...args: never[]) => unknown;
}

const tests: Test[] = [];
const names: string[] = [];

/** Runs all that was declared, one after the other; gives why each failed, undefined for one that did not. */
export const runTests = async (): Promise<{ name: string; failure: string | undefined }[]> => {
  const results = [];
  for (const { name, run } of tests) {
    try {
      await run();
      results.push({ name, failure: undefined });
    } catch (error) {
      results.push({ name, failure: error instanceof Error ? (error.stack ?? '') : String(error) });
    }
  }
  return results;
};

export const describe = (name: string, declare: (...args: never[]) => unknown): void => {
  names.push(name);
  declare();
  names.pop();
};

export const it = (name: string, run: Test['run']): void => {
  tests.push({ name: [...names, name].join(' > '), run });
};

/** `$name` and `%s` in a title are filled in from a case. */
const each =
  (declare: (name: string, run: Test['run']) => void) =>
  (cases: readonly unknown[]) =>
  (title: string, run: (...args: unknown[]) => unknown): void => {
    cases.forEach((item, index) => {
      const args = Array.isArray(item) ? (item as unknown[]) : [item];
      let next = 0;
      const name = title
        .replaceAll(/\$(\w+)/g, (_, field: string) =>
          String((item as Record<string, unknown>)[field]),
        )
        .replaceAll(/%[si#]/g, (form) => String(form === '%#' ? index : args[next++]).slice(0, 40));
      declare(name, () => run(...args));
    });
  };
describe.each = each(describe);
it.each = each(it);

/** Stands in a wanted value for all that match. */
class Matching {
  constructor(readonly matches: (value: unknown) => boolean) {}
}

const equal = (a: unknown, b: unknown): boolean => {
  if (b instanceof Matching) return b.matches(a);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Object.is(a, b);
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const defined = (of: object): string[] =>
    Object.keys(of).filter((key) => (of as Fields)[key] !== undefined);
  return (
    defined(a).length === defined(b).length &&
    defined(b).every((key) => equal((a as Fields)[key], (b as Fields)[key]))
  );
};

type Fields = Record<string, unknown>;

const show = (value: unknown): string =>
  value instanceof Uint8Array
    ? `bytes ${String(value)}`
    : value === undefined
      ? 'undefined'
      : JSON.stringify(value);

const demand = (holds: boolean, value: unknown, verb: string, wanted?: unknown): void => {
  if (!holds) throw new Error(`expected ${show(value)} ${verb} ${show(wanted)}`);
};

const thrownBy = (call: unknown): unknown => {
  try {
    (call as () => unknown)();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
};

interface Matchers {
  toBe(wanted: unknown): void;
  toEqual(wanted: unknown): void;
  toBeUndefined(): void;
  toBeGreaterThan(bound: number): void;
  toThrow(wanted: unknown): void;
  readonly rejects: { toEqual(wanted: unknown): Promise<void> };
}

export const expect = (value: unknown): Matchers => ({
  toBe: (wanted) => {
    demand(Object.is(value, wanted), value, 'to be', wanted);
  },
  toEqual: (wanted) => {
    demand(equal(value, wanted), value, 'to equal', wanted);
  },
  toBeUndefined: () => {
    demand(value === undefined, value, 'to be undefined');
  },
  toBeGreaterThan: (bound) => {
    demand((value as number) > bound, value, 'to be above', bound);
  },
  toThrow: (wanted) => {
    const error = thrownBy(value);
    demand(equal(error, wanted), error, 'to equal', wanted);
  },
  rejects: {
    toEqual: async (wanted) => {
      const rejected = (value as Promise<unknown>).then(
        () => Promise.reject(new Error('expected a rejection')),
        (error: unknown) => error,
      );
      const error = await rejected;
      demand(equal(error, wanted), error, 'to equal', wanted);
    },
  },
});
expect.objectContaining = (fields: object): Matching =>
  new Matching((value) =>
    Object.entries(fields).every(([name, wanted]) => equal((value as Fields)[name], wanted)),
  );
expect.stringMatching = (pattern: RegExp): Matching =>
  new Matching((value) => typeof value === 'string' && pattern.test(value));
