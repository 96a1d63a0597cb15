// Compares what a command prints with what a document shows of it.

/** What is another one with every run. */
const VARIES = [
  [/phonekey:([\w-]+)\/(?:[\w-]+|\.\.\.|…)/g, 'phonekey:$1/…'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, '<time>'],
  [/\b\d\d:\d\d:\d\d\.\d{3}\b/g, '<time>'],
  [/\b[\da-f]{2}(?::[\da-f]{2}){5}\b/g, '<address>'],
  [/\b[\da-f]{16}\b/g, '<fingerprint>'],
  [/\b\d{4} \d{4}\b/g, '<code>'],
  [/\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/g, '<code for the cloud>'],
];

/** Hints, and what is under way. */
const ASIDE = /^hint: | (?:\.\.\.|…)$/;

const alike = (text) =>
  VARIES.reduce((so, [pattern, name]) => so.replace(pattern, name), text).trimEnd();

/** Whether the output is the lines that are shown, of which `...` stands for any; what is said aside need not be. */
export function matches(shown, output) {
  const expected = shown.map(alike);
  const printed = output.trimEnd().split('\n').map(alike);
  const from = (e, p) => {
    const skips = () => ASIDE.test(printed[p] ?? '') && from(e, p + 1);
    if (e === expected.length) return p === printed.length || skips();
    if (expected[e] === '...') {
      return from(e + 1, p) || (p < printed.length && from(e, p + 1));
    }
    const same = p < printed.length && expected[e] === printed[p];
    return (same && from(e + 1, p + 1)) || skips();
  };
  return from(0, 0);
}
