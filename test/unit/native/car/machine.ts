import { HostilePhone } from '../../../../lab/hostile-phone.js';
import type { ToCar } from '../../../../lab/hostile-phone.js';
import { stepLink } from '../../../../lib/native/car/link-machine.js';
import { openLink } from '../../../../lib/native/car/link-state.js';
import type {
  LinkContext,
  LinkEffect,
  LinkInput,
  LinkState,
  LinkStep,
} from '../../../../lib/native/car/link-state.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { MOST_PATIENCE_MS } from '../../../../lib/radio/patience.js';
import { carSecrets } from '../../../../lib/native/session/car.js';
import { decodeToCar, encodeFromCar, encodeToCar } from '../../../../lib/native/codec.js';
import { cheapSuite } from '../../../support/cheap-suite.js';
import { TestHost } from '../../../support/test-car.js';

/**
 * The state machine of one link without a link, and the phone on it: nothing is carried out but that tries are
 * counted, unless a test does that. Two machines behave alike byte for byte.
 */
export class Machine {
  readonly host = new TestHost();
  readonly phone: HostilePhone;
  readonly context: LinkContext;
  readonly effects: LinkEffect[] = [];
  /** Whether each try is counted at once. */
  counts = true;
  state: LinkState = { phase: 'closed' };

  constructor(change: Partial<LinkContext> = {}) {
    const { host } = this;
    const suite = change.suite ?? cheapSuite;
    this.context = {
      suite,
      random: seededRandom('machine'),
      secrets: carSecrets(suite, host.identity),
      carName: host.name,
      now: 0,
      unprovenMs: MOST_PATIENCE_MS,
      findKey: (publicKey) => host.keys().find((key) => suite.equal(key.publicKey, publicKey)),
      pairingWindow: host.pairing.window,
      admits: () => true,
      ...change,
    };
    this.phone = new HostilePhone({
      clock: { now: () => 0 },
      carPublicKey: host.identity.publicKey,
      suite: cheapSuite,
      random: seededRandom('phone'),
    });
  }

  get phase(): LinkState['phase'] {
    return this.state.phase;
  }

  open(): LinkStep {
    return this.#take(openLink(this.context));
  }

  input(input: LinkInput, change: Partial<LinkContext> = {}): LinkStep {
    return this.#take(stepLink(this.state, input, { ...this.context, ...change }));
  }

  /** A message as it comes from the air. */
  receive(bytes: Uint8Array): LinkStep {
    let input: LinkInput;
    try {
      input = { type: 'message', message: decodeToCar(bytes) };
    } catch {
      input = { type: 'malformed' };
    }
    return this.input(input);
  }

  say(message: ToCar): LinkStep {
    return this.receive(encodeToCar(message));
  }

  #take(step: LinkStep): LinkStep {
    this.state = step.state;
    this.effects.push(...step.effects);
    for (const effect of step.effects) {
      if (effect.type === 'send') this.phone.hear(encodeFromCar(effect.message));
      if (effect.type === 'count-try' && this.counts) {
        this.input({ type: 'try-counted', allowed: true });
      }
    }
    return step;
  }
}
