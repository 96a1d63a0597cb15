// The code blocks of a document, and what each of them is for. The info string of a fence, after the language:
//   alone         a ts or js block begins a program of its own; otherwise those of a document are one
//   file=NAME     is a file that a later command uses
//   in=PATH       is that file of the tree, byte for byte
//   needs=WORD    is not run: it needs what not every machine has
// A comment of HTML whose first line is `<!-- sh`, ts or console is such a block, which readers do not see.

const FENCE = /^( *)(`{3,})([^\n`]*)\n([^]*?)^\1\2 *$/gm;
const HIDDEN = /^()()<!-- ((?:sh|ts|console)[^\n]*)\n([^]*?)^-->$/gm;
const OPTIONS = /^(?:alone|(?:file|in|needs)=[^\s=]+)$/;

/** Languages that are run; and those that are only shown, unless they are a file. */
const RUN = ['ts', 'js', 'sh', 'console'];
const SHOWN = ['text', 'json', 'proto'];

/** An error at a line of a document. */
export class DocumentError extends Error {
  constructor(document, line, message) {
    super(`${document}:${line}: ${message}`);
  }
}

/** What becomes of a block: `run`, `file`, `shown` or `not run`. */
function useOf({ language, options }) {
  if (options.needs !== undefined) return 'not run';
  if (options.file !== undefined || options.in !== undefined) return 'file';
  if (RUN.includes(language)) return 'run';
  return SHOWN.includes(language) ? 'shown' : undefined;
}

/**
 * The blocks of a document, in order, each with the number of the line after its fence.
 * @throws DocumentError for one of which nobody can say what is to be done with it
 */
export function blocksOf(document, markdown) {
  const found = [...markdown.matchAll(FENCE), ...markdown.matchAll(HIDDEN)];
  const blocks = found
    .sort((a, b) => a.index - b.index)
    .map(({ index, 1: indent, 3: info, 4: content }) => {
      const line = markdown.slice(0, index).split('\n').length + 1;
      const [language, ...words] = info.trim().split(/\s+/);
      const strange = words.find((word) => !OPTIONS.test(word));
      if (strange !== undefined) throw new DocumentError(document, line, `what is "${strange}"?`);
      const options = Object.fromEntries(words.map((word) => word.split('=')));
      const lines = content.split('\n').slice(0, -1);
      const text = lines.map((each) => each.replace(indent, '')).join('\n');
      const block = { document, line, language, options, text };
      const use = useOf(block);
      if (use === undefined) {
        throw new DocumentError(
          document,
          line,
          `nobody runs "${language}": say file=, in= or needs=`,
        );
      }
      return { ...block, use };
    });
  const fences = markdown.match(/^ *`{3,}/gm) ?? [];
  const hidden = blocks.length - [...markdown.matchAll(FENCE)].length;
  if (fences.length !== 2 * (blocks.length - hidden)) {
    throw new DocumentError(document, 1, 'a code block has no end');
  }
  return blocks;
}

/** The blocks that are not run, a line each, with how many are alike. */
export function notRun(blocks) {
  const lines = blocks
    .filter(({ use }) => use === 'not run')
    .map(({ document, language, options }) => `${document}: ${language} needs=${options.needs}`);
  return [...new Set(lines)].map(
    (line) => `${line} (${lines.filter((each) => each === line).length})`,
  );
}
