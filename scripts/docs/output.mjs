// Compares what a command prints with what a document shows of it.

/** What is another one with every run. */
const VARIES = [
  [/phonekey:([\w-]+)\/(?:[\w-]+|\.\.\.|…)/g, 'phonekey:$1/…'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, '<time>'],
  [/\b\d\d:\d\d:\d\d\.\d{3}\b/g, '<time>'],
  [/\b[\da-f]{2}(?::[\da-f]{2}){5}\b/g, '<address>'],
  [/\b[\da-f]{16}\b/g, '<fingerprint>'],
  [/\b\d{4} \d{4}\b/g, '<code>'],
];

const alike = (text) => VARIES.reduce((so, [pattern, name]) => so.replace(pattern, name), text).trimEnd();

/** Whether the output is the lines that are shown, of which `...` stands for any. */
export function matches(shown, output) {
  const expected = shown.map(alike);
  const printed = output.trimEnd().split('\n').map(alike);
  const from = (e, p) => {
    if (e === expected.length) return p === printed.length;
    if (expected[e] === '...') {
      return from(e + 1, p) || (p < printed.length && from(e, p + 1));
    }
    return p < printed.length && expected[e] === printed[p] && from(e + 1, p + 1);
  };
  return from(0, 0);
}
