import { requireLength } from '../crypto/common.js';
import type { KeyPair, Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import { concat } from '../platform/bytes.js';
import type { Random } from '../platform/random.js';
import { MAX_MESSAGE, SymmetricState, TAG_LENGTH } from './symmetric-state.js';
import type { CipherState, KeyObserver } from './symmetric-state.js';

/** Tokens of a message pattern, Noise revision 34 section 7.1. */
export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss';

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
 * The one-way pattern for an anonymous sender (Noise revision 34 section 7.4), and the fundamental
 * interactive patterns (section 7.5), one line per message.
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

export interface HandshakeOptions {
  readonly initiator: boolean;
  /** Data that both sides must agree on. */
  readonly prologue: Uint8Array;
  /** Own static key pair, where the pattern has one. */
  readonly s?: KeyPair;
  /** The other side's static public key (32 bytes), where the pattern knows it beforehand. */
  readonly rs?: Uint8Array;
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
    this.#checkKeys();
    this.#symmetric = new SymmetricState(
      suite,
      `Noise_${pattern.name}_25519_ChaChaPoly_SHA512`,
      options.onKey,
    );
    this.#symmetric.mixHash(options.prologue);
    const ours = options.s?.publicKey;
    const [ofInitiator, ofResponder] = options.initiator ? [ours, this.#rs] : [this.#rs, ours];
    if (pattern.initiatorKnown) this.#symmetric.mixHash(given(ofInitiator));
    if (pattern.responderKnown) this.#symmetric.mixHash(given(ofResponder));
  }

  /** The other side's static public key, once known; undefined after a failure. */
  get rs(): Uint8Array | undefined {
    return this.#rs?.slice();
  }

  /** The 64-byte handshake hash; names this handshake once the last message is through. */
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
    const { initiator, s } = this.#options;
    const [known, knowsTheirs] = initiator
      ? [initiatorKnown, responderKnown]
      : [responderKnown, initiatorKnown];
    const sent = messages.some((tokens, i) => (i % 2 === 0) === initiator && tokens.includes('s'));
    if ((known || sent) !== (s !== undefined) || knowsTheirs !== (this.#rs !== undefined)) {
      throw new PhoneKeyError(
        'crypto.invalid-input',
        `${this.#pattern.name}: static keys missing, or given where the pattern has none`,
      );
    }
    if (this.#rs !== undefined) requireLength('remote static key', this.#rs, DH_LENGTH);
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
        this.#symmetric.mixHash(this.#e.publicKey);
        return this.#e.publicKey;
      case 's':
        return this.#symmetric.encryptAndHash(given(this.#options.s).publicKey);
      case 'ee':
      case 'es':
      case 'se':
      case 'ss':
        this.#mixDh(token);
        return new Uint8Array(0);
    }
  }

  /** Takes what belongs to the token off the message and returns the rest. */
  #readToken(token: Token, message: Uint8Array): Uint8Array {
    switch (token) {
      case 'e':
        this.#re = message.slice(0, DH_LENGTH);
        this.#symmetric.mixHash(this.#re);
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
    }
  }

  /** The first letter of the token is the initiator's key, the second the responder's. */
  #mixDh(token: 'ee' | 'es' | 'se' | 'ss'): void {
    const [own, other] = this.#options.initiator ? [token[0], token[1]] : [token[1], token[0]];
    const pair = given(own === 'e' ? this.#e : this.#options.s);
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
