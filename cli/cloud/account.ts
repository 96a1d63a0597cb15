import { hostname } from 'node:os';
import type { NewCloudToken } from '../../lib/cloud/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Context } from '../context.js';
import { withProgress } from '../io/progress.js';
import { readSecret } from '../io/secret.js';
import { anonymousClient, loggedInClient } from './client.js';
import { LoginFile } from './login.js';

export interface PasswordOptions {
  readonly password?: string | undefined;
}

/** Makes an account, and logs this phone in to it. */
export const register = async (
  context: Context,
  account: string,
  options: PasswordOptions,
): Promise<void> => {
  const password = await passwordOf(context, options, `New password of ${account}: `);
  await withProgress(context.output, 'asking the cloud', () =>
    anonymousClient(context).createAccount({ name: account, password }, call(context)),
  );
  await loggedIn(context, account, password);
  tell(context, account, `registered, and logged in as ${account}`);
};

/** Logs this phone in, in place of whoever was. */
export const login = async (
  context: Context,
  account: string,
  options: PasswordOptions,
): Promise<void> => {
  const password = await passwordOf(context, options, `Password of ${account}: `);
  await loggedIn(context, account, password);
  tell(context, account, `logged in as ${account}`);
};

/** Also when the cloud is down: then its token ends by itself, or from another phone. */
export const logout = async (context: Context): Promise<void> => {
  const { output, paths } = context;
  const file = new LoginFile(paths.keys);
  const found = await file.read();
  if (found === undefined) {
    output.result({ ok: true, loggedOut: false }, ['nobody was logged in']);
    return;
  }
  const revoked = await revoke(context).catch((error: unknown) => {
    if (error instanceof PhoneKeyError && error.kind !== 'interrupted') return error;
    throw error;
  });
  await file.remove();
  const left = revoked === undefined ? '' : `, but its token lives on in the cloud until ${found.expiresAt}`;
  output.result({ ok: true, loggedOut: true, revoked: revoked === undefined }, [
    `logged out${left}; the keys of this phone open their cars by Bluetooth as before`,
  ]);
  if (revoked !== undefined) output.say(`the cloud was not told: ${revoked.message}`);
};

/** One that the cloud does not know any more is revoked already. */
const revoke = async (context: Context): Promise<void> => {
  try {
    await (await loggedInClient(context)).deleteToken('current', call(context));
  } catch (error) {
    if (!(error instanceof PhoneKeyError) || error.code !== 'cloud.logged-out') throw error;
  }
};

const loggedIn = async (context: Context, account: string, password: string): Promise<void> => {
  const made: NewCloudToken = await withProgress(context.output, 'asking the cloud', () =>
    anonymousClient(context).createToken(
      { name: account, password },
      { label: hostname(), ...call(context) },
    ),
  );
  const { token, id, expiresAt } = made;
  const file = new LoginFile(context.paths.keys);
  await file.write({ url: context.options.cloudUrl, account, token, id, expiresAt });
};

const tell = ({ output, options }: Context, account: string, sentence: string): void =>
  output.result({ ok: true, account, url: options.cloudUrl }, [output.paint('green', sentence)]);

const passwordOf = (
  { host }: Context,
  { password }: PasswordOptions,
  question: string,
): Promise<string> =>
  readSecret(host, password, {
    what: 'password',
    none: 'a password is needed',
    option: '--password -',
    variable: 'KEY_CLOUD_PASSWORD',
    question,
    hidden: true,
  });

/** What calls a request off. */
export const call = ({ signal }: Context): { readonly signal: AbortSignal } => ({ signal });
