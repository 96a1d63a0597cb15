import { cloudCentral, CloudClient } from '../../lib/cloud/index.js';
import type { CloudHttpOptions } from '../../lib/cloud/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Central } from '../../lib/radio/types.js';
import type { Context } from '../context.js';
import { LoginFile } from './login.js';
import type { Login } from './login.js';
import { fetchByNames } from './names.js';
import { isOfHome } from './url.js';

/** A client of the cloud that the options name, as nobody. */
export const anonymousClient = (context: Context): CloudClient => clientOf(context);

/**
 * The same, as who is logged in there.
 * @throws PhoneKeyError `cloud.logged-out`, `keys.permissions`, `keys.unreadable`
 */
export const loggedInClient = async (context: Context): Promise<CloudClient> =>
  clientOf(context, (await loginThere(context)).token);

/**
 * The way of this phone to its cars through the cloud.
 * @throws PhoneKeyError `cloud.logged-out`, `keys.permissions`, `keys.unreadable`
 */
export const cloudRadio = async (context: Context): Promise<Central> =>
  cloudCentral(await loggedInClient(context));

/** @throws PhoneKeyError `cloud.logged-out` where nobody is logged in to that cloud */
export const loginThere = async ({ paths, options }: Context): Promise<Login> => {
  const login = await new LoginFile(paths.keys).read();
  if (login?.url === options.cloudUrl) return login;
  const message =
    login === undefined
      ? 'this phone is not logged in to the cloud'
      : `this phone is logged in to ${login.url}, not to ${options.cloudUrl}`;
  throw new PhoneKeyError('cloud.logged-out', message, {
    hint: 'Log in: key cloud login NAME. Near the car, its Bluetooth needs no account.',
  });
};

const clientOf = (context: Context, token?: string): CloudClient =>
  new CloudClient({ ...reachedBy(context), ...(token === undefined ? {} : { token }) });

/** Where the cloud is, and how it is reached from here. */
export const reachedBy = ({ options, paths }: Context): CloudHttpOptions => ({
  url: options.cloudUrl,
  fetch: fetchByNames(paths.names),
  // Names of the home lead to this machine.
  allowPlain: isOfHome(new URL(options.cloudUrl).hostname),
  timeoutMs: Math.min(options.timeout * 1000, MOST_MS),
});

/** For one request. */
const MOST_MS = 10_000;
