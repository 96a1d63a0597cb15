import { describe, expect, it } from '@jest/globals';
import type { NoiseVector } from '../../vectors/noise-vectors.js';
import { patternNamed, playNoise } from '../../vectors/play-noise.js';
import { fromHex, suites } from '../../vectors/support.js';
import { requireTool } from '../support/toolchain.js';
import { readCrateJson } from './crates.js';

interface Published {
  readonly protocol_name: string;
  readonly init_prologue: string;
  readonly init_ephemeral: string;
  readonly init_static?: string;
  readonly init_remote_static?: string;
  /** Not in one-way patterns. */
  readonly resp_ephemeral?: string;
  readonly init_psks?: readonly string[];
  readonly resp_static?: string;
  readonly resp_remote_static?: string;
  readonly handshake_hash?: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const optional = (hex: string | undefined): Uint8Array | undefined =>
  hex === undefined ? undefined : fromHex(hex);

/** Undefined for another suite, for a pattern that our table does not begin, and for several pre-shared keys. */
function ours(vector: Published): NoiseVector | undefined {
  const [, pattern = ''] = /^Noise_(.+)_25519_ChaChaPoly_SHA512$/.exec(vector.protocol_name) ?? [];
  if (patternNamed(pattern) === undefined) return undefined;
  return {
    pattern,
    prologue: fromHex(vector.init_prologue),
    initiator: {
      ephemeral: fromHex(vector.init_ephemeral),
      static: optional(vector.init_static),
      remoteStatic: optional(vector.init_remote_static),
    },
    responder: {
      ephemeral: fromHex(vector.resp_ephemeral ?? ''),
      static: optional(vector.resp_static),
      remoteStatic: optional(vector.resp_remote_static),
    },
    psk: optional(vector.init_psks?.[0]),
    handshakeHash: optional(vector.handshake_hash),
    messages: vector.messages.map(({ payload, ciphertext }) => ({
      payload: fromHex(payload),
      ciphertext: fromHex(ciphertext),
    })),
  };
}

const describeIf = requireTool('cargo') ? describe : describe.skip;

describeIf.each(suites)('published Noise vectors, $name suite', (suite) => {
  it.each([
    ['cacophony.txt', 13, 19],
    ['snow.txt', 13, 0],
  ])('%s: all %i patterns, and %i with a pre-shared key', (file, plain, withPsk) => {
    const { vectors } = readCrateJson('snow', `tests/vectors/${file}`) as { vectors: Published[] };
    const judged = vectors.map(ours).filter((vector) => vector !== undefined);
    for (const vector of judged) playNoise(suite, vector);
    const patterns = new Set(judged.map(({ pattern }) => pattern));
    expect(patterns.size).toBe(judged.length);
    expect([...patterns].filter((name) => name.includes('psk'))).toHaveLength(withPsk);
    expect(judged).toHaveLength(plain + withPsk);
  });
});
