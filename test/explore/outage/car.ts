import { admitKey, signingKeyIn } from '../../../firmware-sim/rights/admission.js';
import { withoutKey } from '../../../firmware-sim/rights/departure.js';
import type { Rights } from '../../../firmware-sim/rights/rights.js';
import { takePart } from '../../../firmware-sim/rights/take-list.js';
import { revocationPage, signingTerms } from '../../../firmware-sim/rights/terms.js';
import { useKey } from '../../../firmware-sim/rights/use.js';
import type { AdmissionRefusal } from '../../../lib/car/host.js';
import { findKey } from '../../../lib/credentials/key-slot.js';
import type { Introduction, KeySlot } from '../../../lib/credentials/key-slot.js';
import {
  openRevocationList,
  revocationListTagKey,
} from '../../../lib/credentials/revocation-list.js';
import type { Command } from '../../../lib/domain/commands.js';
import { refused } from '../../../lib/domain/outcomes.js';
import type { Outcome, Result } from '../../../lib/domain/outcomes.js';
import type { Refusal } from '../../../lib/domain/refusals.js';
import { CAR, suite } from '../cast.js';

/** The car, by its own functions for rights: what it answers, and what it keeps then. */
export class OutageCar {
  rights: Rights;
  /** Seconds since 1970. */
  readonly #now: () => number;

  constructor(rights: Rights, now: () => number) {
    this.rights = rights;
    this.#now = now;
  }

  /** A phone has proved its key; undefined: the car knows neither key nor grant. */
  ask(publicKey: Uint8Array, command: Command, shown?: Introduction): Result | undefined {
    const refusal = shown && this.#admit(publicKey, shown);
    const key = findKey(suite, this.rights.keys, publicKey);
    if (refusal === 'grant-invalid' ? key === undefined : key === undefined && !refusal)
      return undefined;
    const outcome =
      refusal !== undefined || key === undefined
        ? refused(refusal ?? 'not-permitted')
        : this.#do(command, key);
    const now = findKey(suite, this.rights.keys, publicKey);
    const terms = signingTerms(this.rights, now, command.type, this.#context());
    return { outcome, clockLost: false, ...terms };
  }

  /** What the cloud brings, or any phone. */
  take(revocationList: Uint8Array): Refusal | undefined {
    const part = openRevocationList(suite, revocationList, {
      identity: CAR,
      tagKey: TAG_KEY,
      ownerKey: signingKeyIn(suite, this.rights),
    });
    if (part === undefined) return 'revocation-list-invalid';
    const taken = takePart(this.rights, part, this.#context());
    if (typeof taken === 'string') return taken;
    this.rights = taken.rights;
    return taken.old ? 'revocation-list-old' : undefined;
  }

  /** The card at the screen, or an owner's phone. */
  remove(key: KeySlot): void {
    this.rights = withoutKey(this.rights, key, this.#context()).rights;
  }

  #admit(publicKey: Uint8Array, introduction: Introduction): AdmissionRefusal | undefined {
    const context = { ...this.#context(), carPublicKey: CAR.publicKey, slots: 8 };
    const admitted = admitKey(this.rights, publicKey, introduction, context);
    if (typeof admitted === 'string') return admitted;
    this.rights = admitted.rights ?? this.rights;
    return undefined;
  }

  #do(command: Command, key: KeySlot): Outcome {
    const use = useKey(this.rights, key, command.type, this.#context());
    if (typeof use === 'string') return refused(use);
    this.rights = use.rights;
    switch (command.type) {
      case 'deliver': {
        const why = this.take(command.revocationList);
        return why === undefined ? { type: 'done' } : refused(why);
      }
      case 'listRevocations':
        return {
          type: 'revocations',
          ...revocationPage(this.rights, key, command.page, this.#context()),
        };
      case 'removeKey': {
        const other = this.rights.keys.find(({ slot }) => slot === command.slot);
        if (other === undefined) return refused('no-such-key');
        this.remove(other);
        return { type: 'done' };
      }
      case 'status':
        return { type: 'status', status: STATUS };
      case 'unlock':
        return { type: 'done' };
      case 'lock':
      case 'start':
      case 'trunk':
      case 'frunk':
      case 'listKeys':
      case 'setTime':
      case 'setPin':
      case 'raiseEpoch':
        return refused('fault');
    }
  }

  #context() {
    return { suite, wallMs: this.#now() * 1000 };
  }
}

const TAG_KEY = revocationListTagKey(suite, CAR.publicKey);

const STATUS = {
  locked: true,
  open: [],
  driveSecondsLeft: 0,
  speedLimit: null,
  pinNeeded: false,
} as const;
