import { requireLength } from '../crypto/common.js';
import type { KeyPair, Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import { concat } from '../platform/bytes.js';
import type { Random } from '../platform/random.js';
import { MAX_MESSAGE, SymmetricState, TAG_LENGTH } from './symmetric-state.js';
import type { CipherState, KeyObserver } from './symmetric-state.js';

/** Tokens of a message pattern, Noise revision 34 sections 7.1 and 9.2. */
export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss' | 'psk';

/** A handshake pattern; the initiator sends the first message, and then they alternate. */
export interface HandshakePattern {
  readonly name: string;
  /** True when the initiator's static key is known to the responder beforehand. */
  readonly initiatorKnown: boolean;
  /** True when the responder's static key is known to the initiator beforehand. */
  readonly responderKnown: boolean;
  readonly messages: readonly (readonly Token[])[];
}

/**
 * The one-way pattern for an anonymous sender (Noise revision 34 section 7.4), the fundamental
 * interactive patterns (section 7.5), and the one of them that begins with a pre-shared key (section 9.4).
 */
export const PATTERNS = {
  N: { ...pattern('N', ['e', 'es']), responderKnown: true },
  NN: pattern('NN', ['e'], ['e', 'ee']),
  KN: pattern('KN', ['e'], ['e', 'ee', 'se']),
  NK: pattern('NK', ['e', 'es'], ['e', 'ee']),
  KK: pattern('KK', ['e', 'es', 'ss'], ['e', 'ee', 'se']),
  NX: pattern('NX', ['e'], ['e', 'ee', 's', 'es']),
  KX: pattern('KX', ['e'], ['e', 'ee', 'se', 's', 'es']),
  XN: pattern('XN', ['e'], ['e', 'ee'], ['s', 'se']),
  IN: pattern('IN', ['e', 's'], ['e', 'ee', 'se']),
  XK: pattern('XK', ['e', 'es'], ['e', 'ee'], ['s', 'se']),
  IK: pattern('IK', ['e', 'es', 's', 'ss'], ['e', 'ee', 'se']),
  XX: pattern('XX', ['e'], ['e', 'ee', 's', 'es'], ['s', 'se']),
  IX: pattern('IX', ['e', 's'], ['e', 'ee', 'se', 's', 'es']),
  XXpsk0: pattern('XXpsk0', ['psk', 'e'], ['e', 'ee', 's', 'es'], ['s', 'se']),
} as const;

/** The two letters of a name say whose static key is known (K) beforehand. */
function pattern(name: string, ...messages: readonly Token[][]): HandshakePattern {
  return {
    name,
    initiatorKnown: name.startsWith('K'),
    responderKnown: name.endsWith('K'),
    messages,
  };
}

const DH_LENGTH = 32;
const PSK_LENGTH = 32;

export interface HandshakeOptions {
  readonly initiator: boolean;
  /** Data that both sides must agree on. */
  readonly prologue: Uint8Array;
  /** Own static key pair, where the pattern has one; a function is asked for it when it is first needed. */
  readonly s?: KeyPair | (() => KeyPair);
  /** The other side's static public key (32 bytes), where the pattern knows it beforehand. */
  readonly rs?: Uint8Array;
  /** The pre-shared key (32 bytes, secret), where the pattern has one. */
  readonly psk?: Uint8Array;
  /** Gives the ephemeral private key. */
  readonly random: Random;
  /** For a key log; without it nothing of a key leaves the handshake. */
  readonly onKey?: KeyObserver | undefined;
}

/** The two directions of a finished handshake, seen from this side. */
export interface Transport {
  readonly send: CipherState;
  readonly receive: CipherState;
}

/**
 * HandshakeState, Noise revision 34 section 5.3, for `Noise_<pattern>_25519_ChaChaPoly_SHA512`.
 * Once a message failed to be written or read, the handshake is over and every call throws
 * `noise.state`; a call out of turn changes nothing.
 */
export class HandshakeState {
  readonly #suite: Suite;
  readonly #pattern: HandshakePattern;
  readonly #options: HandshakeOptions;
  readonly #symmetric: SymmetricState;
  readonly #hasPsk: boolean;
  readonly #psk: Uint8Array | undefined;
  #s: HandshakeOptions['s'];
  #e: KeyPair | undefined;
  #rs: Uint8Array | undefined;
  #re: Uint8Array | undefined;
  /** Index of the next message. */
  #next = 0;
  #over = false;

  /**
   * @throws PhoneKeyError `crypto.invalid-input` when a key that the pattern needs is missing, is
   *   given although the other side sends it, or is not 32 bytes long
   */
  constructor(suite: Suite, pattern: HandshakePattern, options: HandshakeOptions) {
    this.#suite = suite;
    this.#pattern = pattern;
    this.#options = options;
    this.#rs = options.rs?.slice();
    this.#s = options.s;
    this.#psk = options.psk?.slice();
    this.#hasPsk = pattern.messages.some((tokens) => tokens.includes('psk'));
    this.#checkKeys();
    this.#symmetric = new SymmetricState(
      suite,
      `Noise_${pattern.name}_25519_ChaChaPoly_SHA512`,
      options.onKey,
    );
    this.#symmetric.mixHash(options.prologue);
    const known = (ofInitiator: boolean): Uint8Array =>
      ofInitiator === options.initiator ? this.#ownStatic().publicKey : given(this.#rs);
    if (pattern.initiatorKnown) this.#symmetric.mixHash(known(true));
    if (pattern.responderKnown) this.#symmetric.mixHash(known(false));
  }

  /** The other side's static public key, once known; undefined after a failure. */
  get rs(): Uint8Array | undefined {
    return this.#rs?.slice();
  }

  /** The 64-byte hash of the handshake so far: after its last message it names this handshake. */
  get handshakeHash(): Uint8Array {
    return this.#symmetric.getHandshakeHash();
  }

  /**
   * The next message, with the payload in it.
   * @throws PhoneKeyError `noise.state` out of turn, `noise.message` when the message would be longer
   *   than 65,535 bytes (the handshake may go on), `crypto.weak-key`
   */
  writeMessage(payload: Uint8Array): Uint8Array {
    const tokens = this.#takeTurn(true);
    if (this.#overhead(tokens) + payload.length > MAX_MESSAGE) {
      throw new PhoneKeyError('noise.message', 'payload too long for a Noise message');
    }
    return this.#orEnd(() => {
      const parts: Uint8Array[] = [];
      for (const token of tokens) parts.push(this.#writeToken(token));
      parts.push(this.#symmetric.encryptAndHash(payload));
      this.#next++;
      return concat(...parts);
    });
  }

  /**
   * Reads the other side's message and returns its payload.
   * @throws PhoneKeyError `noise.state` out of turn, `noise.message` when truncated or longer than
   *   65,535 bytes, `protocol.authentication`, `crypto.weak-key`
   */
  readMessage(message: Uint8Array): Uint8Array {
    const tokens = this.#takeTurn(false);
    return this.#orEnd(() => {
      if (message.length > MAX_MESSAGE || message.length < this.#overhead(tokens)) {
        throw new PhoneKeyError('noise.message', 'a Noise message is too short or too long');
      }
      let rest = message;
      for (const token of tokens) rest = this.#readToken(token, rest);
      const payload = this.#symmetric.decryptAndHash(rest);
      this.#next++;
      return payload;
    });
  }

  /**
   * The transport ciphers, after the last message; given out once, since a second pair would use
   * the same nonces again.
   * @throws PhoneKeyError `noise.state`
   */
  split(): Transport {
    if (this.#over || this.#next < this.#pattern.messages.length) throw outOfTurn();
    this.#over = true;
    const [first, second] = this.#symmetric.split();
    return this.#options.initiator
      ? { send: first, receive: second }
      : { send: second, receive: first };
  }

  /** A private or public key too few or too many would otherwise show only in the middle. */
  #checkKeys(): void {
    const { initiatorKnown, responderKnown, messages } = this.#pattern;
    const { initiator, s, psk } = this.#options;
    const [known, knowsTheirs] = initiator
      ? [initiatorKnown, responderKnown]
      : [responderKnown, initiatorKnown];
    const sent = messages.some((tokens, i) => (i % 2 === 0) === initiator && tokens.includes('s'));
    if (
      (known || sent) !== (s !== undefined) ||
      knowsTheirs !== (this.#rs !== undefined) ||
      this.#hasPsk !== (psk !== undefined)
    ) {
      throw new PhoneKeyError(
        'crypto.invalid-input',
        `${this.#pattern.name}: keys missing, or given where the pattern has none`,
      );
    }
    if (this.#rs !== undefined) requireLength('remote static key', this.#rs, DH_LENGTH);
    if (this.#psk !== undefined) requireLength('pre-shared key', this.#psk, PSK_LENGTH);
  }

  #takeTurn(write: boolean): readonly Token[] {
    const tokens = this.#pattern.messages[this.#next];
    const ours = (this.#next % 2 === 0) === this.#options.initiator;
    if (this.#over || tokens === undefined || ours !== write) throw outOfTurn();
    return tokens;
  }

  #orEnd<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      this.#over = true;
      this.#rs = undefined;
      throw error;
    }
  }

  /** Bytes that a message has beside its payload. */
  #overhead(tokens: readonly Token[]): number {
    let length = 0;
    let keyed = this.#symmetric.hasKey();
    for (const token of tokens) {
      if (token === 'e') length += DH_LENGTH;
      else if (token === 's') length += DH_LENGTH + (keyed ? TAG_LENGTH : 0);
      else keyed = true;
    }
    return length + (keyed ? TAG_LENGTH : 0);
  }

  #writeToken(token: Token): Uint8Array {
    switch (token) {
      case 'e':
        this.#e = this.#suite.x25519KeyPair(this.#options.random(32));
        this.#mixEphemeral(this.#e.publicKey);
        return this.#e.publicKey;
      case 's':
        return this.#symmetric.encryptAndHash(this.#ownStatic().publicKey);
      case 'ee':
      case 'es':
      case 'se':
      case 'ss':
        this.#mixDh(token);
        return new Uint8Array(0);
      case 'psk':
        this.#symmetric.mixKeyAndHash(given(this.#psk));
        return new Uint8Array(0);
    }
  }

  /** Takes what belongs to the token off the message and returns the rest. */
  #readToken(token: Token, message: Uint8Array): Uint8Array {
    switch (token) {
      case 'e':
        this.#re = message.slice(0, DH_LENGTH);
        this.#mixEphemeral(this.#re);
        return message.subarray(DH_LENGTH);
      case 's': {
        const length = DH_LENGTH + (this.#symmetric.hasKey() ? TAG_LENGTH : 0);
        this.#rs = this.#symmetric.decryptAndHash(message.subarray(0, length));
        return message.subarray(length);
      }
      case 'ee':
      case 'es':
      case 'se':
      case 'ss':
        this.#mixDh(token);
        return message;
      case 'psk':
        this.#symmetric.mixKeyAndHash(given(this.#psk));
        return message;
    }
  }

  #ownStatic(): KeyPair {
    const s = given(this.#s);
    this.#s = typeof s === 'function' ? s() : s;
    return this.#s;
  }

  /** With a pre-shared key an ephemeral one keys the cipher as well, so that no two runs share a key (section 9.2). */
  #mixEphemeral(publicKey: Uint8Array): void {
    this.#symmetric.mixHash(publicKey);
    if (this.#hasPsk) this.#symmetric.mixKey(publicKey);
  }

  /** The first letter of the token is the initiator's key, the second the responder's. */
  #mixDh(token: 'ee' | 'es' | 'se' | 'ss'): void {
    const [own, other] = this.#options.initiator ? [token[0], token[1]] : [token[1], token[0]];
    const pair = own === 'e' ? given(this.#e) : this.#ownStatic();
    const theirs = given(other === 'e' ? this.#re : this.#rs);
    this.#symmetric.mixKey(this.#suite.x25519(pair, theirs));
  }
}

function outOfTurn(): PhoneKeyError {
  return new PhoneKeyError('noise.state', 'handshake function called out of turn');
}

/** The order of tokens in the patterns and checkKeys see to it that the key is there. */
function given<T>(key: T | undefined): T {
  if (key === undefined)
    throw new PhoneKeyError('internal', 'a Noise pattern uses a key too early');
  return key;
}
