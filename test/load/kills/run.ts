import { setTimeout as wait } from 'node:timers/promises';
import { openWindow } from '../../../testing/open-window.js';
import { Rng } from '../../support/rng.js';
import { KilledCar } from './car.js';
import { Tally } from './figures.js';
import type { KillFigures } from './figures.js';
import { Ledger } from './ledger.js';
import type { Finding } from './ledger.js';
import { randomMoment } from './moment.js';
import type { Doing } from './moment.js';
import { newPhone, outcomeOf, Radios } from './phones.js';
import type { Outcome, Phone } from './phones.js';

export interface KillOptions {
  /** Unlocks to be asked for. */
  readonly cycles: number;
  /** What is done, and at which moments the car is killed; not what the machine makes of it. */
  readonly seed: string;
  /** Of so many things that are done, in one the car is killed. */
  readonly killEvery: number;
  /** More arguments for `key car start`. */
  readonly carArgs?: readonly string[];
  /** Ends the run early, between two things. */
  readonly signal: AbortSignal;
  /** Progress and findings, for people. */
  readonly say: (text: string) => void;
}

/** Of so many things that are done, one is pairing or removing; among those cut off by a kill, one of two. */
const CHANGE_ONE_IN = 40;
const CUT_CHANGE_ONE_IN = 2;
/** Beside the owner's. */
const MOST_GUESTS = 4;
/** Of so many boots, one is cut off as well. */
const CUT_BOOT_ONE_IN = 8;
/** Longer than a boot, on a machine with nothing else to do. */
const CUT_BOOT_MS = 500;
const SAY_EVERY = 500;

class BootFailed extends Error {}

/**
 * Phones unlock, pair and are removed, with a car in another process that is killed with SIGKILL at random
 * moments and started again. After each kill: what was confirmed is true, and what was removed stays away.
 */
export const runKills = async (options: KillOptions): Promise<KillFigures> => {
  const car = await KilledCar.create(options.carArgs ?? []);
  let radios: Radios | undefined;
  try {
    const first = await car.boot();
    radios = await Radios.open(car.hub);
    return await new KillRun(options, car, radios, first).run();
  } finally {
    await car.kill();
    await radios?.close();
    await car.close();
  }
};

class KillRun {
  readonly #options: KillOptions;
  readonly #car: KilledCar;
  readonly #radios: Radios;
  readonly #rng: Rng;
  readonly #ledger = new Ledger();
  readonly #tally = new Tally();
  readonly #phones = new Map<string, Phone>();
  readonly #owner = this.#newPhone();

  constructor(options: KillOptions, car: KilledCar, radios: Radios, firstBootMs: number) {
    this.#options = options;
    this.#car = car;
    this.#radios = radios;
    this.#rng = new Rng(`kills ${options.seed}`);
    this.#tally.bootMs.push(firstBootMs);
  }

  async run(): Promise<KillFigures> {
    const { signal, seed, cycles } = this.#options;
    const started = performance.now();
    const stop = this.#radios.listen(({ kind }) => {
      if (kind === 'PairShare') this.#ledger.tryAnswered();
    });
    let ended: KillFigures['ended'] = 'complete';
    try {
      await this.#pair(this.#owner, false);
      while (this.#tally.cycles < cycles && !signal.aborted) await this.#doSomething();
      await this.#lastLook();
      if (signal.aborted) ended = isTimeout(signal) ? 'time' : 'interrupted';
    } catch (error) {
      if (!(error instanceof BootFailed)) throw error;
      ended = 'failed';
    } finally {
      stop();
    }
    return this.#tally.figures(seed, ended, (performance.now() - started) / 1000);
  }

  async #doSomething(): Promise<void> {
    const killing = this.#rng.chance(this.#options.killEvery);
    const guests = this.#guests();
    if (!this.#rng.chance(killing ? CUT_CHANGE_ONE_IN : CHANGE_ONE_IN)) {
      await this.#unlock(this.#rng.pick([this.#owner, ...guests]), killing);
    } else if (guests.length > this.#rng.below(MOST_GUESTS)) {
      await this.#remove(this.#rng.pick(guests), killing);
    } else {
      await this.#pair(this.#newPhone(), killing);
    }
    if (killing) await this.#examine(this.#someGone());
  }

  async #unlock(phone: Phone, killing: boolean): Promise<void> {
    const outcome = await this.#do('unlock', killing, (signal) => this.#open(phone, signal));
    const tally = this.#tally;
    tally.cycles += 1;
    if (outcome === 'done') tally.unlocksConfirmed += 1;
    if (outcome === 'refused' || !killing)
      this.#found(this.#ledger.tried(phone.name, plain(outcome)));
    if (tally.cycles % SAY_EVERY === 0) {
      const { cycles, kills, findings } = tally;
      this.#options.say(`${cycles} unlocks, ${kills} kills, ${findings.length} findings`);
    }
  }

  async #pair(phone: Phone, killing: boolean): Promise<void> {
    const role = phone === this.#owner ? 'owner' : 'driver';
    const code = await openWindow(this.#car, role);
    const outcome = await this.#do('pair', killing, (signal) =>
      this.#radios.pair(phone, code, signal),
    );
    if (outcome === 'done') {
      this.#tally.keysPaired += 1;
      this.#ledger.enrolled(phone.name);
    } else {
      if (outcome === 'unknown') this.#ledger.unsure(phone.name);
      else this.#ledger.removed(phone.name);
      if (!killing) this.#failed(outcome, `pairing ${phone.name}`);
    }
  }

  async #remove(phone: Phone, killing: boolean): Promise<void> {
    const { keys } = await this.#car.control.status();
    const slot = keys.find(({ name }) => name === phone.name)?.slot;
    if (slot === undefined) {
      this.#found([{ kind: 'key-lost', what: phone.name }]);
      this.#ledger.removed(phone.name);
      return;
    }
    const outcome = await this.#do('remove', killing, (signal) =>
      this.#radios.command(this.#owner, (car, rest) => car.removeKey(slot, rest), signal),
    );
    if (outcome === 'done') {
      this.#tally.keysRemoved += 1;
      this.#ledger.removed(phone.name);
    } else {
      if (outcome === 'unknown') this.#ledger.unsure(phone.name);
      if (outcome === 'refused' || !killing) this.#failed(outcome, `removing ${phone.name}`);
    }
  }

  /** Does it; or kills the car at some moment of it, and starts the car again. */
  async #do(
    doing: Doing,
    killing: boolean,
    start: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<Outcome> {
    const gaveUp = new AbortController();
    if (!killing) return outcomeOf(start(gaveUp.signal));
    const moment = randomMoment(this.#rng, this.#radios, doing);
    const outcome = outcomeOf(start(gaveUp.signal));
    try {
      await Promise.race([moment.due, outcome]);
    } finally {
      moment.cancel();
    }
    this.#tally.killsDuring[doing] += 1;
    await this.#car.kill();
    await this.#boot();
    // Whatever the old car still said has come by now.
    gaveUp.abort();
    const settled = await outcome;
    this.#tally.cutOff[settled] += 1;
    this.#radios.next();
    return settled;
  }

  async #boot(): Promise<void> {
    while (this.#rng.chance(CUT_BOOT_ONE_IN)) {
      this.#car.spawn();
      await wait(this.#rng.unit() * CUT_BOOT_MS);
      await this.#car.kill();
      this.#tally.killsDuring.boot += 1;
    }
    try {
      this.#tally.bootMs.push(await this.#car.boot());
    } catch (error) {
      this.#found([{ kind: 'boot-failed', what: String(error) }]);
      throw new BootFailed();
    }
  }

  /** Every key that the car has confirmed opens, and none of `gone` does. */
  async #examine(gone: readonly Phone[]): Promise<void> {
    this.#found(this.#ledger.look(await this.#car.control.status()));
    const enrolled = this.#ledger.names('in').flatMap((name) => this.#phones.get(name) ?? []);
    for (const phone of [...enrolled, ...gone]) {
      const outcome = await outcomeOf(this.#open(phone, new AbortController().signal));
      this.#tally.checks += 1;
      this.#found(this.#ledger.tried(phone.name, plain(outcome)));
    }
  }

  async #lastLook(): Promise<void> {
    await this.#car.kill();
    await this.#boot();
    const gone = this.#ledger.names('out').flatMap((name) => this.#phones.get(name) ?? []);
    await this.#examine(gone);
  }

  /** The one that went last or another one: each costs the time of a refusal, and the car shows its keys. */
  #someGone(): Phone[] {
    const names = this.#ledger.names('out');
    const name = this.#rng.chance(2) ? names.at(-1) : names[this.#rng.below(names.length)];
    return [this.#phones.get(name ?? '') ?? []].flat();
  }

  #guests(): Phone[] {
    const phones = this.#ledger.names('in').flatMap((name) => this.#phones.get(name) ?? []);
    return phones.filter((phone) => phone !== this.#owner);
  }

  #open(phone: Phone, signal: AbortSignal): Promise<void> {
    return this.#radios.command(phone, (car, rest) => car.unlock(rest), signal);
  }

  #newPhone(): Phone {
    const phone = newPhone(`phone ${this.#phones.size}`);
    this.#phones.set(phone.name, phone);
    return phone;
  }

  #failed(outcome: Outcome, what: string): void {
    this.#found([{ kind: outcome === 'refused' ? 'refused' : 'unreached', what }]);
  }

  #found(findings: readonly Finding[]): void {
    for (const { kind, what } of findings) {
      this.#options.say(`after ${this.#tally.cycles} unlocks: ${kind}: ${what}`);
    }
    this.#tally.findings.push(...findings);
  }
}

const plain = (outcome: Outcome): 'opened' | 'refused' | 'unreached' => {
  if (outcome === 'done') return 'opened';
  return outcome === 'refused' ? 'refused' : 'unreached';
};

const isTimeout = ({ reason }: AbortSignal): boolean =>
  reason instanceof DOMException && reason.name === 'TimeoutError';
