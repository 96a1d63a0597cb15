import { stepLink } from '../../../../lib/native/car/link-machine.js';
import { openLink } from '../../../../lib/native/car/link-steps.js';
import type {
  LinkContext,
  LinkEffect,
  LinkInput,
  Step,
} from '../../../../lib/native/car/link-state.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import type { Suite } from '../../../../lib/crypto/suite.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { MOST_PATIENCE_MS } from '../../../../lib/radio/patience.js';
import { carSecrets } from '../../../../lib/native/session/car.js';
import { decodeToCar, encodeFromCar } from '../../../../lib/native/codec.js';
import { TestHost } from '../../../support/test-car.js';

/**
 * The state machine of one link without a link: tries are counted at once, and nothing else is
 * carried out. Two machines behave alike byte for byte.
 */
export class Machine {
  readonly host = new TestHost();
  readonly effects: LinkEffect[] = [];
  /** What the car sent, encoded. */
  readonly sent: Uint8Array[] = [];
  now = 0;
  readonly #context: Omit<LinkContext, 'now'>;
  #step: Step = { state: { phase: 'closed' }, effects: [] };

  constructor(suite: Suite = defaultSuite) {
    const { host } = this;
    this.#context = {
      suite,
      random: seededRandom('machine'),
      secrets: carSecrets(suite, host.identity),
      carName: host.name,
      unprovenMs: MOST_PATIENCE_MS,
      findKey: (publicKey) => host.keys().find((key) => suite.equal(key.publicKey, publicKey)),
      pairingWindow: host.pairing.window,
    };
  }

  get phase(): string {
    return this.#step.state.phase;
  }

  open(): void {
    this.#run(openLink({ ...this.#context, now: this.now }));
  }

  input(input: LinkInput): void {
    this.#run(stepLink(this.#step.state, input, { ...this.#context, now: this.now }));
  }

  /** A message as it comes from the air. */
  receive(bytes: Uint8Array): void {
    let input: LinkInput;
    try {
      input = { type: 'message', message: decodeToCar(bytes) };
    } catch {
      input = { type: 'malformed' };
    }
    this.input(input);
  }

  #run(step: Step): void {
    this.#step = step;
    for (const effect of step.effects) {
      this.effects.push(effect);
      if (effect.type === 'send') this.sent.push(encodeFromCar(effect.message));
      if (effect.type === 'count-try') this.input({ type: 'try-counted', allowed: true });
    }
  }
}
