import { median } from '../../../bench/measure.js';
import type { Finding, FindingKind } from './ledger.js';
import type { Doing } from './moment.js';
import type { Outcome } from './phones.js';

/** What of a run is counted, as one JSON object. */
export interface KillFigures {
  readonly seed: string;
  /** `failed`: the car did not come up again. */
  readonly ended: 'complete' | 'time' | 'interrupted' | 'failed';
  readonly seconds: number;
  /** Unlocks that a phone asked for, beside those of `checks`. */
  readonly cycles: number;
  readonly unlocksConfirmed: number;
  readonly keysPaired: number;
  readonly keysRemoved: number;
  readonly kills: number;
  readonly killsDuring: Readonly<Record<Doing | 'boot', number>>;
  /** How what was under way ended for the phone. */
  readonly cutOff: Readonly<Record<Outcome, number>>;
  /** Keys that were tried after a boot, those that must open and those that must not. */
  readonly checks: number;
  readonly bootMedianMs: number;
  readonly bootMostMs: number;
  /** All of these must be 0. */
  readonly unlocksRefused: number;
  readonly unlocksUnreached: number;
  readonly keysLost: number;
  readonly keysBack: number;
  readonly bootsFailed: number;
  readonly numbersWentBack: number;
}

export class Tally {
  cycles = 0;
  unlocksConfirmed = 0;
  keysPaired = 0;
  keysRemoved = 0;
  checks = 0;
  readonly killsDuring = { unlock: 0, pair: 0, remove: 0, boot: 0 };
  readonly cutOff = { done: 0, unknown: 0, failed: 0, refused: 0 };
  readonly bootMs: number[] = [];
  readonly findings: Finding[] = [];

  get kills(): number {
    return Object.values(this.killsDuring).reduce((sum, count) => sum + count, 0);
  }

  figures(seed: string, ended: KillFigures['ended'], seconds: number): KillFigures {
    const { cycles, unlocksConfirmed, keysPaired, keysRemoved, kills, checks } = this;
    return {
      seed,
      ended,
      seconds: Math.round(seconds),
      cycles,
      unlocksConfirmed,
      keysPaired,
      keysRemoved,
      kills,
      killsDuring: this.killsDuring,
      cutOff: this.cutOff,
      checks,
      bootMedianMs: Math.round(median(this.bootMs)),
      bootMostMs: Math.round(Math.max(...this.bootMs)),
      unlocksRefused: this.#count('refused'),
      unlocksUnreached: this.#count('unreached'),
      keysLost: this.#count('key-lost'),
      keysBack: this.#count('key-back'),
      bootsFailed: this.#count('boot-failed'),
      numbersWentBack: this.#count('went-back'),
    };
  }

  #count(kind: FindingKind): number {
    return this.findings.filter((finding) => finding.kind === kind).length;
  }
}
