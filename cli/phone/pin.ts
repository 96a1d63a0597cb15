import { PhoneKeyError } from '../../lib/errors.js';
import type { StartOptions } from '../../lib/index.js';
import { chosenFrom } from '../../lib/phone/choose.js';
import type { Context, Host } from '../context.js';
import { readSecret } from '../io/secret.js';
import { ACTIONS } from './act.js';
import { withRemote } from './open.js';

const VARIABLE = 'KEY_PIN';

/** @throws PhoneKeyError `usage.invalid`, which does not repeat it; `interrupted` */
const readPin = async (
  host: Host,
  given: string | undefined,
  question = 'PIN to drive: ',
): Promise<string> => {
  const pin = await readSecret(host, given, {
    what: 'PIN',
    none: 'there is no PIN and nobody to ask',
    option: '--pin -',
    variable: VARIABLE,
    question,
    hidden: true,
  });
  if (/^\d{4,8}$/.test(pin.trim())) return pin.trim();
  throw new PhoneKeyError('usage.invalid', 'a PIN has 4 to 8 digits');
};

/** From now on the car asks for this PIN to start; for owners. */
export const setPin = async (
  context: Context<'radio'>,
  { pin: given }: { readonly pin?: string | undefined },
): Promise<void> => {
  const pin = await readPin(context.host, given, 'New PIN, 4 to 8 digits: ');
  await givePin(context, pin, 'setting the PIN');
  context.output.result({ command: 'pin set', ok: true }, ['the car asks for this PIN to start']);
};

export const clearPin = async (context: Context<'radio'>): Promise<void> => {
  await givePin(context, '', 'clearing the PIN');
  context.output.result({ command: 'pin clear', ok: true }, ['the car asks for no PIN any more']);
};

const givePin = (context: Context<'radio'>, pin: string, doing: string): Promise<void> =>
  withRemote(context, { doing }, async ({ phone, cars, call }) => {
    const { name } = chosenFrom(cars, context.options.car);
    await phone.setPin(pin, { ...call, car: name });
  });

/** The car wants a PIN, and a person is there to type it. */
class PinWanted extends Error {}

/**
 * Authorises driving. A PIN in the environment or of a person is given only where the car asks for it.
 * While a person types, no link is kept.
 */
export const start = async (
  context: Context<'radio'>,
  { pin: given }: { readonly pin?: string | undefined },
): Promise<void> => {
  const { host, output } = context;
  const doing = 'reaching the car to start';
  const attempt = (pin: StartOptions['pin']): Promise<void> =>
    withRemote(context, { doing }, ({ phone, call }) => phone.start({ ...call, pin }));
  try {
    await attempt(given === undefined ? whereAsked(host) : await readPin(host, given));
  } catch (error) {
    if (!(error instanceof PinWanted)) throw error;
    await attempt(await readPin(host, undefined));
  }
  output.result({ command: 'start', ok: true }, [output.paint('green', ACTIONS.start)]);
};

const whereAsked = (host: Host): StartOptions['pin'] => {
  if (host.env[VARIABLE] !== undefined) return () => readPin(host, undefined);
  if (host.stdin.isTTY !== true) return undefined;
  return () => {
    throw new PinWanted();
  };
};
