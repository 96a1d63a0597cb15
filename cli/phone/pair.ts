import type { ConfirmPairing, FormFactor } from '../../lib/index.js';
import { PhoneKey } from '../../lib/phone/phone-key.js';
import type { Context, Host } from '../context.js';
import { withPhone } from './open.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { parsePairingCode } from '../../lib/domain/pairing-code.js';
import { covers } from '../../lib/domain/roles.js';
import { confirm } from '../io/ask.js';
import { readSecret } from '../io/secret.js';

export interface PairArguments extends CodeSource {
  /** The radio's id of the car, from `key scan`. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly formFactor?: FormFactor | undefined;
  readonly acceptRole?: true | undefined;
}

export const pair = async (
  context: Context<'radio'>,
  { id, name, formFactor, acceptRole, ...source }: PairArguments,
): Promise<void> => {
  const code = await readPairingCode(context.host, source);
  const doing = 'looking for a car that waits for pairing';
  const use = { doing, needsKeys: false, name, formFactor };
  const car = await withPhone(context, PhoneKey, use, async (open) => {
    const { phone, store, call, quiet } = open;
    // A try that ends with a key that cannot be saved would be used up for nothing.
    await store.prepare();
    // The car has no name yet: `--car` is for paired ones.
    const { car: _, ...limits } = call;
    const asks = acceptRole ? undefined : askWhereLower(context.host, quiet);
    return phone.pair({ code, ...limits, id, confirm: asks });
  });
  const { role, slot } = car;
  const { output } = context;
  output.result({ car: car.name, role, slot }, [
    output.paint('green', `paired with ${car.name} as ${role ?? 'guest'}, slot ${String(slot)}`),
  ]);
};

/** Nobody gives up rights unasked: a window for less than the phone has there may have been opened by mistake. */
export const askWhereLower =
  (host: Host, quiet: () => void): ConfirmPairing =>
  async ({ car, role, before }) => {
    if (before === undefined || covers(role, before)) return true;
    quiet();
    const lost = `this phone is ${before} of ${car}, and the window makes it ${role}`;
    await confirm(host, `${capitalise(lost)}. Go on?`, lost, 'key pair --accept-role');
    return true;
  };

const capitalise = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

interface CodeSource {
  /** `-` reads the code from stdin. */
  readonly code?: string | undefined;
  /** `-` reads the URI from stdin, as a program that reads QR codes gives it. */
  readonly uri?: string | undefined;
}

/**
 * The pairing code, and the URI that holds it, are secrets for two minutes: they come from stdin
 * (`--code -`, `--uri -`), from KEY_PAIRING_CODE, or a person types them.
 * @throws PhoneKeyError `usage.invalid`, `interrupted`
 */
export const readPairingCode = async (host: Host, { code, uri }: CodeSource): Promise<string> => {
  if (code !== undefined && uri !== undefined) {
    throw new PhoneKeyError('usage.invalid', '--code and --uri cannot be given together', {
      hint: 'Give --code - or --uri -.',
    });
  }
  const [what, option] = uri === undefined ? ['code', '--code -'] : ['URI', '--uri -'];
  const text = await readSecret(host, code ?? uri, {
    what,
    none: 'no pairing code was given, and there is no terminal to ask at',
    option,
    variable: 'KEY_PAIRING_CODE',
    question: 'Code on the screen of the car: ',
  });
  return parsePairingCode(text);
};
