import { describe, expect, it } from '@jest/globals';
import { PATTERNS } from '../../../lib/noise/index.js';
import type { NoiseVector } from '../../vectors/noise-vectors.js';
import { playNoise } from '../../vectors/play-noise.js';
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
  readonly resp_static?: string;
  readonly resp_remote_static?: string;
  readonly handshake_hash?: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const optional = (hex: string | undefined): Uint8Array | undefined =>
  hex === undefined ? undefined : fromHex(hex);

/** Undefined for another suite, and for a pattern that is not in our table. */
function ours(vector: Published): NoiseVector | undefined {
  const pattern = Object.keys(PATTERNS).find(
    (name) => vector.protocol_name === `Noise_${name}_25519_ChaChaPoly_SHA512`,
  );
  if (pattern === undefined) return undefined;
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
    handshakeHash: optional(vector.handshake_hash),
    messages: vector.messages.map(({ payload, ciphertext }) => ({
      payload: fromHex(payload),
      ciphertext: fromHex(ciphertext),
    })),
  };
}

const describeIf = requireTool('cargo') ? describe : describe.skip;

describeIf.each(suites)('published Noise vectors, $name suite', (suite) => {
  it.each(['cacophony.txt', 'snow.txt'])('%s: all 13 patterns', (file) => {
    const { vectors } = readCrateJson('snow', `tests/vectors/${file}`) as { vectors: Published[] };
    const judged = vectors.map(ours).filter((vector) => vector !== undefined);
    for (const vector of judged) playNoise(suite, vector);
    expect(judged).toHaveLength(13);
    expect(new Set(judged.map(({ pattern }) => pattern)).size).toBe(13);
  });
});
