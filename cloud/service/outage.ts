import type { Cancel, Clock } from '../../lib/platform/clock.js';
import type { OutageMode } from '../types.js';

/** What becomes of a request. */
export type Answers = 'normally' | 'with-500' | 'never' | 'late';

export interface Condition {
  readonly answers: Answers;
  readonly listens: boolean;
  readonly resolvable: boolean;
}

/** So late is an answer of a slow service. */
export const LATE_MS = 5000;
/** Of `flap`: so long it is down, then as long up. */
export const FLAP_MS = 4000;

export const WELL: Condition = { answers: 'normally', listens: true, resolvable: true };

/** How a service is that has been failing in this way for so long, and for how long it stays so. */
export const conditionAfter = (
  mode: OutageMode,
  elapsedMs: number,
): { readonly condition: Condition; readonly forMs: number } => {
  const always = (condition: Partial<Condition>) => ({
    condition: { ...WELL, ...condition },
    forMs: Infinity,
  });
  switch (mode) {
    case '500':
      return always({ answers: 'with-500' });
    case 'timeout':
      return always({ answers: 'never' });
    case 'refuse':
      return always({ listens: false });
    case 'slow':
      return always({ answers: 'late' });
    case 'dns':
      return always({ resolvable: false });
    case 'flap': {
      const down = Math.floor(elapsedMs / FLAP_MS) % 2 === 0;
      return {
        condition: down ? { ...WELL, answers: 'with-500' } : WELL,
        forMs: FLAP_MS - (elapsedMs % FLAP_MS),
      };
    }
  }
};

export interface OutageEffects {
  /** It is so from now on. Must not throw. */
  changed(condition: Condition, before: Condition): void;
  failing(mode: OutageMode, forMs: number): void;
  recovered(): void;
}

/** Runs one outage at a time, and tells what changes by it. */
export class Outage {
  readonly #clock: Clock;
  readonly #effects: OutageEffects;
  #condition = WELL;
  #going: { readonly mode: OutageMode; readonly since: number; readonly until: number } | undefined;
  #cancel: Cancel = () => undefined;

  constructor(clock: Clock, effects: OutageEffects) {
    this.#clock = clock;
    this.#effects = effects;
  }

  get condition(): Condition {
    return this.#condition;
  }

  get mode(): OutageMode | undefined {
    return this.#going?.mode;
  }

  begin(mode: OutageMode, ms: number): void {
    const since = this.#clock.now();
    this.#going = { mode, since, until: since + ms };
    this.#effects.failing(mode, ms);
    this.#step();
  }

  end(): void {
    this.#cancel();
    if (this.#going === undefined) return;
    this.#going = undefined;
    this.#become(WELL);
    this.#effects.recovered();
  }

  #step(): void {
    this.#cancel();
    if (this.#going === undefined) return;
    const now = this.#clock.now();
    const { mode, since, until } = this.#going;
    if (now >= until) {
      this.end();
      return;
    }
    const { condition, forMs } = conditionAfter(mode, now - since);
    this.#become(condition);
    this.#cancel = this.#clock.after(Math.min(forMs, until - now), () => {
      this.#step();
    });
  }

  #become(condition: Condition): void {
    const before = this.#condition;
    this.#condition = condition;
    this.#effects.changed(condition, before);
  }
}
