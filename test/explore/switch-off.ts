import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import type { Control } from './controls.js';

/** Text of a module that Node runs for every file that is imported from then on. */
const HOOKS = `
let patch;
export const initialize = (data) => { patch = data; };
export const load = async (url, context, next) => {
  const loaded = await next(url, context);
  if (url !== patch.url) return loaded;
  return { ...loaded, source: String(loaded.source).replace(patch.find, () => patch.replace) };
};`;

/**
 * Whoever imports that file from now on gets it without the rule.
 * @throws Error where the text of the rule does not stand once in the file
 */
export const switchOff = ({ rule, file, find, replace }: Control): void => {
  const url = new URL(`../../firmware-sim/rights/${file}`, import.meta.url);
  if (readFileSync(url, 'utf8').split(find).length !== 2) {
    throw new Error(`the text of "${rule}" does not stand once in ${file}: ${find}`);
  }
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, {
    data: { url: url.href, find, replace },
  });
};
