import { PhoneKeyError } from '../../lib/errors.js';
import { parsePairingCode } from '../../lib/domain/pairing-code.js';
import type { Host } from '../context.js';
import { readSecret } from '../io/secret.js';

export interface CodeSource {
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
    throw new PhoneKeyError('usage.invalid', 'the code comes from one place', {
      hint: 'Give --code - or --uri -.',
    });
  }
  const [what, option] = uri === undefined ? ['code', '--code -'] : ['URI', '--uri -'];
  const text = await readSecret(host, code ?? uri, {
    what,
    none: 'there is no pairing code and nobody to ask',
    option,
    variable: 'KEY_PAIRING_CODE',
    question: 'Code on the screen of the car: ',
  });
  return parsePairingCode(text);
};
