import { errorMessage } from '../../lib/errors.js';

/** Node's own, where there is Node: the memory of a car is in browsers, too, and says there what it can. */
const { process } = globalThis as { readonly process?: NodeJS.Process };
const fs = process?.getBuiltinModule('node:fs');
const paths = process?.getBuiltinModule('node:path');
const dirname = (path: string): string => paths?.dirname(path) ?? path;

/** What the file system refuses, and what to do about it, as two sentences for a person. */
export interface FileFault {
  /** With the path, without a stop: `/etc/hosts is a file, not a directory`. */
  readonly what: string;
  readonly hint: string;
}

const ELSEWHERE = 'or choose another directory.';
const DENIED: Words = (path) => ({
  what: `${path} may not be used by this user`,
  hint: `Give yourself the right to it, ${ELSEWHERE}`,
});
const FULL: Words = (path) => ({
  what: `the disk has no room left for ${path}`,
  hint: `Make room on it, ${ELSEWHERE}`,
});
const MANY_OPEN: Words = () => ({
  what: 'too many files are open',
  hint: 'End some programs, or let one have more files open: ulimit -n.',
});

type Words = (path: string) => FileFault;

const WORDS: Readonly<Record<string, Words>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: (path) => ({
    what: `${path} is on a file system that can only be read`,
    hint: 'Choose a directory on another one.',
  }),
  ENOSPC: FULL,
  EDQUOT: FULL,
  ENOTDIR: (path) => ({
    what: `${fileOnTheWayTo(path)} is a file, not a directory`,
    hint: `Move it away, ${ELSEWHERE}`,
  }),
  EEXIST: (path) => ({ what: `${path} is there already`, hint: `Move it away, ${ELSEWHERE}` }),
  EISDIR: (path) => ({ what: `${path} is a directory, not a file`, hint: 'Choose another name.' }),
  ENOENT: (path) => ({
    what: `${missingOnTheWayTo(path)} is not there`,
    hint: 'Choose one that is there, or make it first.',
  }),
  ELOOP: (path) => ({
    what: `${path} leads over symbolic links that go round in a circle`,
    hint: `Remove the link, ${ELSEWHERE}`,
  }),
  ENAMETOOLONG: (path) => ({
    what: `a name is too long in ${path}`,
    hint: 'Choose a directory with a shorter name.',
  }),
  EMFILE: MANY_OPEN,
  ENFILE: MANY_OPEN,
  EIO: (path) => ({
    what: `the disk fails to read or write ${path}`,
    hint: `Look at the log of the system, ${ELSEWHERE}`,
  }),
};

/** Undefined for what is no error of the file system. @param given the path, where the error does not say it */
export const fileFault = (error: unknown, given?: string): FileFault | undefined => {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const words = Object.hasOwn(WORDS, String(error.code)) ? WORDS[String(error.code)] : undefined;
  // Of a socket it is called its address.
  const { path, address } = error as { readonly path?: unknown; readonly address?: unknown };
  const named = [path, address, given].find((each) => typeof each === 'string' && each !== '');
  return words?.(typeof named === 'string' ? named : 'the file');
};

/**
 * The same of an error of any origin: what it says itself, where it is no error of the file system.
 * @param path which the reader knows: it is not said once more
 */
export const faultMessage = (error: unknown, path = ''): string => {
  const what = fileFault(error, path)?.what ?? errorMessage(error);
  return what.startsWith(`${path} `) ? `it${what.slice(path.length)}` : what;
};

/** Which part of a path keeps it from leading on. */
const fileOnTheWayTo = (path: string): string => {
  for (let at = path; ; at = dirname(at)) {
    const found = statusOf(at);
    if (found !== undefined) return found.isDirectory() ? path : at;
    if (at === dirname(at)) return path;
  }
};

/** The first part of a path that is missing. */
const missingOnTheWayTo = (path: string): string => {
  const parent = dirname(path);
  return parent === path || statusOf(parent) !== undefined ? path : missingOnTheWayTo(parent);
};

const statusOf = (path: string) => {
  try {
    return (
      fs?.statSync(path, { throwIfNoEntry: false }) ??
      fs?.lstatSync(path, { throwIfNoEntry: false })
    );
  } catch {
    return undefined; // a part before it is in the way
  }
};
