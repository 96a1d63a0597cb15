import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { hkdfWith, requireLength } from '../../crypto/common.js';
import { P256 as Point } from '../../crypto/p256.js';
import type { Suite } from '../../crypto/suite.js';
import { PhoneKeyError } from '../../errors.js';
import { concat, utf8, viewOf } from '../../platform/bytes.js';
import type { Random } from '../../platform/random.js';

// SPAKE2+, RFC 9383, ciphersuite P256-SHA256-HKDF-SHA256-HMAC-SHA256.

type Point = typeof Point.BASE;

const ORDER = Point.Fn.ORDER;
/** Bytes that are reduced to a scalar: 64 bits more than the order has, section 3.2. */
const WIDE_SCALAR = 40;
/** Bytes of a share: an uncompressed point. */
const SHARE_LENGTH = 65;
/** Bytes of a confirmation: HMAC-SHA256. */
const CONFIRM_LENGTH = 32;

/** The fixed points of section 4 for P-256. */
const M = Point.fromHex('02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f');
const N = Point.fromHex('03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49');

/** What the prover keeps of the password, 32 bytes each. */
export interface ProverSecrets {
  readonly w0: Uint8Array;
  readonly w1: Uint8Array;
}

/** What the verifier keeps: w0 (32 bytes) and the point L (65 bytes), never the password. */
export interface Registration {
  readonly w0: Uint8Array;
  readonly L: Uint8Array;
}

/** What both sides must agree on. */
export interface Spake2PlusParameters {
  readonly context: Uint8Array;
  readonly idProver: Uint8Array;
  readonly idVerifier: Uint8Array;
  readonly random: Random;
  readonly suite: Suite;
}

/** w0 and w1 of a password: scrypt (N = 2^14, r = 8, p = 1, no salt) as in section 3.2. */
export function deriveSecrets(
  password: Uint8Array,
  idProver: Uint8Array,
  idVerifier: Uint8Array,
  suite: Suite,
): ProverSecrets {
  const input = withLengths(password, idProver, idVerifier);
  const cost = { N: 2 ** 14, r: 8, p: 1 };
  const output = suite.scrypt(input, new Uint8Array(0), cost, 2 * WIDE_SCALAR);
  return {
    w0: encodeScalar(reduce(output.subarray(0, WIDE_SCALAR))),
    w1: encodeScalar(reduce(output.subarray(WIDE_SCALAR))),
  };
}

/** The verifier's record of a password, section 3.2. */
export function register(secrets: ProverSecrets): Registration {
  const L = Point.BASE.multiply(decodeScalar('w1', secrets.w1));
  return { w0: secrets.w0.slice(), L: L.toBytes(false) };
}

/** The side that knows the password, section 3.3. Good for one run. */
export class Spake2PlusProver {
  /** shareP, 65 bytes. */
  readonly share: Uint8Array;
  readonly #parameters: Spake2PlusParameters;
  readonly #w0: bigint;
  readonly #w1: bigint;
  readonly #x: bigint;
  #finished = false;

  constructor(options: ProverSecrets & Spake2PlusParameters) {
    this.#parameters = options;
    this.#w0 = decodeScalar('w0', options.w0);
    this.#w1 = decodeScalar('w1', options.w1);
    this.#x = randomScalar(options.random);
    this.share = mask(this.#x, M, this.#w0);
  }

  /**
   * Checks the verifier's answer; gives the own confirmation and the shared key, 32 bytes each.
   * @throws PhoneKeyError `protocol.malformed`, `pairing.wrong-code`, `protocol.order`
   */
  finish(
    shareV: Uint8Array,
    confirmV: Uint8Array,
  ): { confirmP: Uint8Array; sharedKey: Uint8Array } {
    if (this.#finished) throw outOfOrder();
    this.#finished = true;
    const unmasked = unmask(shareV, N, this.#w0);
    const keys = keySchedule(this.#parameters, {
      shareP: this.share,
      shareV,
      Z: unmasked.multiply(this.#x),
      V: unmasked.multiply(this.#w1),
      w0: this.#w0,
    });
    requireConfirmation(this.#parameters.suite, keys.confirmV, confirmV);
    return { confirmP: keys.confirmP, sharedKey: keys.sharedKey };
  }
}

/** The side that keeps a registration, section 3.3. Good for one run. */
export class Spake2PlusVerifier {
  readonly #parameters: Spake2PlusParameters;
  readonly #w0: bigint;
  readonly #L: Point;
  #responded = false;
  #keys: Keys | undefined;

  /** @throws PhoneKeyError `crypto.invalid-input` for a registration that is none */
  constructor(options: Registration & Spake2PlusParameters) {
    this.#parameters = options;
    this.#w0 = decodeScalar('w0', options.w0);
    this.#L = decodePoint(options.L, 'crypto.invalid-input');
  }

  /**
   * Answers the prover's share with the own one (65 bytes) and the confirmation (32 bytes).
   * @throws PhoneKeyError `protocol.malformed`, `protocol.order`
   */
  respond(shareP: Uint8Array): { shareV: Uint8Array; confirmV: Uint8Array } {
    if (this.#responded) throw outOfOrder();
    this.#responded = true;
    const unmasked = unmask(shareP, M, this.#w0);
    const y = randomScalar(this.#parameters.random);
    const shareV = mask(y, N, this.#w0);
    this.#keys = keySchedule(this.#parameters, {
      shareP,
      shareV,
      Z: unmasked.multiply(y),
      V: this.#L.multiply(y),
      w0: this.#w0,
    });
    return { shareV, confirmV: this.#keys.confirmV };
  }

  /**
   * Checks the prover's confirmation; gives the shared key, 32 bytes.
   * @throws PhoneKeyError `protocol.malformed`, `pairing.wrong-code`, `protocol.order`
   */
  finish(confirmP: Uint8Array): Uint8Array {
    const keys = this.#keys;
    if (keys === undefined) throw outOfOrder();
    this.#keys = undefined;
    requireConfirmation(this.#parameters.suite, keys.confirmP, confirmP);
    return keys.sharedKey;
  }
}

interface Keys {
  readonly confirmP: Uint8Array;
  readonly confirmV: Uint8Array;
  readonly sharedKey: Uint8Array;
}

interface Exchange {
  readonly shareP: Uint8Array;
  readonly shareV: Uint8Array;
  readonly Z: Point;
  readonly V: Point;
  readonly w0: bigint;
}

/** The transcript and the key schedule of sections 3.3 and 3.4. */
function keySchedule(parameters: Spake2PlusParameters, exchange: Exchange): Keys {
  const transcript = withLengths(
    parameters.context,
    parameters.idProver,
    parameters.idVerifier,
    M.toBytes(false),
    N.toBytes(false),
    exchange.shareP,
    exchange.shareV,
    exchange.Z.toBytes(false),
    exchange.V.toBytes(false),
    encodeScalar(exchange.w0),
  );
  const main = sha256(transcript);
  const confirmation = hkdf(main, NO_SALT, utf8('ConfirmationKeys'), 64);
  return {
    confirmP: hmacSha256(confirmation.subarray(0, 32), exchange.shareV),
    confirmV: hmacSha256(confirmation.subarray(32), exchange.shareP),
    sharedKey: hkdf(main, NO_SALT, utf8('SharedKey'), 32),
  };
}

const NO_SALT = new Uint8Array(0);

function hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  return hmac(sha256, key, concat(...parts));
}

const hkdf = hkdfWith(hmacSha256, 32);

/** Each part after its length as 8 bytes, little-endian. */
function withLengths(...parts: Uint8Array[]): Uint8Array {
  return concat(
    ...parts.flatMap((part) => {
      const length = new Uint8Array(8);
      viewOf(length).setBigUint64(0, BigInt(part.length), true);
      return [length, part];
    }),
  );
}

function mask(secret: bigint, fixed: Point, w0: bigint): Uint8Array {
  return Point.BASE.multiply(secret).add(fixed.multiply(w0)).toBytes(false);
}

function unmask(share: Uint8Array, fixed: Point, w0: bigint): Point {
  const point = decodePoint(share, 'protocol.malformed').subtract(fixed.multiply(w0));
  if (point.is0()) throw new PhoneKeyError('protocol.malformed', 'SPAKE2+ share is the mask alone');
  return point;
}

/** A point of the curve in uncompressed form; the encoding has no identity, and the cofactor is 1. */
function decodePoint(
  bytes: Uint8Array,
  code: 'protocol.malformed' | 'crypto.invalid-input',
): Point {
  if (bytes.length === SHARE_LENGTH) {
    try {
      return Point.fromBytes(bytes);
    } catch {
      // Reported below, in words that do not repeat what was received.
    }
  }
  throw new PhoneKeyError(code, 'not an uncompressed P-256 point');
}

function randomScalar(random: Random): bigint {
  const bytes = random(WIDE_SCALAR);
  requireLength('random scalar', bytes, WIDE_SCALAR);
  return reduce(bytes);
}

function reduce(bytes: Uint8Array): bigint {
  return bytesToNumberBE(bytes) % ORDER;
}

function encodeScalar(scalar: bigint): Uint8Array {
  return numberToBytesBE(scalar, 32);
}

function decodeScalar(what: string, bytes: Uint8Array): bigint {
  requireLength(what, bytes, 32);
  const scalar = bytesToNumberBE(bytes);
  if (scalar === 0n || scalar >= ORDER) {
    throw new PhoneKeyError('crypto.invalid-input', `${what} is not a scalar of P-256`);
  }
  return scalar;
}

/**
 * Takes as long for a confirmation that is nearly right as for any other (bench/timing measures it).
 * @throws PhoneKeyError `protocol.malformed`, `pairing.wrong-code`
 */
export function requireConfirmation(
  suite: Suite,
  expected: Uint8Array,
  received: Uint8Array,
): void {
  if (received.length !== CONFIRM_LENGTH) {
    throw new PhoneKeyError('protocol.malformed', 'SPAKE2+ confirmation of the wrong length');
  }
  if (!suite.equal(expected, received)) {
    throw new PhoneKeyError('pairing.wrong-code', 'the code does not match');
  }
}

function outOfOrder(): PhoneKeyError {
  return new PhoneKeyError('protocol.order', 'SPAKE2+ function called out of order');
}
