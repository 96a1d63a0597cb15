import { controlClient, controlPath } from '../../firmware-sim/index.js';
import type { CarControl, Closure, Door } from '../../firmware-sim/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { RoleName } from '../../lib/index.js';
import { formatPairingCode } from '../../lib/pairing/code.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { askLine } from '../io/ask.js';
import { table } from '../io/table.js';
import { statusLines } from '../phone/status-lines.js';
import { carHome } from './home.js';

/** What a person beside a car that runs in another process can do, through its control door. */

/** Who stands beside which car. */
export interface Beside {
  readonly context: Context;
  readonly name: string;
}

export const tap = async (
  beside: Beside,
  reader: 'console' | 'pillar',
  { pair, role }: { readonly pair?: true | undefined; readonly role?: RoleName | undefined },
): Promise<ExitCode> => {
  if (reader === 'pillar') {
    if (pair === true) {
      throw new PhoneKeyError('usage.invalid', 'the reader in the pillar only locks and unlocks', {
        hint: 'Tap the card on the console: key car tap console --pair.',
      });
    }
    await control(beside).tap({ reader });
    return done(beside, { reader }, 'tapped the pillar');
  }
  if (pair !== true) {
    await control(beside).tap({ reader, purpose: 'drive' });
    return done(beside, { reader, purpose: 'drive' }, 'tapped the console, to drive');
  }
  await control(beside).tap({ reader, purpose: 'pair', ...(role === undefined ? {} : { role }) });
  return done(
    beside,
    { reader, purpose: 'pair' },
    'tapped the console, to pair; the code is on the screen: key car screen',
  );
};

export const pullHandle = async (beside: Beside, door: Door): Promise<ExitCode> => {
  const { opened } = await control(beside).pullHandle(door);
  return done(beside, { door, opened }, `${door} ${opened ? 'opens' : 'stays shut'}`);
};

export const moveDoor = async (
  beside: Beside,
  what: 'open' | 'close',
  closure: Closure,
): Promise<ExitCode> => {
  await control(beside)[what](closure);
  return done(beside, { closure, open: what === 'open' }, `${closure} is ${PAST[what]}`);
};

export const driveOrPark = async (beside: Beside, what: 'drive' | 'park'): Promise<ExitCode> => {
  await control(beside)[what]();
  return done(beside, { driving: what === 'drive' }, what === 'drive' ? 'driving' : 'parked');
};

export const screen = async (beside: Beside): Promise<ExitCode> => {
  const shown = await control(beside).screen();
  const { output } = beside.context;
  switch (shown.state) {
    case 'idle':
      output.result(shown, ['nothing']);
      break;
    case 'checking':
      output.result(shown, ['checking a code']);
      break;
    case 'pairing':
      output.result(shown, [
        `pairing code: ${output.paint('bold', formatPairingCode(shown.code))}`,
        `${String(shown.secondsLeft)} s and ${String(shown.triesLeft)} tries left`,
      ]);
      break;
  }
  return EXIT.ok;
};

export const status = async (beside: Beside): Promise<ExitCode> => {
  const found = await control(beside).status();
  const { name, fingerprint, driving, pairing, keys, slots } = found;
  beside.context.output.result(found, [
    `${name}, ${fingerprint}`,
    ...statusLines(found),
    ...(driving ? ['driving'] : []),
    `pairing window ${pairing === 'idle' ? 'closed' : 'open'}`,
    `${String(keys.length)} of ${String(slots)} key slots taken`,
    ...table(keys.map((key) => [String(key.slot), key.role, key.fingerprint, key.name])),
  ]);
  return EXIT.ok;
};

export const reset = async (beside: Beside, sure: boolean): Promise<ExitCode> => {
  const { host } = beside.context;
  if (!sure) {
    if (host.stdin.isTTY !== true) {
      throw new PhoneKeyError('usage.invalid', 'a reset forgets every key, and nobody is to ask', {
        hint: 'Say that you mean it: key car reset --yes.',
      });
    }
    const answer = await askLine(host, `Forget every key of ${beside.name}? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) {
      beside.context.output.say('nothing was done');
      return EXIT.usage;
    }
  }
  const { fingerprint } = await control(beside).reset();
  return done(beside, { fingerprint }, `reset; the new identity is ${fingerprint}`);
};

const PAST = { open: 'open', close: 'closed' } as const;

const control = ({ context, name }: Beside): CarControl =>
  controlClient(controlPath(carHome(context.paths, name)));

const done = ({ context }: Beside, result: object, sentence: string): ExitCode => {
  context.output.result({ ok: true, ...result }, [sentence]);
  return EXIT.ok;
};
