import { expect } from '@jest/globals';
import { MOST_PATIENCE_MS } from '../../../../lib/radio/patience.js';
import { stepLink } from '../../../../lib/native/car/link-machine.js';
import { openLink } from '../../../../lib/native/car/link-steps.js';
import type {
  LinkContext,
  LinkInput,
  LinkState,
  Step,
} from '../../../../lib/native/car/link-state.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { PhonePairing } from '../../../../lib/native/pairing/phone.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { carSecrets } from '../../../../lib/native/session/car.js';
import type { SealedChannel } from '../../../../lib/native/session/channel.js';
import { answerChallenge } from '../../../../lib/native/session/phone.js';
import { encodeCommand } from '../../../../lib/native/commands.js';
import { decodeResult } from '../../../../lib/native/results.js';
import type { ToCar } from '../../../../lib/native/schema/gen/phonekey_pb.js';
import { DONE, TestHost } from '../../../support/test-car.js';
import { UNLOCK } from '../session/sample.js';
import { IDENTITY } from './raw-phone.js';
import { cheapSuite } from '../../../support/cheap-suite.js';

export type Phase = LinkState['phase'];
export type MessageCase = NonNullable<ToCar['message']['case']>;

/** Who pairs. */
export const PHONE = {
  publicKey: new Uint8Array(32).fill(2),
  signingKey: new Uint8Array(32).fill(3),
  name: 'Ada',
};

/** One link of a car that knows IDENTITY and is open for pairing, and what its phone needs. */
export class LinkRig {
  readonly host = new TestHost();
  readonly context: LinkContext;
  #step: Step;
  channel: SealedChannel | undefined;
  #pairing: PhonePairing | undefined;

  constructor(change: Partial<LinkContext> = {}) {
    const { host } = this;
    host.enrol(IDENTITY.publicKey);
    host.open = true;
    this.context = {
      suite: cheapSuite,
      random: seededRandom('link machine'),
      secrets: carSecrets(defaultSuite, host.identity),
      carName: host.name,
      now: 0,
      unprovenMs: MOST_PATIENCE_MS,
      findKey: (publicKey) =>
        host.keys().find((key) => defaultSuite.equal(key.publicKey, publicKey)),
      pairingWindow: host.pairing.window,
      ...change,
    };
    this.#step = openLink(this.context);
  }

  get state(): LinkState {
    return this.#step.state;
  }

  input(input: LinkInput, context: Partial<LinkContext> = {}): Step {
    this.#step = stepLink(this.state, input, { ...this.context, ...context });
    return this.#step;
  }

  send(message: { case: MessageCase; value: unknown }, context?: Partial<LinkContext>): Step {
    return this.input({ type: 'message', message: message as ToCar['message'] }, context);
  }

  prove(command: Uint8Array = UNLOCK): Step {
    const { bytes } = this.#challenge;
    const secrets = { identity: IDENTITY, carPublicKey: this.host.identity.publicKey };
    const random = seededRandom('phone');
    const { handshake, tag, channel } = answerChallenge(
      defaultSuite,
      random,
      secrets,
      bytes,
      command,
    );
    this.channel = channel;
    return this.send({ case: 'proof', value: { handshake, tag } });
  }

  sealed(command: Uint8Array = UNLOCK): { case: 'sealed'; value: Uint8Array } {
    return { case: 'sealed', value: this.channel?.seal(command) ?? new Uint8Array(18) };
  }

  pairStart(share?: Uint8Array): Step {
    const random = seededRandom('phone');
    this.#pairing = new PhonePairing(cheapSuite, random, this.host.code, this.#challenge.bytes);
    return this.send({ case: 'pairStart', value: { share: share ?? this.#pairing.share } });
  }

  /** The phone's answer to the PairShare that was just sent. */
  pairConfirm(): Step {
    const { message } = this.#sent();
    if (message?.case !== 'pairShare') throw new Error('no PairShare');
    const { share, confirm } = message.value as { share: Uint8Array; confirm: Uint8Array };
    const value = { confirm: this.#pairing!.confirm(share, confirm) };
    return this.send({ case: 'pairConfirm', value });
  }

  /** The phone's answer to the PairOffer that was just sent. */
  pairCommit(): Step {
    const { message } = this.#sent();
    if (message?.case !== 'pairOffer') throw new Error('no PairOffer');
    this.#pairing!.openOffer(message.value);
    const value = this.#pairing!.commit(PHONE);
    return this.send({ case: 'pairCommit', value });
  }

  /** The PairDone that was just sent, opened. */
  done(): ReturnType<PhonePairing['openDone']> {
    const { message } = this.#sent();
    if (message?.case !== 'pairDone') throw new Error('no PairDone');
    return this.#pairing!.openDone(message.value);
  }

  /** The Result that was just sent, opened. */
  result(): ReturnType<typeof decodeResult>['outcome'] {
    const { message } = this.#sent();
    if (message?.case !== 'sealed') throw new Error('no Result');
    return decodeResult(this.channel!.open(message.value)).outcome;
  }

  #sent() {
    const effect = this.#step.effects.find(({ type }) => type === 'send');
    return effect?.type === 'send' ? effect : { message: undefined };
  }

  get #challenge() {
    if (this.state.phase !== 'challenged') throw new Error(`the link is ${this.state.phase}`);
    return this.state.challenge;
  }
}

/** A first command with a grant. */
const INTRODUCTION = encodeCommand(
  { type: 'unlock' },
  { grants: new Uint8Array(115), name: 'guest' },
);

/** The way to each phase. */
export const WAYS: Readonly<Record<Phase, (rig: LinkRig) => void>> = {
  challenged: () => undefined,
  refusing: (rig) => rig.input({ type: 'malformed' }),
  executing: (rig) => rig.prove(),
  admitting: (rig) => rig.prove(INTRODUCTION),
  ready: (rig) => {
    WAYS.executing(rig);
    rig.input({ type: 'executed', result: DONE });
  },
  'counting-try': (rig) => rig.pairStart(),
  shared: (rig) => {
    WAYS['counting-try'](rig);
    rig.input({ type: 'try-counted', allowed: true });
  },
  offered: (rig) => {
    WAYS.shared(rig);
    rig.pairConfirm();
  },
  enrolling: (rig) => {
    WAYS.offered(rig);
    rig.pairCommit();
  },
  ending: (rig) => {
    WAYS['counting-try'](rig);
    rig.input({ type: 'try-counted', allowed: false });
  },
  closed: (rig) => {
    WAYS.ready(rig);
    rig.input({ type: 'idle' });
  },
};

export const PHASES = Object.keys(WAYS) as Phase[];

/** A link in this phase. */
export const linkIn = (phase: Phase, change?: Partial<LinkContext>): LinkRig => {
  const rig = new LinkRig(change);
  WAYS[phase](rig);
  expect(rig.state.phase).toBe(phase);
  return rig;
};
