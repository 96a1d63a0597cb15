import type { CarReport } from '../../../firmware-sim/index.js';

/**
 * What of the car must still be true after its power went. `either`: it went in the middle of enrolling or
 * removing the key, and nobody was told how that ended.
 */
type Standing = 'in' | 'out' | 'either';

export type FindingKind =
  /** A phone that was told that it has a key has none. */
  | 'key-lost'
  /** A key that was removed, or that was never enrolled, is there. */
  | 'key-back'
  /** The car counts fewer pairing tries than it has confirmed. */
  | 'went-back'
  /** A key that is enrolled does not open, in spite of a car that runs. */
  | 'refused'
  /** A car that runs is not reached. */
  | 'unreached'
  | 'boot-failed';

export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
}

type Seen = Pick<CarReport, 'fingerprint' | 'pairingTries'> & {
  readonly keys: readonly Pick<CarReport['keys'][number], 'name'>[];
};

/** Keeps what the car has confirmed, and holds against it what the car then shows. Keys go by their names. */
export class Ledger {
  readonly #standings = new Map<string, Standing>();
  #tries = 0;
  #fingerprint: string | undefined;

  enrolled(name: string): void {
    this.#standings.set(name, 'in');
  }

  removed(name: string): void {
    this.#standings.set(name, 'out');
  }

  unsure(name: string): void {
    this.#standings.set(name, 'either');
  }

  /** A phone got the answer to its pairing code, before which the try is on disk. */
  tryAnswered(): void {
    this.#tries += 1;
  }

  names(standing: Standing): string[] {
    return [...this.#standings].filter(([, value]) => value === standing).map(([name]) => name);
  }

  /** Compares; what was `either` is as the car shows it from now on. */
  look({ fingerprint, pairingTries, keys }: Seen): Finding[] {
    const findings: Finding[] = [];
    const shown = new Set(keys.map(({ name }) => name));
    this.#fingerprint ??= fingerprint;
    if (fingerprint !== this.#fingerprint) {
      findings.push({ kind: 'key-lost', what: 'the car has another identity' });
      this.#fingerprint = fingerprint;
    }
    for (const [name, standing] of this.#standings) {
      const there = shown.delete(name);
      if (standing === 'in' && !there) findings.push({ kind: 'key-lost', what: name });
      if (standing === 'out' && there) findings.push({ kind: 'key-back', what: name });
      this.#standings.set(name, there ? 'in' : 'out');
    }
    for (const name of shown) findings.push({ kind: 'key-back', what: `${name}, never enrolled` });
    if (pairingTries < this.#tries) {
      const what = `${String(pairingTries)} tries, after ${String(this.#tries)}`;
      findings.push({ kind: 'went-back', what });
    }
    this.#tries = pairingTries;
    return findings;
  }

  /** A phone tried its key at a car that runs; `look` came before. */
  tried(name: string, outcome: 'opened' | 'refused' | 'unreached'): Finding[] {
    if (outcome === 'unreached') return [{ kind: 'unreached', what: name }];
    const wanted = this.#standings.get(name) === 'in' ? 'opened' : 'refused';
    if (outcome === wanted) return [];
    return [{ kind: outcome === 'opened' ? 'key-back' : 'refused', what: name }];
  }
}
