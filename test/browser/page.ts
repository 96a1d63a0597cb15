import { expect, it, runTests } from './jest-globals.js';
import '../vectors/ed25519.test.js';
import '../vectors/noise.test.js';
import '../vectors/spake2plus.test.js';
import '../vectors/symmetric.test.js';
import '../vectors/x25519.test.js';
import './stories.js';

// Runs in a browser: the tests imported here, and each entry of the package for itself.

/** An entry's bundle, and a name that it exports (run.mjs makes them). */
declare const ENTRIES: Readonly<Record<string, string>>;

it.each(Object.entries(ENTRIES))('%s loads by itself', async (entry, name) => {
  const module = (await import(`/entries/${String(entry)}.js`)) as Record<string, unknown>;
  expect(Object.keys(module).includes(String(name))).toBe(true);
});

it('has nothing of Node', () => {
  const found = ['Buffer', 'process', 'setImmediate', 'require'].filter(
    (name) => name in globalThis,
  );
  expect(found).toEqual([]);
});

const results = await runTests();
await fetch('/report', { method: 'POST', body: JSON.stringify(results) });
