import { p256 } from '@noble/curves/nist.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ID_PROVER, ID_VERIFIER } from '../lib/native/pairing/transcript.js';
import { concat, sameBytes, utf8, viewOf } from '../lib/platform/bytes.js';

/**
 * What lies between the shares and the keys of SPAKE2+ in the worked example, from both sides, by the formulas
 * of docs/PROTOCOL.md: lib keeps it to itself.
 */

const { Point } = p256;
const M = Point.fromHex('02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f');
const N = Point.fromHex('03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49');

const scalar = (bytes: Uint8Array): bigint => bytesToNumberBE(bytes) % Point.Fn.ORDER;

/** Each after its length, 8 bytes, little-endian. */
const withLengths = (...parts: readonly Uint8Array[]): Uint8Array =>
  concat(
    ...parts.flatMap((part) => {
      const length = new Uint8Array(8);
      viewOf(length).setBigUint64(0, BigInt(part.length), true);
      return [length, part];
    }),
  );

interface Run {
  readonly context: Uint8Array;
  /** 32 bytes each. */
  readonly w0: Uint8Array;
  readonly w1: Uint8Array;
  /** 40 bytes each. */
  readonly proverRandom: Uint8Array;
  readonly verifierRandom: Uint8Array;
  readonly shareP: Uint8Array;
  readonly shareV: Uint8Array;
  readonly confirmP: Uint8Array;
}

/** @throws Error where the two sides differ, or lib has made another confirmation of it */
export const pairingTranscript = (run: Run) => {
  const { shareP, shareV, context } = run;
  const [w0, w1] = [scalar(run.w0), scalar(run.w1)];
  const [x, y] = [scalar(run.proverRandom), scalar(run.verifierRandom)];
  const byPhone = Point.fromBytes(shareV).subtract(N.multiply(w0));
  const byCar = Point.fromBytes(shareP).subtract(M.multiply(w0));
  const [Z, V] = [byPhone.multiply(x), byPhone.multiply(w1)];
  const agree = Z.equals(byCar.multiply(y)) && V.equals(Point.BASE.multiply(w1).multiply(y));
  const points = [shareP, shareV, Z.toBytes(false), V.toBytes(false)];
  const fixed = [M.toBytes(false), N.toBytes(false)];
  const TT = withLengths(context, ID_PROVER, ID_VERIFIER, ...fixed, ...points, run.w0);
  const K_main = sha256(TT);
  const K_confirm = hkdf(sha256, K_main, undefined, utf8('ConfirmationKeys'), 64);
  const confirmP = hmac(sha256, K_confirm.subarray(0, 32), shareV);
  if (!agree || !sameBytes(confirmP, run.confirmP))
    throw new Error('another transcript of SPAKE2+');
  return {
    x: numberToBytesBE(x, 32),
    y: numberToBytesBE(y, 32),
    Z: Z.toBytes(false),
    V: V.toBytes(false),
    TT,
    K_main,
    K_confirm,
  };
};

/** The points of RFC 9383, section 4, uncompressed. */
export const POINTS = { M: M.toBytes(false), N: N.toBytes(false) };
