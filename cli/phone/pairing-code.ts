import { parsePairingCode } from '../../lib/pairing/code.js';
import type { Host } from '../context.js';
import { readSecret } from '../io/secret.js';

/**
 * The pairing code is a secret for two minutes: it comes from stdin (`--code -`), from
 * KEY_PAIRING_CODE, or a person types it.
 * @throws PhoneKeyError `usage.invalid`, `interrupted`
 */
export const readPairingCode = async (host: Host, source: string | undefined): Promise<string> =>
  parsePairingCode(
    await readSecret(host, source, {
      what: 'code',
      none: 'there is no pairing code and nobody to ask',
      option: '--code -',
      variable: 'KEY_PAIRING_CODE',
      question: 'Code on the screen of the car: ',
    }),
  );
