import type { Applicant } from '../credentials/key-slot.js';
import { LEAST_PART_BYTES } from '../credentials/revocation-list.js';
import { checkName, goodName } from '../domain/names.js';
import type { Enrolment } from '../domain/outcomes.js';
import type { PairingRefusal } from '../domain/refusals.js';
import type { Role } from '../domain/roles.js';
import { PhoneKeyError } from '../errors.js';
import { formFactors, knownFormFactor, pairingRefusals, roles } from './numbers.js';
import {
  CarIdentitySchema,
  EnrolmentSchema,
  FromCarSchema,
  PairRefusalReason,
  PhoneIdentitySchema,
  ToCarSchema,
} from './schema/gen/phonekey.js';
import type { FromCar, ToCar } from './schema/gen/phonekey.js';
import { PROTOCOL_VERSION } from './profile.js';
import { atLeast, decode, encode, exactly, malformed } from './wire.js';
import type { Init } from './wire.js';

/**
 * Bytes to messages and back. Everything that comes from the air goes through here: each decoder
 * checks every length, and throws `protocol.malformed` for whatever is not exactly as specified.
 */

/** Lengths in bytes. */
export const LENGTH = {
  ephemeral: 32,
  publicKey: 32,
  /** e (32), encrypted s (32 + 16), tag of the payload (16). */
  proofHandshake: 96,
  proofTag: 16,
  aeadTag: 16,
  spakeShare: 65,
  spakeConfirm: 32,
  /** e (32), tag of an empty payload (16). */
  pairConfirmHandshake: 48,
  /** e (32), encrypted s (32 + 16), tag of the payload (16). */
  pairOffer: 96,
  /** Encrypted s (32 + 16), tag of the payload (16). */
  pairCommit: 64,
  signature: 64,
  revocationList: LEAST_PART_BYTES,
} as const;

export type ToCarMessage = Init<ToCar>['message'];
export type FromCarMessage = Init<FromCar>['message'];

export const encodeToCar = (message: NonNullable<ToCarMessage>): Uint8Array =>
  encode(ToCarSchema, { message });

export const encodeFromCar = (message: NonNullable<FromCarMessage>): Uint8Array =>
  encode(FromCarSchema, { message });

export const decodeToCar = (bytes: Uint8Array): ToCar['message'] => {
  const { message } = decode(ToCarSchema, bytes);
  switch (message.case) {
    case 'proof':
      atLeast('proof', message.value.handshake, LENGTH.proofHandshake);
      exactly('proof tag', message.value.tag, LENGTH.proofTag);
      break;
    case 'pairStart':
      exactly('share', message.value.share, LENGTH.spakeShare);
      break;
    case 'pairConfirm':
      exactly('confirmation', message.value.confirm, LENGTH.spakeConfirm);
      exactly('handshake', message.value.handshake, LENGTH.pairConfirmHandshake);
      break;
    case 'pairCommit':
      atLeast('commit', message.value, LENGTH.pairCommit);
      break;
    case 'sealed':
      atLeast('sealed', message.value, LENGTH.aeadTag);
      break;
    case 'revocationList':
      atLeast('revocationList', message.value, LENGTH.revocationList);
      break;
    case undefined:
      throw malformed('no message in the frame');
  }
  return message;
};

export const decodeFromCar = (bytes: Uint8Array): FromCar['message'] => {
  const { message } = decode(FromCarSchema, bytes);
  switch (message.case) {
    case 'hello':
      if (message.value.version !== PROTOCOL_VERSION) {
        throw new PhoneKeyError(
          'protocol.version',
          `the car speaks version ${String(message.value.version)}, this phone ${String(PROTOCOL_VERSION)}`,
        );
      }
      exactly('challenge', message.value.handshake, LENGTH.ephemeral);
      break;
    case 'pairShare':
      exactly('share', message.value.share, LENGTH.spakeShare);
      exactly('confirmation', message.value.confirm, LENGTH.spakeConfirm);
      break;
    case 'pairOffer':
      atLeast('offer', message.value, LENGTH.pairOffer);
      break;
    case 'sealed':
    case 'pairDone':
      atLeast('sealed', message.value, LENGTH.aeadTag);
      break;
    case 'pairRefusal':
      break;
    case undefined:
      throw malformed('no message in the frame');
  }
  return message;
};

/** What a phone says of itself in its commit, beside the X25519 key that the handshake carries. */
export interface SignedIdentity extends Omit<Applicant, 'publicKey'> {
  /** 64 bytes, by `signingKey`: see pairing/transcript.ts. */
  readonly signature: Uint8Array;
}

export const encodePhoneIdentity = ({ formFactor, ...rest }: SignedIdentity): Uint8Array =>
  encode(PhoneIdentitySchema, { ...rest, formFactor: formFactors.of(formFactor ?? 'unknown') });

export const decodePhoneIdentity = (bytes: Uint8Array): SignedIdentity => {
  const { signingKey, signature, name, formFactor } = decode(PhoneIdentitySchema, bytes);
  exactly('signing key', signingKey, LENGTH.publicKey);
  exactly('signature', signature, LENGTH.signature);
  return { signingKey, signature, name: goodName(name), ...knownFormFactor(formFactor) };
};

/** What a car says of itself in its offer, beside the X25519 key that the handshake carries. */
export interface CarIdentity {
  readonly name: string;
  /** That the window gives. */
  readonly role: Role;
}

export const encodeCarIdentity = ({ name, role }: CarIdentity): Uint8Array =>
  encode(CarIdentitySchema, { name, role: roles.of(role) });

export const decodeCarIdentity = (bytes: Uint8Array): CarIdentity => {
  const { name, role } = decode(CarIdentitySchema, bytes);
  return { name: checkName(name), role: knownRole(role) };
};

/** What a grant has room for. */
const MOST_SLOT = 0xff;
const MOST_EPOCH = 0xffff;

const knownRole = (number: number): Role => {
  const role = roles.word(number);
  if (role === undefined || role === 'none') throw malformed('unknown role');
  return role;
};

export const encodeEnrolment = (enrolment: Enrolment | PairingRefusal): Uint8Array => {
  if (typeof enrolment === 'string') {
    return encode(EnrolmentSchema, { refusal: pairingRefusals.of(enrolment) });
  }
  const { role, formerRole = 'none', ...rest } = enrolment;
  return encode(EnrolmentSchema, {
    ...rest,
    role: roles.of(role),
    formerRole: roles.of(formerRole),
  });
};

/** What became of a pairing: the key's place, or why it has none. */
export const decodeEnrolment = (bytes: Uint8Array): Enrolment | PairingRefusal => {
  const { refusal, role, formerRole, ...rest } = decode(EnrolmentSchema, bytes);
  if (refusal !== PairRefusalReason.UNSPECIFIED) return pairingRefusal(refusal);
  if (rest.slot > MOST_SLOT || rest.epoch > MOST_EPOCH) throw malformed('no such slot or epoch');
  return {
    ...rest,
    role: knownRole(role),
    ...(roles.word(formerRole) === 'none' ? {} : { formerRole: knownRole(formerRole) }),
  };
};

/** One that only later versions know counts as a code that was not accepted. */
export const pairingRefusal = (reason: number): PairingRefusal =>
  pairingRefusals.word(reason) ?? 'failed';
