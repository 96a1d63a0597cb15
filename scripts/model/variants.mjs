// A model in docs/model holds its variants: marks in its comments say what is other in them, and what is false then.
//
//   _ = ASSERT(named, friend_public)? //[no-holder]        in the variant no-holder this line is empty
//   //[code-read, no-es] principal Car[leaks psk]          this line is in two variants alone
//   confidentiality? command // false: no-holder           where Verifpal must find an attack
//   //[code-read] // holds                                where it must find none, though it is a variant
//   // sessions: 1                                         of each principal; Verifpal's 2 if unsaid

const QUERY =
  /^\s*(?<kind>[a-z])[a-z]*\? (?<question>[^/]*[^/\s])(?:\s*\/\/ false: (?<names>.*))?$/;

const list = (names = '') => names.split(/,\s*/).filter((name) => name !== '');

/** `CODE //[a, b] OTHER //[c] ANOTHER`: what the line is, and what it is in these variants. */
function parse(line) {
  const [text, ...marks] = line.split('//[');
  const [indent] = /^\s*/.exec(text);
  const others = new Map();
  for (const mark of marks) {
    const end = mark.indexOf(']');
    const other = `${indent}${mark.slice(end + 1).trim()}`.trimEnd();
    for (const name of list(mark.slice(0, end))) others.set(name, other);
  }
  return { text: text.trimEnd(), others };
}

/**
 * The models in one file, `[{ name, text, sessions, queries }]`; the first one, named '', is as it stands. A query is
 * `{ question, attacked, expected: 'c1' }`: whether there must be an attack, and how Verifpal writes that.
 * Throws an Error when a name stands on no line, when no variant breaks anything, and when one that is not said to hold does not.
 */
export function variants(source) {
  const lines = source.split('\n').map(parse);
  const names = new Set(lines.flatMap(({ others }) => [...others.keys()]));
  const questions = lines.flatMap(({ text }) => QUERY.exec(text)?.groups ?? []);

  const broken = questions.flatMap((query) => list(query.names));
  if (broken.length === 0) throw new Error('no variant breaks anything');
  for (const name of broken) {
    if (!names.has(name)) throw new Error(`no line is marked ${name}`);
  }
  return ['', ...names].map((name) => {
    const queries = questions.map((query) => {
      const attacked = list(query.names).includes(name);
      return { question: query.question, attacked, expected: `${query.kind}${attacked ? 1 : 0}` };
    });
    const text = lines.map((line) => line.others.get(name) ?? line.text).join('\n');
    const holds = name === '' || /^\/\/ holds$/m.test(text);
    if (holds === queries.some(({ attacked }) => attacked)) {
      throw new Error(`${name || 'the model itself'}: says that it holds, and that it does not`);
    }
    return { name, text, sessions: /^\/\/ sessions: (.*)$/m.exec(text)?.[1] ?? '2', queries };
  });
}
