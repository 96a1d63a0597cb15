import { controlClient, controlPath, noAnswer } from '../../firmware-sim/control/car-client.js';
import type { CarEvent, CarReport, Closure, Door, RemoteCar } from '../../firmware-sim/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Role } from '../../lib/index.js';
import { formatPairingCode, pairingUri } from '../../lib/domain/pairing-code.js';
import { claimAt } from '../cloud/registration.js';
import type { Context } from '../context.js';
import { confirm } from '../io/ask.js';
import { follow } from '../io/follow.js';
import { withProgress } from '../io/progress.js';
import { orAborted } from '../io/interrupt.js';
import { table } from '../io/table.js';
import { showQr } from '../phone/hand-out.js';
import type { HandOutOptions } from '../phone/hand-out.js';
import { statusLines } from '../phone/status-lines.js';
import { describeCarEvent } from './describe-event.js';
import { carHome, DEFAULT_NAME } from './home.js';
import { clockLine, linkLines, rightsLines } from './report-lines.js';

/** What a person beside a car that runs in another process can do, through its control door. */

/** Who stands beside which car. */
export interface Beside {
  readonly context: Context;
  readonly name: string;
}

/** `card`: the name of the one that is used; the car's first one by default. */
export interface CardOptions {
  readonly card?: string | undefined;
}

interface TapOptions extends CardOptions {
  readonly pair?: true | undefined;
  readonly role?: Role | undefined;
}

export const tap = async (
  beside: Beside,
  reader: 'console' | 'pillar',
  { pair, role, card }: TapOptions,
): Promise<void> => {
  if (reader === 'pillar' && pair === true) {
    throw new PhoneKeyError('usage.invalid', 'the reader in the pillar only locks and unlocks', {
      hint: 'Tap the card on the console: key car tap console --pair.',
    });
  }
  const named = card === undefined ? {} : { card };
  if (reader === 'pillar') {
    await askToAct(beside, (car) => car.tap({ reader, ...named }));
    sayDone(beside, { reader }, 'tapped the pillar');
  } else if (pair === true) {
    await askToAct(beside, (car) =>
      car.tap({ reader, purpose: 'pair', ...(role && { role }), ...named }),
    );
    const sentence = 'tapped the console, to pair; the code is on the screen: key car screen';
    sayDone(beside, { reader, purpose: 'pair' }, sentence);
  } else {
    await askToAct(beside, (car) => car.tap({ reader, purpose: 'drive', ...named }));
    sayDone(beside, { reader, purpose: 'drive' }, 'tapped the console, to drive');
  }
};

export const pullHandle = async (beside: Beside, door: Door): Promise<void> => {
  const { opened } = await askToAct(beside, (car) => car.pullHandle(door));
  sayDone(beside, { door, opened }, `${door} ${opened ? 'opens' : 'stays shut'}`);
};

export const moveDoor = async (
  beside: Beside,
  what: 'open' | 'close',
  closure: Closure,
): Promise<void> => {
  await askToAct(beside, (car) => car[what](closure));
  sayDone(beside, { closure, open: what === 'open' }, `${closure} is ${PAST[what]}`);
};

export const driveOrPark = async (beside: Beside, what: 'drive' | 'park'): Promise<void> => {
  await askToAct(beside, (car) => car[what]());
  sayDone(beside, { driving: what === 'drive' }, what === 'drive' ? 'driving' : 'parked');
};

export const screen = async (beside: Beside, { qr }: Pick<HandOutOptions, 'qr'>): Promise<void> => {
  const shown = await ask(beside, (car) => car.screen());
  const { output, paths } = beside.context;
  const claim = await claimAt(carHome(paths, beside.name));
  const claimLines =
    claim === undefined
      ? []
      : [`code for the cloud: ${output.paint('bold', claim.claimCode)}, for key cloud cars claim`];
  if (shown.state !== 'pairing') {
    const dark = shown.state === 'idle' ? 'the screen is blank' : 'the car is checking a code';
    const lines = shown.state === 'idle' && claim !== undefined ? [] : [dark];
    output.result({ ...shown, ...claim }, [...lines, ...claimLines]);
    return;
  }
  const uri = pairingUri(shown.code);
  showQr(beside.context, [uri], { qr });
  output.result({ ...shown, uri, ...claim }, [
    `pairing code: ${output.paint('bold', formatPairingCode(shown.code))}`,
    `${String(shown.secondsLeft)} s and ${String(shown.triesLeft)} tries left`,
    ...claimLines,
  ]);
};

export const carStatus = async (
  beside: Beside,
  { watch }: { readonly watch?: true | undefined },
): Promise<void> => {
  const { host, output } = beside.context;
  if (watch !== true) {
    showStatus(beside, await ask(beside, (car) => car.status()));
    return;
  }
  const watched = await ask(beside, (car) => car.watch());
  showStatus(beside, watched.first);
  const tell = (event: CarEvent): void => output.event(event.time, event, describeCarEvent(event));
  const stopped = (): PhoneKeyError =>
    new PhoneKeyError('sim.not-running', `${beside.name} has stopped`);
  await follow(host.interrupt.whileRead(), watched, tell, stopped);
};

const showStatus = (beside: Beside, found: CarReport): void => {
  const { name, fingerprint, driving, pairing, keys, cards, slots, now, pin } = found;
  beside.context.output.result(found, [
    `${name}, ${fingerprint}`,
    ...statusLines(found),
    ...(driving ? ['driving'] : []),
    `pairing window ${pairing === 'idle' ? 'closed' : 'open'}`,
    ...linkLines(found),
    clockLine(now),
    ...rightsLines(found),
    ...(pin ? ['asks for a PIN to start'] : []),
    `${String(keys.length)} of ${String(slots)} key slots taken`,
    ...table([
      ...keys.map((key) => [String(key.slot), key.role, key.fingerprint, key.formFactor, key.name]),
      ...cards.map((card) => [String(card.slot), '-', card.fingerprint, 'card', card.name]),
    ]),
  ]);
};

export const reset = async (
  beside: Beside,
  { yes, card }: CardOptions & { readonly yes?: true | undefined },
): Promise<void> => {
  const { host } = beside.context;
  if (yes !== true) {
    const question = `Forget every key of ${beside.name}?`;
    await confirm(host, question, 'a reset forgets every key', 'key car reset --yes');
  }
  const { fingerprint } = await askToAct(beside, (car) => car.reset(card));
  sayDone(beside, { fingerprint }, `reset; the new identity is ${fingerprint}`);
};

export const clock = async (
  beside: Beside,
  what: 'lose' | 'advance',
  seconds: number | undefined,
): Promise<void> => {
  if ((what === 'advance') !== (seconds !== undefined)) {
    throw new PhoneKeyError('usage.invalid', 'advance needs a time, and lose takes none', {
      hint: 'As in key car clock advance 6h.',
    });
  }
  await askToAct(beside, (car) =>
    seconds === undefined ? car.loseClock() : car.advanceClock(seconds),
  );
  const { now } = await ask(beside, (car) => car.status());
  sayDone(beside, { now }, clockLine(now));
};

const PAST = { open: 'open', close: 'closed' } as const;

type Request<T> = (car: RemoteCar) => Promise<T>;

/** @throws PhoneKeyError `sim.not-running`, `car.silent`, `interrupted`, what the car refuses with */
export const ask = <T>(beside: Beside, request: Request<T>): Promise<T> =>
  through(beside, request, false);

/** As `ask`, for what changes the car: `car.outcome-unknown` in place of `car.silent`. */
export const askToAct = <T>(beside: Beside, request: Request<T>): Promise<T> =>
  through(beside, request, true);

const through = async <T>(
  { context, name }: Beside,
  request: Request<T>,
  acts: boolean,
): Promise<T> => {
  const { signal, options, paths } = context;
  // Not AbortSignal.timeout: what Node 20 derives from one may be collected before it aborts.
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), options.timeout * 1000);
  const car = controlClient(controlPath(carHome(paths, name)));
  try {
    const answer = orAborted(over.signal, request(car), () => noAnswer(acts));
    return await withProgress(context.output, 'waiting for the car to answer', () =>
      orAborted(
        signal,
        answer,
        () => new PhoneKeyError('interrupted', 'interrupted', { mayHaveSucceeded: acts }),
      ),
    );
  } catch (error) {
    if (!(error instanceof PhoneKeyError) || error.code !== 'sim.not-running') throw error;
    throw new PhoneKeyError('sim.not-running', `no car named ${name} is running`, {
      cause: error.cause,
      hint: `Start it first: key car start${name === DEFAULT_NAME ? '' : ` --name '${name}'`}.`,
    });
  } finally {
    clearTimeout(timer);
  }
};

export const sayDone = ({ context }: Beside, result: object, sentence: string): void => {
  context.output.result({ ok: true, ...result }, [sentence]);
};
