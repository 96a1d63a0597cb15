import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { PhoneKeyError } from '../errors.js';
import { utf8 } from '../platform/bytes.js';
import {
  CarIdentitySchema,
  CommandSchema,
  EnrolmentSchema,
  FromCarSchema,
  PairRefusalReason,
  PhoneIdentitySchema,
  ResultSchema,
  Role,
  ToCarSchema,
} from './schema/gen/phonekey_pb.js';
import type {
  CarIdentity,
  Command,
  Enrolment,
  FormFactor,
  FromCar,
  PhoneIdentity,
  Result,
  ToCar,
} from './schema/gen/phonekey_pb.js';
import { PROTOCOL_VERSION } from './profile.js';
import { checkWireTypes } from './strict.js';

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
  name: 32,
  fingerprint: 8,
  /** At least: tag, Noise N, header and signature. */
  notice: 142,
} as const;

export type ToCarMessage = MessageInitShape<typeof ToCarSchema>['message'];
/** A command to send: `{ case: 'unlock', value: {} }`. */
export type CommandInit = NonNullable<MessageInitShape<typeof CommandSchema>['command']>;
export type FromCarMessage = MessageInitShape<typeof FromCarSchema>['message'];

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
    case 'notice':
      atLeast('notice', message.value, LENGTH.notice);
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

/** What a key that the car does not know yet sends along with its first command. */
export interface Introduction {
  /** A chain of grants (credentials/grant.ts). */
  readonly grants: Uint8Array;
  readonly name: string;
  readonly formFactor?: FormFactor;
}

export const encodeCommand = (command: CommandInit, introduction?: Introduction): Uint8Array =>
  encode(CommandSchema, { command, ...introduction });

export interface Request {
  /** A command that this version does not know has case undefined. */
  readonly command: Command['command'];
  readonly introduction: Introduction | undefined;
}

export const decodeRequest = (bytes: Uint8Array): Request => {
  const { command, grants, name, formFactor } = decode(CommandSchema, bytes);
  if (grants.length === 0) return { command, introduction: undefined };
  return { command, introduction: { grants, name: checkName(name), formFactor } };
};

export const encodeResult = (result: Result): Uint8Array => toBinary(ResultSchema, result);

export const decodeResult = (bytes: Uint8Array): Result => {
  const result = decode(ResultSchema, bytes);
  if (result.outcome.case === 'keys') {
    for (const { name, fingerprint } of result.outcome.value.keys) {
      checkName(name);
      exactly('fingerprint', fingerprint, LENGTH.fingerprint);
    }
  }
  return result;
};

export const encodePhoneIdentity = (identity: MessageInitShape<typeof PhoneIdentitySchema>) =>
  encode(PhoneIdentitySchema, identity);

export const decodePhoneIdentity = (bytes: Uint8Array): PhoneIdentity => {
  const identity = decode(PhoneIdentitySchema, bytes);
  exactly('public key', identity.publicKey, LENGTH.publicKey);
  exactly('signing key', identity.signingKey, LENGTH.publicKey);
  checkName(identity.name);
  return identity;
};

export const encodeCarIdentity = (identity: MessageInitShape<typeof CarIdentitySchema>) =>
  encode(CarIdentitySchema, identity);

export const decodeCarIdentity = (bytes: Uint8Array): CarIdentity => {
  const identity = decode(CarIdentitySchema, bytes);
  exactly('public key', identity.publicKey, LENGTH.publicKey);
  checkName(identity.name);
  return identity;
};

export const encodeEnrolment = (enrolment: MessageInitShape<typeof EnrolmentSchema>) =>
  encode(EnrolmentSchema, enrolment);

export const decodeEnrolment = (bytes: Uint8Array): Enrolment => {
  const enrolment = decode(EnrolmentSchema, bytes);
  const refused = enrolment.refusal !== PairRefusalReason.UNSPECIFIED;
  // 1 to 5; another one is of a later version.
  if (!refused && (enrolment.role < Role.OWNER || enrolment.role > Role.SERVICE)) {
    throw malformed('unknown role');
  }
  return enrolment;
};

/**
 * Names go to screens and terminals: 1 to 32 bytes of UTF-8, no control or formatting characters.
 * @throws PhoneKeyError `protocol.malformed`
 */
export const checkName = (name: string): string => {
  const { length } = utf8(name);
  if (length === 0 || length > LENGTH.name) {
    throw malformed(`a name has 1 to ${String(LENGTH.name)} bytes, not ${String(length)}`);
  }
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name))
    throw malformed('a name has no control characters');
  return name;
};

const encode = <D extends DescMessage>(schema: D, value: MessageInitShape<D>): Uint8Array =>
  toBinary(schema, create(schema, value));

const decode = <D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> => {
  try {
    checkWireTypes(schema, bytes);
    // Unknown fields are dropped: a later version may add some, and nothing is ever re-encoded.
    return fromBinary(schema, bytes, { readUnknownFields: false, recursionLimit: 4 });
  } catch (cause) {
    throw new PhoneKeyError('protocol.malformed', `not a ${schema.name} message`, { cause });
  }
};

const exactly = (what: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length !== length) {
    throw malformed(`${what}: ${String(bytes.length)} bytes instead of ${String(length)}`);
  }
};

const atLeast = (what: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length < length) {
    throw malformed(`${what}: ${String(bytes.length)} bytes, at least ${String(length)} expected`);
  }
};

const malformed = (message: string): PhoneKeyError =>
  new PhoneKeyError('protocol.malformed', message);
