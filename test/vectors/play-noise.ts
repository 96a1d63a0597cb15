import { expect } from '@jest/globals';
import type { Suite } from '../../lib/crypto/index.js';
import type { HandshakePattern } from '../../lib/noise/index.js';
import { HandshakeState, PATTERNS } from '../../lib/noise/index.js';
import { toHex } from '../../lib/platform/bytes.js';
import type { NoiseKeys, NoiseVector } from './noise-vectors.js';

/**
 * The pattern of this name; `pskN` puts a pre-shared key before the first message (0) or after the N-th one (Noise,
 * section 9.4). Undefined where the pattern that it modifies is not in our table.
 */
export function patternNamed(name: string): HandshakePattern | undefined {
  const table: Readonly<Record<string, HandshakePattern>> = PATTERNS;
  const [, base = '', at] = /^([A-Z]+)(?:psk(\d))?$/.exec(name) ?? [];
  const pattern = table[base];
  if (pattern === undefined || at === undefined) return pattern;
  const messages = pattern.messages.map((tokens, i) => [
    ...(i === Number(at) && i === 0 ? (['psk'] as const) : []),
    ...tokens,
    ...(i + 1 === Number(at) ? (['psk'] as const) : []),
  ]);
  return { ...pattern, name, messages };
}

/** Plays a published vector with both roles: each message as printed, each payload received. */
export function playNoise(suite: Suite, vector: NoiseVector): void {
  const pattern = patternNamed(vector.pattern);
  if (pattern === undefined) throw new Error(`pattern ${vector.pattern} is not in the table`);
  const state = (initiator: boolean, keys: NoiseKeys): HandshakeState =>
    new HandshakeState(suite, pattern, {
      initiator,
      prologue: vector.prologue,
      random: () => keys.ephemeral,
      ...(keys.static && { s: suite.x25519KeyPair(keys.static) }),
      ...(keys.remoteStatic && { rs: keys.remoteStatic }),
      ...(vector.psk && { psk: vector.psk }),
    });
  const initiator = state(true, vector.initiator);
  const responder = state(false, vector.responder);

  const handshakeLength = pattern.messages.length;
  expect(vector.messages.length).toBeGreaterThan(handshakeLength);
  vector.messages.slice(0, handshakeLength).forEach(({ payload, ciphertext }, i) => {
    const [writer, reader] = i % 2 === 0 ? [initiator, responder] : [responder, initiator];
    expect(toHex(writer.writeMessage(payload))).toBe(toHex(ciphertext));
    expect(toHex(reader.readMessage(ciphertext))).toBe(toHex(payload));
  });
  for (const side of [initiator, responder]) {
    if (vector.handshakeHash) expect(toHex(side.handshakeHash)).toBe(toHex(vector.handshakeHash));
  }

  const ofInitiator = initiator.split();
  const ofResponder = responder.split();
  const ad = new Uint8Array(0);
  vector.messages.slice(handshakeLength).forEach(({ payload, ciphertext }, i) => {
    // After a one-way pattern the responder never sends.
    const byInitiator = handshakeLength === 1 || (handshakeLength + i) % 2 === 0;
    const [writer, reader] = byInitiator ? [ofInitiator, ofResponder] : [ofResponder, ofInitiator];
    expect(toHex(writer.send.encryptWithAd(ad, payload))).toBe(toHex(ciphertext));
    expect(toHex(reader.receive.decryptWithAd(ad, ciphertext))).toBe(toHex(payload));
  });
}
