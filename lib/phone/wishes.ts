import { COMMAND_ID_BYTES, MOST_VOIDS } from '../domain/commands.js';
import type { Command, CommandName } from '../domain/commands.js';
import { isRefusal } from '../domain/outcomes.js';
import type { Outcome, Result } from '../domain/outcomes.js';
import type { Refusal } from '../domain/refusals.js';
import { PhoneKeyError } from '../errors.js';
import { sameBytes } from '../platform/bytes.js';
import { wallSeconds } from './environment.js';
import type { PhoneEnvironment } from './environment.js';
import { to } from './store.js';
import type { PairedCar, Wish } from './store.js';

/**
 * What a person wants done, once, whichever way it goes: by its id the car does it no second time, and the next one
 * names it where no answer came, so that it does not come late. The car remembers each id durably, and few of one key:
 * where there is one way alone, and nothing to name, a command goes without.
 */

/** Commands that are wishes. The others change nothing, or may be carried out at any time. */
const WISHES: ReadonlySet<CommandName> = new Set(['unlock', 'lock', 'start', 'trunk', 'frunk']);

/** Of an entry: those that a command names, and that one. */
export const MOST_WISHES = MOST_VOIDS + 1;

/** How long after it was asked for one can be carried out, in seconds (docs/PROTOCOL.md, section 5). */
const ACTS_SECONDS = 15;
/** It is kept for longer than that: where this phone's clock is set ahead by less than the rest, none is lost. */
const KEPT_SECONDS = 60;

/** After these the same command, by its id, may yet be carried out, or may have been, or the car did not look at it. */
const OPEN: ReadonlySet<Refusal> = new Set([
  'fault',
  'busy',
  'too-late',
  'dated-ahead',
  'unknown-command',
]);

/** Whether a car has said for good what became of a command. */
export const isFinal = (outcome: Outcome): boolean =>
  outcome.type === 'refused' ? !OPEN.has(outcome.refusal) : outcome.type !== 'unknown';

/** Those that may yet be carried out, oldest first. One of the future, where the clock was turned back, is one of them. */
export const openWishes = (
  { wishes = [] }: Pick<PairedCar, 'wishes'>,
  now: number,
  keptSeconds = KEPT_SECONDS,
): readonly Wish[] => wishes.filter(({ since }) => now - since < keptSeconds);

/** With this one as the newest, which stands there once. */
export const withWish = (car: PairedCar, wish: Wish, now: number): PairedCar => {
  const others = openWishes(car, now).filter(({ id }) => !sameBytes(id, wish.id));
  return { ...car, wishes: [...others, wish].slice(-MOST_WISHES) };
};

/** @returns the same object where none of them is there */
export const withoutWishes = (car: PairedCar, ids: readonly Uint8Array[]): PairedCar => {
  const { wishes = [], ...rest } = car;
  const left = wishes.filter(({ id }) => !ids.some((each) => sameBytes(each, id)));
  if (left.length === wishes.length) return car;
  return left.length === 0 ? rest : { ...rest, wishes: left };
};

/**
 * What one command has to name.
 * @throws PhoneKeyError `car.busy` where there are too many
 */
const toVoid = (
  car: PairedCar,
  others: readonly Uint8Array[],
  own: Uint8Array,
  now: number,
): readonly Uint8Array[] => {
  const isOther = (id: Uint8Array): boolean =>
    !sameBytes(id, own) && !others.some((each) => sameBytes(each, id));
  const idsSince = (seconds: number): Uint8Array[] => [
    ...openWishes(car, now, seconds).flatMap(({ id }) => (isOther(id) ? [id] : [])),
    ...others,
  ];
  if (idsSince(ACTS_SECONDS).length > MOST_VOIDS) {
    throw new PhoneKeyError('car.busy', 'too many commands of this phone had no answer', {
      hint: 'This one was not sent. Try again in 15 seconds, when none of them counts any more.',
    });
  }
  return idsSince(KEPT_SECONDS).slice(-MOST_VOIDS);
};

/** By the entry as it was read for the call, as it is read now, or written down first. */
export type WishesBy = 'known' | 'read' | 'written';

/** One wish, which all ways of one attempt share. */
interface Sent {
  readonly id: Uint8Array;
  /** What the command named that the car has answered. */
  voids: readonly Uint8Array[];
  /** It stands in the store. */
  written: boolean;
  /** It went out, and nobody knows what became of it. */
  open: boolean;
  /** The car has said for good what became of it. */
  final: boolean;
  /** Over how many links it went. */
  copies: number;
}

/** The wishes of one call; the commands of each of its links are asked in the same order. */
export class Wishes {
  readonly #environment: PhoneEnvironment;
  #car: PairedCar | undefined;
  #sent: Sent[] = [];
  /** Those of earlier attempts of the call, which may come late. */
  #before: readonly Uint8Array[] = [];

  constructor(environment: PhoneEnvironment) {
    this.#environment = environment;
  }

  /**
   * Sends a command with an id, and with those that it replaces; without, where that is of no use.
   * @param n how many wishes were sent over this link
   * @param by what the phone knows of the car, by what is read for it, or written down before it is sent
   * @throws PhoneKeyError `keys.*`, `car.busy`, and what `send` throws
   */
  async ask(
    n: number,
    command: Command,
    car: PairedCar,
    by: WishesBy,
    send: (command: Command) => Promise<Result>,
  ): Promise<Result> {
    const isKnown = (car.wishes ?? []).length + this.#before.length > 0;
    if (this.#environment.cloud === undefined && !isKnown) return send(command);
    const wish = this.#wish(n);
    const { id } = wish;
    const voids = await this.#voids(n, car, by);
    wish.copies += 1;
    try {
      const named = { ...command, id, ...(voids.length > 0 && { voids }) };
      const result = await send(named);
      const { outcome } = result;
      if (isFinal(outcome)) Object.assign(wish, { final: true, voids });
      wish.open ||= outcome.type === 'unknown' || isRefusal(outcome, 'fault');
      return result;
    } catch (error) {
      wish.open ||= !(error instanceof PhoneKeyError) || error.mayHaveSucceeded;
      throw error;
    }
  }

  async #voids(n: number, car: PairedCar, by: WishesBy): Promise<readonly Uint8Array[]> {
    this.#car = car;
    const wish = this.#wish(n);
    const { id } = wish;
    const now = wallSeconds(this.#environment);
    const others = [...this.#before, ...late(this.#sent.slice(0, n))].slice(-MOST_VOIDS);
    const voids = (entry: PairedCar): readonly Uint8Array[] => toVoid(entry, others, id, now);
    if (by === 'known') return voids(car);
    const entry = await this.#update(car, (there) => {
      if (by === 'read') return there;
      voids(there); // throws before it is written
      return withWish(there, { id, since: now }, now);
    });
    wish.written ||= by === 'written';
    return voids(entry);
  }

  /** Whether one of them may have been carried out, and nobody knows. */
  get open(): boolean {
    return this.#sent.some(isOpen);
  }

  /**
   * Brings the entry up to date with what became of them: written down is what is open, and forgotten what the car
   * has answered, with what that replaced. What cannot be saved stays as it is there.
   */
  async settle(): Promise<void> {
    const now = wallSeconds(this.#environment);
    const [car, sent] = [this.#car, this.#sent];
    this.#before = [...this.#before, ...late(sent)];
    this.#sent = [];
    const over = sent.flatMap(({ id, voids, final, open, written }) => [
      ...(written && (final || !open) ? [id] : []),
      ...(final ? voids : []),
    ]);
    const open = sent.filter((each) => isOpen(each) && !each.written);
    if (car === undefined || over.length + open.length === 0) return;
    const settled = (entry: PairedCar): PairedCar =>
      open.reduce(
        (left, { id }) => withWish(left, { id, since: now }, now),
        withoutWishes(entry, over),
      );
    await this.#update(car, settled).catch((error: unknown) => {
      this.#environment.log.warn('what became of a command could not be saved', {
        error: String(error),
      });
    });
  }

  #wish(n: number): Sent {
    const id = (): Uint8Array => this.#environment.random(COMMAND_ID_BYTES);
    const fresh = { voids: [], written: false, open: false, final: false, copies: 0 };
    return (this.#sent[n] ??= { id: id(), ...fresh });
  }

  /** Of the same key: another program may have paired anew. */
  #update(car: PairedCar, change: (entry: PairedCar) => PairedCar): Promise<PairedCar> {
    const { store, suite } = this.#environment;
    const isSame = ({ identity }: PairedCar): boolean =>
      suite.equal(identity.publicKey, car.identity.publicKey);
    return store.update(
      car.name,
      to((entry) => (isSame(entry) ? change(entry) : entry)),
    );
  }
}

/** It may have been carried out, and what comes next can name it. */
const isOpen = ({ open, final }: Sent): boolean => open && !final;

/** Of those that a copy may yet come of: a car need not remember all that it refuses. */
const late = (sent: readonly Sent[]): readonly Uint8Array[] =>
  sent.filter(({ final, copies }) => copies > (final ? 1 : 0)).map(({ id }) => id);

/** Whether a command is one, which has no id of its own yet. */
export const isWish = ({ type, id }: Command): boolean => WISHES.has(type) && id === undefined;
