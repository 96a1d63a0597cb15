import { readFileSync } from 'node:fs';
import { register } from 'node:module';

/**
 * A rule that is switched off in the built text of the car's and the phone's own functions: the search must find
 * a story that breaks a property without it. `find` stands once in the file.
 */
export interface Control {
  readonly rule: string;
  /** From firmware-sim/rights, as it is built. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** What goes with it, in the same file. */
  readonly also?: { readonly find: string; readonly replace: string };
  /** The world in which it is found. */
  readonly world: string;
}

/** Text of a module that Node runs for every file that is imported from then on. */
const HOOKS = `
let patch;
export const initialize = (data) => { patch = data; };
export const load = async (url, context, next) => {
  const loaded = await next(url, context);
  if (url !== patch.url) return loaded;
  const off = (source, { find, replace }) => source.replace(find, () => replace);
  return { ...loaded, source: patch.edits.reduce(off, String(loaded.source)) };
};`;

/**
 * Whoever imports that file from now on gets it without the rule.
 * @throws Error where the text of the rule does not stand once in the file
 */
export const switchOff = (control: Control): void => {
  const { rule, file } = control;
  const url = new URL(`../../firmware-sim/rights/${file}`, import.meta.url);
  const edits = editsOf(control);
  const text = readFileSync(url, 'utf8');
  const missing = edits.find(({ find }) => text.split(find).length !== 2);
  if (missing !== undefined) {
    throw new Error(`the text of "${rule}" does not stand once in ${file}: ${missing.find}`);
  }
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: { url: url.href, edits } });
};

export const editsOf = ({ find, replace, also }: Control) => [
  { find, replace },
  ...(also === undefined ? [] : [also]),
];
