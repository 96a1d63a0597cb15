import { HostilePhone } from '../../../lab/hostile-phone.js';
import type { FromCar, ToCar } from '../../../lab/hostile-phone.js';
import type { PhonePairing } from '../../../lib/native/pairing/phone.js';
import { concat } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import type { SimClock } from '../../../lib/platform/sim-clock.js';
import type { CentralLink } from '../../../lib/radio/types.js';
import { WORD_LIFETIME_MS } from '../../../lib/native/session/freshness.js';
import type { SealedChannel } from '../../../lib/native/session/common.js';
import { encodeToCar } from '../../../lib/native/codec.js';
import { CommandSchema } from '../../../lib/native/schema/gen/phonekey.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { AT_ANY_TIME, decodeRequest } from '../../../lib/native/commands.js';
import type { Command } from '../../../lib/domain/commands.js';
import { encode } from '../../../lib/native/wire.js';
import { refusing } from '../target.js';
import type { Oracle } from './oracle.js';
import { CODE, WRONG_CODE } from './key-holders.js';
import type { KeyHolder } from './key-holders.js';

/** A message as somebody really made it, and what it means to deliver it whole. */
export interface Made {
  readonly bytes: Uint8Array;
  /** Told when it is sent unchanged; on which link decides whether it counts. */
  readonly sent: (on: AttackLink) => void;
}

const random = seededRandom('phones');

/** A link to the car in the hands of an attacker, who may also lend it to honest phones. */
export class AttackLink {
  readonly #phone: HostilePhone;
  readonly #clock: SimClock;
  readonly #oracle: Oracle;
  /** The last thing that the car sealed for the phone here, opened. */
  lastAnswer: Uint8Array | undefined;
  #challenge: { readonly at: number; open: boolean } | undefined;
  #answer: { readonly person: KeyHolder; readonly channel: SealedChannel } | undefined;
  #session: { made: number; sent: number } | undefined;
  #wordAt = 0;
  #pairing: { readonly exchange: PhonePairing; readonly right: boolean } | undefined;
  #share: { readonly share: Uint8Array; readonly confirm: Uint8Array } | undefined;
  #established: PhonePairing | undefined;
  #confirmed = false;
  #committed = false;

  constructor(clock: SimClock, oracle: Oracle, carPublicKey: Uint8Array) {
    this.#clock = clock;
    this.#oracle = oracle;
    this.#phone = new HostilePhone({
      clock,
      carPublicKey,
      suite: cheapSuite,
      random,
      heard: ({ message }) => {
        this.#receive(message);
      },
      unreadable: (error) => {
        oracle.fail(`the car sends what no phone takes: ${String(error)}`);
      },
    });
  }

  /** Everything that the car said here. */
  get heard(): readonly Uint8Array[] {
    return this.#phone.received.map(({ bytes }) => bytes);
  }

  get closed(): boolean {
    return this.#phone.closedAt !== undefined;
  }

  /** A right proof was sent here. */
  get proved(): boolean {
    return this.#session !== undefined;
  }

  /** Who has a session here, which the car has answered in. */
  get holder(): KeyHolder | undefined {
    return this.closed || this.lastAnswer === undefined ? undefined : this.#answer?.person;
  }

  get knowsCode(): boolean {
    return this.#confirmed;
  }

  get committed(): boolean {
    return this.#committed;
  }

  open(link: CentralLink): Promise<void> {
    return this.#phone.open(link);
  }

  close(): Promise<void> {
    return this.#phone.close();
  }

  /** Sends bytes that nobody made, or not like this, as a message of their own. */
  async sendMessage(message: Uint8Array, chunkSize = 0): Promise<void> {
    if (message.length === 0) return;
    if (this.#challenge !== undefined) this.#challenge.open = false;
    if (this.closed) return;
    const chunkBytes = chunkSize === 0 ? Infinity : chunkSize;
    await this.#phone.sendBytes(message, chunkBytes).catch(() => undefined); // closed meanwhile
  }

  async sendMade({ bytes, sent }: Made, chunkSize?: number): Promise<void> {
    if (!this.closed) sent(this);
    await this.sendMessage(bytes, chunkSize);
  }

  /** Bytes without framing. */
  async sendChunk(chunk: Uint8Array): Promise<void> {
    if (this.closed || chunk.length === 0) return;
    await this.#phone.sendChunk(chunk).catch(() => undefined); // closed meanwhile
  }

  /** Answers the newest challenge; with a grant, which may be made out to somebody else. */
  proof(person: KeyHolder, command: Uint8Array, grant?: Uint8Array): Made | undefined {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    const { handshake, tag, channel } = this.#phone.answer(
      person.identity,
      grant === undefined ? command : concat(command, introduction(grant, person.name)),
    );
    return this.#made({ case: 'proof', value: { handshake, tag } }, () => {
      const late = this.#clock.now() - challenge.at >= WORD_LIFETIME_MS;
      if (!challenge.open || late) return;
      if (this.#oracle.keyOf(person) === undefined && !this.#oracle.mayShow(person, grant)) return;
      this.#answer = { person, channel };
      this.lastAnswer = undefined;
      this.#session = { made: 0, sent: 0 };
      const given = parseCommand(command);
      if (given !== undefined) this.#oracle.give(person, given);
    });
  }

  /** In place of a proof: what anybody may relay. */
  revocationList(revocationList: Uint8Array): Made {
    return this.#made({ case: 'revocationList', value: revocationList }, () => undefined);
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
      if (given !== undefined && !this.#tooLate(given)) this.#oracle.give(answer.person, given);
    });
  }

  #tooLate({ type }: Command): boolean {
    return !AT_ANY_TIME.has(type) && this.#clock.now() - this.#wordAt >= WORD_LIFETIME_MS;
  }

  pairStart(right: boolean): Made | undefined {
    if (this.#challenge === undefined) return undefined;
    const exchange = this.#phone.newPairing(right ? CODE : WRONG_CODE);
    return this.#made({ case: 'pairStart', value: { share: exchange.share } }, () => {
      this.#pairing = { exchange, right };
    });
  }

  pairConfirm(): Made | undefined {
    const pairing = this.#pairing;
    const share = this.#share;
    if (pairing?.right !== true || share === undefined) return undefined;
    this.#share = undefined;
    // An honest phone that was answered with something else goes no further.
    const codes = ['pairing.wrong-code', 'protocol.malformed', 'protocol.order'];
    const { exchange } = pairing;
    const confirm = refusing(codes, () => exchange.confirm(share.share, share.confirm));
    if (confirm === undefined) return undefined;
    return this.#made({ case: 'pairConfirm', value: confirm }, () => {
      this.#established = exchange;
      this.#confirmed = true;
    });
  }

  pairCommit(person: KeyHolder): Made | undefined {
    const exchange = this.#established;
    if (exchange === undefined) return undefined;
    // Once for each offer, which may not be there.
    const codes = ['noise.state', 'protocol.order'];
    const commit = refusing(codes, () => exchange.commit(person, { name: person.name }));
    if (commit === undefined) return undefined;
    return this.#made({ case: 'pairCommit', value: commit }, () => {
      this.#committed = true;
      this.#oracle.applies(person.identity.publicKey);
    });
  }

  /** What it means counts once, and on this link. */
  #made(message: ToCar, sent: () => void): Made {
    let fresh = true;
    return {
      bytes: encodeToCar(message),
      sent: (on) => {
        if (on === this && fresh) sent();
        if (on === this) fresh = false;
      },
    };
  }

  #receive(message: FromCar): void {
    this.#oracle.heard(message.case, this);
    switch (message.case) {
      case 'hello':
        this.#challenge = { at: this.#clock.now(), open: true };
        this.#pairing = undefined;
        this.#confirmed = false;
        this.#committed = false;
        break;
      case 'sealed':
        this.lastAnswer = this.#answer?.channel.open(message.value);
        this.#wordAt = this.#clock.now();
        break;
      case 'pairShare':
        this.#share = message.value;
        break;
      case 'pairOffer':
        this.#established?.openOffer(message.value);
        break;
      case 'pairDone':
        this.#established?.openDone(message.value);
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
