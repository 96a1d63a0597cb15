import { PhoneKeyError } from '../../lib/errors.js';
import { parsePairingCode } from '../../lib/pairing/code.js';
import type { Host } from '../context.js';
import { askLine, readLine } from '../io/ask.js';

/**
 * The pairing code is a secret for two minutes, and other users of the machine see the arguments of
 * a command: it comes from stdin (`--code -`), from KEY_PAIRING_CODE, or a person types it.
 * @throws PhoneKeyError `usage.invalid`, `interrupted`
 */
export const readPairingCode = async (host: Host, source: string | undefined): Promise<string> =>
  parsePairingCode(await readCode(host, source));

const readCode = async (host: Host, source: string | undefined): Promise<string> => {
  if (source !== undefined && source !== '-') {
    throw new PhoneKeyError(
      'usage.invalid',
      'the code may not be an argument: others could see it',
      {
        hint: 'Give it on stdin with --code -, in KEY_PAIRING_CODE, or type it when asked.',
      },
    );
  }
  if (source === '-') return readLine(host);
  const given = host.env['KEY_PAIRING_CODE'];
  if (given !== undefined) return given;
  if (host.stdin.isTTY === true) return askLine(host, 'Code on the screen of the car: ');
  throw new PhoneKeyError('usage.invalid', 'there is no pairing code and nobody to ask', {
    hint: 'Give it on stdin with --code -, or in KEY_PAIRING_CODE.',
  });
};
