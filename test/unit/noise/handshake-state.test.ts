import { describe, expect, it } from '@jest/globals';
import { defaultSuite as suite } from '../../../lib/crypto/index.js';
import type { HandshakeOptions } from '../../../lib/noise/index.js';
import { HandshakeState, PATTERNS } from '../../../lib/noise/index.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { errorWith } from '../../support/errors.js';

const outOfTurn = errorWith('noise.state');
const invalid = errorWith('crypto.invalid-input');

const empty = new Uint8Array(0);
const prologue = utf8('test');
const fixed = (value: number) => (length: number) => new Uint8Array(length).fill(value);
const car = suite.x25519KeyPair(fixed(1)(32));
const phone = suite.x25519KeyPair(fixed(2)(32));
const base = { prologue, random: fixed(3) };

const initiator = (options: Partial<HandshakeOptions> = {}): HandshakeState =>
  new HandshakeState(suite, PATTERNS.KX, { ...base, initiator: true, s: car, ...options });
const responder = (options: Partial<HandshakeOptions> = {}): HandshakeState =>
  new HandshakeState(suite, PATTERNS.KX, {
    ...base,
    random: fixed(4),
    initiator: false,
    s: phone,
    rs: car.publicKey,
    ...options,
  });

describe('a KX handshake', () => {
  it('carries payloads, identifies the responder and connects both ways', () => {
    const ours = initiator();
    const theirs = responder();
    const first = ours.writeMessage(utf8('hello'));
    expect(first).toHaveLength(32 + 5);
    expect(theirs.readMessage(first)).toEqual(utf8('hello'));
    expect(ours.rs).toBeUndefined();
    const second = theirs.writeMessage(utf8('unlock'));
    expect(second).toHaveLength(96 + 6);
    expect(ours.readMessage(second)).toEqual(utf8('unlock'));
    expect(ours.rs).toEqual(phone.publicKey);
    expect(theirs.rs).toEqual(car.publicKey);
    expect(ours.handshakeHash).toEqual(theirs.handshakeHash);
    expect(ours.handshakeHash).toHaveLength(64);

    const atCar = ours.split();
    const atPhone = theirs.split();
    for (const text of ['done', 'again']) {
      const sealed = atCar.send.encryptWithAd(empty, utf8(text));
      expect(atPhone.receive.decryptWithAd(empty, sealed)).toEqual(utf8(text));
      const answer = atPhone.send.encryptWithAd(empty, utf8(text));
      expect(answer).not.toEqual(sealed);
      expect(atCar.receive.decryptWithAd(empty, answer)).toEqual(utf8(text));
    }
  });

  it('does not keep or hand out the callers’ arrays', () => {
    const ours = initiator();
    const rs = car.publicKey.slice();
    const theirs = responder({ rs });
    rs.fill(0);
    theirs.rs?.fill(0);
    theirs.handshakeHash.fill(0);
    const first = ours.writeMessage(empty);
    const received = first.slice();
    theirs.readMessage(received);
    received.fill(0);
    const second = theirs.writeMessage(empty);
    expect(ours.readMessage(second)).toEqual(empty);
    expect(ours.handshakeHash).toEqual(theirs.handshakeHash);
  });

  it.each([
    ['prologue', { prologue: utf8('tesT') }],
    ['car', { rs: phone.publicKey }],
  ])('fails with another %s', (_what, difference) => {
    const ours = initiator();
    const theirs = responder(difference);
    theirs.readMessage(ours.writeMessage(empty));
    const answer = theirs.writeMessage(empty);
    expect(() => ours.readMessage(answer)).toThrow(errorWith('protocol.authentication'));
    expect(ours.rs).toBeUndefined();
  });
});

describe('out of turn', () => {
  it('is refused and changes nothing', () => {
    const ours = initiator();
    const theirs = responder();
    const notYet = (state: HandshakeState): void => {
      expect(() => state.split()).toThrow(outOfTurn);
    };
    expect(() => ours.readMessage(new Uint8Array(32))).toThrow(outOfTurn);
    expect(() => theirs.writeMessage(empty)).toThrow(outOfTurn);
    notYet(ours);
    const first = ours.writeMessage(empty);
    expect(() => ours.writeMessage(empty)).toThrow(outOfTurn);
    theirs.readMessage(first);
    expect(() => theirs.readMessage(first)).toThrow(outOfTurn);
    notYet(theirs);
    const second = theirs.writeMessage(empty);
    notYet(ours);
    ours.readMessage(second);
    for (const state of [ours, theirs]) {
      expect(() => state.readMessage(second)).toThrow(outOfTurn);
      expect(() => state.writeMessage(empty)).toThrow(outOfTurn);
      expect(() => state.split()).not.toThrow();
      notYet(state);
    }
  });

  it('is everything after a failed message', () => {
    const ours = initiator();
    const theirs = responder();
    theirs.readMessage(ours.writeMessage(empty));
    const good = theirs.writeMessage(empty);
    const bad = good.slice();
    bad[95] = (bad[95] ?? 0) ^ 1;
    expect(() => ours.readMessage(bad)).toThrow(errorWith('protocol.authentication'));
    expect(() => ours.readMessage(good)).toThrow(outOfTurn);
    expect(() => ours.writeMessage(empty)).toThrow(outOfTurn);
    expect(() => ours.split()).toThrow(outOfTurn);
    expect(ours.rs).toBeUndefined();
  });
});

describe('oversize', () => {
  it('is refused in writing, and a shorter payload may follow', () => {
    const ours = initiator();
    expect(() => ours.writeMessage(new Uint8Array(65504))).toThrow(errorWith('noise.message'));
    const first = ours.writeMessage(new Uint8Array(65503));
    expect(first).toHaveLength(65535);
    const theirs = responder();
    expect(theirs.readMessage(first)).toHaveLength(65503);
    expect(() => theirs.writeMessage(new Uint8Array(65440))).toThrow(errorWith('noise.message'));
    const second = theirs.writeMessage(new Uint8Array(65439));
    expect(second).toHaveLength(65535);
    expect(ours.readMessage(second)).toHaveLength(65439);
  });

  it('is refused in reading', () => {
    const theirs = responder();
    expect(() => theirs.readMessage(new Uint8Array(65536))).toThrow(errorWith('noise.message'));
    expect(() => theirs.writeMessage(empty)).toThrow(outOfTurn);
  });
});

describe('an ephemeral key of small order', () => {
  const weak = new Uint8Array(32);

  it('ends the handshake at the responder', () => {
    const theirs = responder();
    theirs.readMessage(weak);
    expect(() => theirs.writeMessage(empty)).toThrow(errorWith('crypto.weak-key'));
    expect(() => theirs.writeMessage(empty)).toThrow(outOfTurn);
  });

  it('ends the handshake at the initiator', () => {
    const ours = initiator();
    ours.writeMessage(empty);
    expect(() => ours.readMessage(new Uint8Array(96))).toThrow(errorWith('crypto.weak-key'));
    expect(() => ours.split()).toThrow(outOfTurn);
  });
});

describe('static keys', () => {
  it.each(Object.values(PATTERNS))('of $name are checked at the start', (pattern) => {
    const usesStatic = (ours: boolean): boolean => {
      // A one-way pattern has one letter, the initiator's; its responder is known (section 7.4).
      const [initiatorLetter, responderLetter = 'K'] = pattern.name;
      const [letter, parity] = ours ? [initiatorLetter, 0] : [responderLetter, 1];
      const sent = pattern.messages.some((m, i) => i % 2 === parity && m.includes('s'));
      return letter === 'K' || sent;
    };
    for (const isInitiator of [true, false]) {
      const knowsPeer = isInitiator ? pattern.responderKnown : pattern.initiatorKnown;
      const right = {
        ...base,
        initiator: isInitiator,
        ...(usesStatic(isInitiator) && { s: phone }),
        ...(knowsPeer && { rs: car.publicKey }),
        ...(pattern.name.includes('psk') && { psk: phone.publicKey }),
      };
      const create = (options: HandshakeOptions) => () =>
        new HandshakeState(suite, pattern, options);
      expect(create(right)).not.toThrow();
      const { s: _s, ...withoutStatic } = { ...right, s: phone };
      const { rs: _rs, ...withoutPeer } = { ...right, rs: car.publicKey };
      const { psk: _psk, ...withoutPsk } = { ...right, psk: phone.publicKey };
      expect(create('s' in right ? withoutStatic : { ...right, s: phone })).toThrow(invalid);
      expect(create('rs' in right ? withoutPeer : { ...right, rs: car.publicKey })).toThrow(
        invalid,
      );
      expect(create('psk' in right ? withoutPsk : { ...right, psk: phone.publicKey })).toThrow(
        invalid,
      );
    }
  });

  it('of 31 bytes are refused', () => {
    expect(() => responder({ rs: new Uint8Array(31) })).toThrow(invalid);
  });
});

describe('a pre-shared key', () => {
  const psk = new Uint8Array(32).fill(9);
  const both = (ofResponder = psk): readonly [HandshakeState, HandshakeState] => [
    new HandshakeState(suite, PATTERNS.XXpsk0, { ...base, initiator: true, s: phone, psk }),
    new HandshakeState(suite, PATTERNS.XXpsk0, {
      ...base,
      random: fixed(4),
      initiator: false,
      s: car,
      psk: ofResponder,
    }),
  ];

  it('seals every message from the first on, which has 48 bytes and its payload', () => {
    const [ours, theirs] = both();
    const first = ours.writeMessage(utf8('a'));
    expect(first).toHaveLength(48 + 1);
    expect(theirs.readMessage(first)).toEqual(utf8('a'));
    const second = theirs.writeMessage(utf8('ab'));
    expect(second).toHaveLength(96 + 2);
    expect(ours.readMessage(second)).toEqual(utf8('ab'));
    expect(ours.rs).toEqual(car.publicKey);
    // What both sign and check between two messages.
    expect(ours.handshakeHash).toEqual(theirs.handshakeHash);
    const third = ours.writeMessage(utf8('abc'));
    expect(third).toHaveLength(64 + 3);
    expect(theirs.readMessage(third)).toEqual(utf8('abc'));
    expect(theirs.rs).toEqual(phone.publicKey);
    const sealed = theirs.split().send.encryptWithAd(empty, utf8('done'));
    expect(ours.split().receive.decryptWithAd(empty, sealed)).toEqual(utf8('done'));
  });

  it.each([0, 255])('that differs in bit %i ends it with the first message', (bit) => {
    const other = psk.slice();
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const [ours, theirs] = both(other);
    const first = ours.writeMessage(empty);
    expect(() => theirs.readMessage(first)).toThrow(errorWith('protocol.authentication'));
    expect(() => theirs.readMessage(first)).toThrow(outOfTurn);
  });

  it('is copied, and has 32 bytes', () => {
    const given = psk.slice();
    const [ours] = both();
    const [, theirs] = both(given);
    given.fill(0);
    expect(theirs.readMessage(ours.writeMessage(empty))).toEqual(empty);
    expect(() => both(new Uint8Array(31))).toThrow(invalid);
  });
});

it('a pattern that uses a key before it is there is a fault of ours', () => {
  const pattern = { ...PATTERNS.NN, messages: [['ee']] } as const;
  const state = new HandshakeState(suite, pattern, { ...base, initiator: true });
  expect(() => state.writeMessage(empty)).toThrow(errorWith('internal'));
});
