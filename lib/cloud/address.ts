import { PhoneKeyError } from '../errors.js';

/** This machine, by names and addresses that lead nowhere else (RFC 6761, section 6.3). */
const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The address of a cloud, without a slash at its end.
 * @param allowPlain whether `http:` may go to other machines, where anybody on the way reads the token
 * @throws PhoneKeyError `usage.invalid`, which does not repeat what may be a secret
 */
export const cloudAddress = (text: string, allowPlain = false): URL => {
  const url = parsed(text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw invalid('begins with https:// (or http://, for this machine)');
  }
  if (url.username !== '' || url.password !== '') throw invalid('has no name and password');
  if (url.search !== '' || url.hash !== '') throw invalid('has nothing after its path');
  if (url.protocol === 'http:' && !allowPlain && !LOOPBACK.test(url.hostname)) {
    throw new PhoneKeyError(
      'usage.invalid',
      `http:// would show the token to everybody on the way to ${url.host}`,
      { hint: 'Use https://, or a cloud on this machine.' },
    );
  }
  return url;
};

/** Its text, to which paths that begin with a slash are added. */
export const baseOf = ({ origin, pathname }: URL): string =>
  `${origin}${pathname.replace(/\/+$/, '')}`;

const parsed = (text: string): URL | undefined => {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
};

const invalid = (what: string): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', `the address of a cloud ${what}`);
