import { defaultSuite } from '../../../lib/crypto/index.js';
import { ID_PROVER, ID_VERIFIER } from '../../../lib/native/pairing/secrets.js';
import { Spake2PlusProver } from '../../../lib/native/pairing/spake2plus.js';
import { pairingChannel, pairingContext } from '../../../lib/native/pairing/transcript.js';
import { concat } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import type { SimClock } from '../../../lib/platform/sim-clock.js';
import type { CentralLink } from '../../../lib/radio/types.js';
import { CHALLENGE_LIFETIME_MS } from '../../../lib/native/session/car.js';
import type { SealedChannel } from '../../../lib/native/session/channel.js';
import { answerChallenge } from '../../../lib/native/session/phone.js';
import { decodeFromCar, encodePhoneIdentity, encodeToCar } from '../../../lib/native/codec.js';
import { decodeRequest } from '../../../lib/native/commands.js';
import type { ToCarMessage } from '../../../lib/native/codec.js';
import type { Command } from '../../../lib/domain/commands.js';
import { CommandSchema } from '../../../lib/native/schema/gen/phonekey.js';
import { encode } from '../../../lib/native/wire.js';
import { frame, Reassembler } from '../../../lib/link/framing.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { refusing } from '../target.js';
import type { Oracle } from './oracle.js';
import { CODE, secretsOf, WRONG_CODE } from './people.js';
import type { Person } from './people.js';

/** A message as somebody really made it, and what it means to deliver it whole. */
export interface Made {
  readonly bytes: Uint8Array;
  /** Told when it is sent unchanged; on which link decides whether it counts. */
  readonly sent: (on: AttackLink) => void;
}

const random = seededRandom('phones');

/** A link to the car in the hands of an attacker, who may also lend it to honest phones. */
export class AttackLink {
  readonly #radio: CentralLink;
  readonly #clock: SimClock;
  readonly #oracle: Oracle;
  readonly #carPublicKey: Uint8Array;
  readonly #reassembler = new Reassembler(MAX_MESSAGE_BYTES);
  /** Everything that the car said here. */
  readonly heard: Uint8Array[] = [];
  closed = false;
  /** The last thing that the car sealed for the phone here, opened. */
  lastAnswer: Uint8Array | undefined;
  #challenge: { readonly bytes: Uint8Array; readonly at: number; open: boolean } | undefined;
  #answer: { readonly person: Person; readonly channel: SealedChannel } | undefined;
  #session: { made: number; sent: number } | undefined;
  #pairing: { readonly prover: Spake2PlusProver; readonly right: boolean } | undefined;
  #share: { readonly share: Uint8Array; readonly confirm: Uint8Array } | undefined;
  #pairingChannel: SealedChannel | undefined;
  #confirmed = false;
  #committed = false;

  constructor(radio: CentralLink, clock: SimClock, oracle: Oracle, carPublicKey: Uint8Array) {
    this.#radio = radio;
    this.#clock = clock;
    this.#oracle = oracle;
    this.#carPublicKey = carPublicKey;
  }

  /** A right proof was sent here. */
  get proved(): boolean {
    return this.#session !== undefined;
  }

  /** Who has a session here, which the car has answered in. */
  get holder(): Person | undefined {
    return this.closed || this.lastAnswer === undefined ? undefined : this.#answer?.person;
  }

  get knowsCode(): boolean {
    return this.#confirmed;
  }

  get committed(): boolean {
    return this.#committed;
  }

  async open(): Promise<void> {
    await this.#radio.open({
      data: (chunk) => {
        try {
          for (const message of this.#reassembler.push(chunk)) this.#receive(message);
        } catch (error) {
          this.#oracle.fail(`the car sends what no phone takes: ${String(error)}`);
        }
      },
      closed: () => {
        this.closed = true;
      },
    });
  }

  close(): Promise<void> {
    return this.#radio.close();
  }

  /** Sends bytes that nobody made, or not like this, as a message of their own. */
  async sendMessage(message: Uint8Array, chunkSize = 0): Promise<void> {
    if (message.length === 0) return;
    if (this.#challenge !== undefined) this.#challenge.open = false;
    const mtu = chunkSize === 0 ? this.#radio.mtu : Math.min(this.#radio.mtu, chunkSize + 3);
    for (const chunk of frame(message, mtu)) await this.sendChunk(chunk);
  }

  async sendMade({ bytes, sent }: Made, chunkSize?: number): Promise<void> {
    if (!this.closed) sent(this);
    await this.sendMessage(bytes, chunkSize);
  }

  /** Bytes without framing. */
  async sendChunk(chunk: Uint8Array): Promise<void> {
    if (this.closed || chunk.length === 0) return;
    await this.#radio.send(chunk).catch(() => undefined); // closed meanwhile
  }

  /** Answers the newest challenge; with a grant, which may be made out to somebody else. */
  proof(person: Person, command: Uint8Array, grant?: Uint8Array): Made | undefined {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    const { handshake, tag, channel } = answerChallenge(
      defaultSuite,
      random,
      { identity: person.identity, carPublicKey: this.#carPublicKey },
      challenge.bytes,
      grant === undefined ? command : concat(command, introduction(grant, person.name)),
    );
    return this.#made({ case: 'proof', value: { handshake, tag } }, () => {
      const late = this.#clock.now() - challenge.at >= CHALLENGE_LIFETIME_MS;
      if (!challenge.open || late) return;
      if (this.#oracle.keyOf(person) === undefined && !this.#oracle.mayShow(person, grant)) return;
      this.#answer = { person, channel };
      this.lastAnswer = undefined;
      this.#session = { made: 0, sent: 0 };
      const given = parseCommand(command);
      if (given !== undefined) this.#oracle.give(person, given);
    });
  }

  /** In place of a proof: what anybody may carry. */
  notice(notice: Uint8Array): Made {
    return this.#made({ case: 'notice', value: notice }, () => undefined);
  }

  /** A further command in the session that is open here. */
  sealed(command: Uint8Array): Made | undefined {
    const session = this.#session;
    const answer = this.#answer;
    if (session === undefined || answer === undefined) return undefined;
    const number = session.made++;
    return this.#made({ case: 'sealed', value: answer.channel.seal(command) }, () => {
      if (session !== this.#session || number !== session.sent) return;
      session.sent += 1;
      const given = parseCommand(command);
      if (given !== undefined) this.#oracle.give(answer.person, given);
    });
  }

  pairStart(right: boolean): Made | undefined {
    if (this.#challenge === undefined) return undefined;
    const prover = new Spake2PlusProver({
      ...secretsOf(right ? CODE : WRONG_CODE),
      context: pairingContext(this.#challenge.bytes),
      idProver: ID_PROVER,
      idVerifier: ID_VERIFIER,
      suite: defaultSuite,
      random,
    });
    return this.#made({ case: 'pairStart', value: { share: prover.share } }, () => {
      this.#pairing = { prover, right };
    });
  }

  pairConfirm(): Made | undefined {
    const pairing = this.#pairing;
    const share = this.#share;
    if (pairing?.right !== true || share === undefined) return undefined;
    this.#share = undefined;
    // An honest phone that was answered with something else goes no further.
    const codes = ['pairing.wrong-code', 'protocol.malformed', 'protocol.order'];
    const keys = refusing(codes, () => pairing.prover.finish(share.share, share.confirm));
    if (keys === undefined) return undefined;
    const { confirmP, sharedKey } = keys;
    return this.#made({ case: 'pairConfirm', value: { confirm: confirmP } }, () => {
      this.#pairingChannel = pairingChannel(defaultSuite, sharedKey, 'phone');
      this.#confirmed = true;
    });
  }

  pairCommit({ identity, signingKey, name }: Person): Made | undefined {
    const identityBytes = encodePhoneIdentity({ publicKey: identity.publicKey, signingKey, name });
    const sealed = this.#pairingChannel?.seal(identityBytes);
    if (sealed === undefined) return undefined;
    return this.#made({ case: 'pairCommit', value: sealed }, () => {
      this.#committed = true;
      this.#oracle.applies(identity.publicKey);
    });
  }

  /** What it means counts once, and on this link. */
  #made(message: NonNullable<ToCarMessage>, sent: () => void): Made {
    let fresh = true;
    return {
      bytes: encodeToCar(message),
      sent: (on) => {
        if (on === this && fresh) sent();
        if (on === this) fresh = false;
      },
    };
  }

  #receive(bytes: Uint8Array): void {
    this.heard.push(bytes);
    const message = decodeFromCar(bytes);
    this.#oracle.heard(message.case, this);
    switch (message.case) {
      case 'hello':
        this.#challenge = { bytes: message.value.handshake, at: this.#clock.now(), open: true };
        this.#pairing = undefined;
        this.#confirmed = false;
        this.#committed = false;
        break;
      case 'sealed':
        this.lastAnswer = this.#answer?.channel.open(message.value);
        break;
      case 'pairShare':
        this.#share = message.value;
        break;
      case 'pairOffer':
      case 'pairDone':
        this.#pairingChannel?.open(message.value);
        break;
      case 'pairRefusal':
      case undefined:
        break;
    }
  }
}

/** The two fields that go beside a command, whatever the command is. */
const introduction = (grants: Uint8Array, name: string): Uint8Array =>
  encode(CommandSchema, { grants, name });

const parseCommand = (bytes: Uint8Array): Command | undefined => {
  try {
    return decodeRequest(bytes).command;
  } catch {
    return undefined;
  }
};
