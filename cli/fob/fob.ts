import type { CarControl } from '../../firmware-sim/index.js';
import { worked } from '../../firmware-sim/fob/battery.js';
import type { CellLevel } from '../../firmware-sim/fob/battery.js';
import { COMMAND_ID_BYTES } from '../../lib/domain/commands.js';
import type { Command } from '../../lib/domain/commands.js';
import { isRefusal } from '../../lib/domain/outcomes.js';
import { refusalError } from '../../lib/domain/refusals.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { CallOptions, Car, PhoneKeyOptions, Role } from '../../lib/index.js';
import { PhoneKey } from '../../lib/phone/phone-key.js';
import { systemClock } from '../../lib/platform/clock.js';
import { systemRandom } from '../../lib/platform/random.js';
import type { Button } from './buttons.js';
import type { CellStore } from './cell-file.js';

/** What a press came to. */
export interface Pressed {
  /** The name that the fob has the car by. */
  readonly car: string;
  /** Of the cell, after it. */
  readonly battery: CellLevel;
}

export interface FobOptions extends Omit<PhoneKeyOptions, 'formFactor'> {
  readonly cell: CellStore;
}

/** How a fob is enrolled. */
export interface FobPairing {
  /** The name of the card that opens the window; the car's first one by default. */
  readonly card?: string | undefined;
  /** What the window gives (default: that of `CarControl.tap`). */
  readonly role?: Role | undefined;
}

interface Limits extends CallOptions {
  readonly timeoutMs: number;
}

/** A fob that hears no car goes back to sleep, in milliseconds: what is done later, nobody expects any more. */
export const AWAKE_MS = 8_000;
/** As long as it is awake it asks again where an answer was lost, so often. */
const MOST_TIMES = 3;

/**
 * A key fob: a central like a phone, with a key of its own, three buttons and a coin cell. Each press is a command
 * with a fresh id over a link of its own, and nothing is counted: presses that nobody hears put nothing out of step,
 * and one whose answer was lost is sent again with the same id, which the car does once.
 */
export class Fob {
  readonly #phone: PhoneKey;
  readonly #options: FobOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: FobOptions) {
    this.#options = options;
    this.#phone = new PhoneKey({ ...options, formFactor: 'fob' });
  }

  /**
   * Pairs with a car whose window a card has opened. A fob knows one car: it forgets the one before.
   * @param code that the car hands it over the reader of the console: a fob has no keys to type it
   * @throws PhoneKeyError as `PhoneKey.pair`, `fob.cell-empty`
   */
  async pair(code: string, limits: CallOptions = {}): Promise<Car> {
    const { value: car } = await this.#awake(() => this.#phone.pair({ ...limits, code }));
    const { ring } = this.#phone;
    for (const { name } of await ring.cars()) if (name !== car.name) await ring.forget(name);
    return car;
  }

  /**
   * One press of a button, after those before it.
   * @throws PhoneKeyError as `Remote.unlock`, `fob.cell-empty`
   */
  async press(
    button: Button,
    { timeoutMs = AWAKE_MS, ...rest }: CallOptions = {},
  ): Promise<Pressed> {
    const { random = systemRandom } = this.#options;
    if ((await this.#phone.ring.cars()).length === 0) throw notEnrolled();
    const command: Command = { type: button, id: random(COMMAND_ID_BYTES) };
    const limits = { ...rest, timeoutMs: Math.min(timeoutMs, AWAKE_MS) };
    const { value: car, battery } = await this.#awake(() => this.#send(command, limits));
    return { car, battery };
  }

  /** Frees the radio. Twice is allowed. */
  close(): Promise<void> {
    return this.#phone.close();
  }

  /** One thing after the other; the cell pays for the time that it takes, whatever comes of it. */
  #awake<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly battery: CellLevel }> {
    const { cell, clock = systemClock } = this.#options;
    const done = this.#turn.then(async () => {
      const before = await cell.update((now) => now);
      if (before.state === 'empty') throw cellEmpty();
      const begun = clock.now();
      // What came of it counts, also where that cannot be written.
      const pay = (): Promise<CellLevel> =>
        cell.update((now) => worked(now, clock.now() - begun)).catch(() => before);
      const value = await work().catch(async (error: unknown) => {
        await pay();
        throw error;
      });
      return { value, battery: await pay() };
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Sends it until there is an answer, as long as there is time: the car acts on one id once. */
  async #send(command: Command, { timeoutMs, signal }: Limits): Promise<string> {
    const { clock = systemClock } = this.#options;
    const end = clock.now() + timeoutMs;
    let unknown: PhoneKeyError | undefined;
    for (let time = 1; ; time++) {
      try {
        const left = { timeoutMs: Math.max(0, end - clock.now()), ...(signal && { signal }) };
        return await this.#ask(command, left);
      } catch (error) {
        if (!(error instanceof PhoneKeyError) || error.kind === 'refused') throw error;
        if (error.mayHaveSucceeded) unknown ??= error;
        const isOver = time >= MOST_TIMES || clock.now() >= end || signal?.aborted === true;
        const isLost = error.kind === 'unreachable' || error.kind === 'outcome-unknown';
        if (isOver || !isLost) throw unknown ?? error;
      }
    }
  }

  async #ask(command: Command, limits: Limits): Promise<string> {
    const link = await this.#phone.connect(limits);
    try {
      const { outcome } = await link.command(command, limits);
      if (isRefusal(outcome, 'pin-needed')) throw needsPin();
      if (outcome.type === 'refused') throw refusalError(outcome.refusal);
      return link.car.name;
    } finally {
      await link.close().catch(() => undefined);
    }
  }
}

/**
 * With a card, and a fob on the console: the card opens the window, and the car hands over the code.
 * @throws PhoneKeyError `sim.refused`, `pairing.closed`
 */
export const codeByCard = async (
  car: Pick<CarControl, 'tap' | 'screen'>,
  { card, role }: FobPairing = {},
): Promise<string> => {
  await car.tap({
    reader: 'console',
    purpose: 'pair',
    ...(role && { role }),
    ...(card !== undefined && { card }),
  });
  const screen = await car.screen();
  if (screen.state === 'pairing') return screen.code;
  throw new PhoneKeyError('pairing.closed', 'the pairing window of the car is closed');
};

export const cellEmpty = (): PhoneKeyError =>
  new PhoneKeyError('fob.cell-empty', 'the coin cell of the fob is empty; nothing was sent');

export const notEnrolled = (): PhoneKeyError =>
  new PhoneKeyError('keys.not-paired', 'this fob is not enrolled at any car');

const needsPin = (): PhoneKeyError =>
  new PhoneKeyError('car.refused', 'the car asks for a PIN to start, which a fob cannot type', {
    hint: 'Start it with the phone, or with the card on the console.',
  });
