import { PhoneKeyError } from '../../lib/errors.js';
import type { GivenPin } from '../../lib/index.js';
import { chosenFrom } from '../../lib/phone/choose.js';
import type { Context, Host } from '../context.js';
import { readSecret } from '../io/secret.js';
import type { SecretSource } from '../io/secret.js';
import { tellDone } from './act.js';
import { withRemote } from './open.js';
import { TakenWay } from './ways.js';
import type { WayOptions } from './ways.js';

type PinSource = Pick<SecretSource, 'option' | 'variable' | 'question'>;

const PIN: PinSource = { option: '--pin -', variable: 'KEY_PIN', question: 'PIN to drive: ' };
const NEW_PIN: PinSource = { ...PIN, question: 'New PIN, 4 to 8 digits: ' };
const OLD_PIN: PinSource = {
  option: '--old-pin -',
  variable: 'KEY_OLD_PIN',
  question: 'PIN that the car asks for now: ',
};

/** @throws PhoneKeyError `usage.invalid`, which does not repeat it; `interrupted` */
const readPin = async (
  host: Host,
  given: string | undefined,
  source: PinSource,
): Promise<string> => {
  const pin = await readSecret(host, given, {
    what: 'PIN',
    none: 'no PIN was given, and there is no terminal to ask at',
    hidden: true,
    ...source,
  });
  if (/^\d{4,8}$/.test(pin.trim())) return pin.trim();
  throw new PhoneKeyError('usage.invalid', 'a PIN has 4 to 8 digits');
};

/** As they stand after the options; `pin` is the new one. */
interface PinOptions {
  readonly pin?: string | undefined;
  readonly oldPin?: string | undefined;
}

/** From now on the car asks for this PIN to start; for owners. */
export const setPin = async (
  context: Context<'radio'>,
  { pin: given, oldPin }: PinOptions,
): Promise<void> => {
  if (given === '-' && oldPin === '-') {
    throw new PhoneKeyError('usage.invalid', 'two PINs cannot both come from stdin', {
      hint: `Give the other one in ${NEW_PIN.variable} or ${OLD_PIN.variable}.`,
    });
  }
  const pin = await readPin(context.host, given, NEW_PIN);
  await givePin(context, pin, oldPin, 'setting the PIN');
  context.output.result({ command: 'pin set', ok: true }, ['the car asks for this PIN to start']);
};

export const clearPin = async (
  context: Context<'radio'>,
  { oldPin }: Pick<PinOptions, 'oldPin'>,
): Promise<void> => {
  await givePin(context, '', oldPin, 'clearing the PIN');
  context.output.result({ command: 'pin clear', ok: true }, ['the car no longer asks for a PIN']);
};

const givePin = (
  context: Context<'radio'>,
  pin: string,
  given: string | undefined,
  doing: string,
): Promise<void> =>
  whereAsked(context.host, given, OLD_PIN, (oldPin) =>
    withRemote(context, { doing }, async ({ phone, cars, call }) => {
      const { name } = chosenFrom(cars, context.options.car);
      await phone.setPin(pin, { ...call, car: name, oldPin });
    }),
  );

/** Authorises driving. */
export const start = async (
  context: Context<'radio'>,
  { pin: given, via }: Pick<PinOptions, 'pin'> & WayOptions,
): Promise<void> => {
  const way = new TakenWay({ via });
  const use = { doing: 'reaching the car to start', way };
  await whereAsked(context.host, given, PIN, (pin) =>
    withRemote(context, use, ({ phone, call }) => phone.start({ ...call, pin })),
  );
  tellDone(context, 'start', way);
};

/** The car wants a PIN, and a person is there to type it. */
class PinWanted extends Error {}

/**
 * A PIN in the environment or of a person is given only where the car asks for it. While a person types, no link
 * is kept.
 */
const whereAsked = async (
  host: Host,
  given: string | undefined,
  source: PinSource,
  attempt: (pin: GivenPin) => Promise<void>,
): Promise<void> => {
  try {
    await attempt(given === undefined ? later(host, source) : await readPin(host, given, source));
  } catch (error) {
    if (!(error instanceof PinWanted)) throw error;
    await attempt(await readPin(host, undefined, source));
  }
};

const later = (host: Host, source: PinSource): GivenPin => {
  if (host.env[source.variable] !== undefined) return () => readPin(host, undefined, source);
  if (host.stdin.isTTY !== true) return undefined;
  return () => {
    throw new PinWanted();
  };
};
