import type { PhoneIdentity } from '../credentials/key-slot.js';
import { LEAST_PART_BYTES } from '../credentials/revocation-list.js';
import { checkName } from '../domain/names.js';
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
import type { CarIdentity, FromCar, ToCar } from './schema/gen/phonekey.js';
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
      break;
    case 'sealed':
    case 'pairCommit':
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
    case 'sealed':
    case 'pairOffer':
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

export const encodePhoneIdentity = ({ formFactor, ...rest }: PhoneIdentity) =>
  encode(PhoneIdentitySchema, { ...rest, formFactor: formFactors.of(formFactor ?? 'unknown') });

export const decodePhoneIdentity = (bytes: Uint8Array): PhoneIdentity => {
  const { publicKey, signingKey, name, formFactor } = decode(PhoneIdentitySchema, bytes);
  exactly('public key', publicKey, LENGTH.publicKey);
  exactly('signing key', signingKey, LENGTH.publicKey);
  return { publicKey, signingKey, name: checkName(name), ...knownFormFactor(formFactor) };
};

export const encodeCarIdentity = (identity: Init<CarIdentity>) =>
  encode(CarIdentitySchema, identity);

export const decodeCarIdentity = (bytes: Uint8Array): CarIdentity => {
  const identity = decode(CarIdentitySchema, bytes);
  exactly('public key', identity.publicKey, LENGTH.publicKey);
  checkName(identity.name);
  return identity;
};

/** What became of a pairing: the key's place, or why it has none. */
export type Enrolment = { readonly slot: number; readonly role: Role } | PairingRefusal;

export const encodeEnrolment = (enrolment: Enrolment) =>
  encode(
    EnrolmentSchema,
    typeof enrolment === 'string'
      ? { refusal: pairingRefusals.of(enrolment) }
      : { slot: enrolment.slot, role: roles.of(enrolment.role) },
  );

export const decodeEnrolment = (bytes: Uint8Array): Enrolment => {
  const { slot, role: number, refusal } = decode(EnrolmentSchema, bytes);
  if (refusal !== PairRefusalReason.UNSPECIFIED) return pairingRefusal(refusal);
  const role = roles.word(number);
  if (role === undefined || role === 'none') throw malformed('unknown role');
  return { slot, role };
};

/** One that only later versions know counts as a code that was not accepted. */
export const pairingRefusal = (reason: number): PairingRefusal =>
  pairingRefusals.word(reason) ?? 'failed';
