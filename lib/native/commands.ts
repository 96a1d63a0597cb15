import type { Introduction } from '../credentials/key-slot.js';
import { COMMAND_ID_BYTES, MOST_VOIDS } from '../domain/commands.js';
import type { Command, CommandName } from '../domain/commands.js';
import { checkName, goodName } from '../domain/names.js';
import {
  formFactors,
  knownFormFactor,
  closureMask,
  closuresIn,
  refusals,
  roles,
} from './numbers.js';
import { CommandSchema, ResultSchema } from './schema/gen/phonekey.js';
import type * as schema from './schema/gen/phonekey.js';
import { decode, encode, exactly, malformed } from './wire.js';
import type { Init } from './wire.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { NO_END } from '../credentials/grant.js';
import { FINGERPRINT_BYTES } from '../credentials/key-slot.js';
import { decodeEntries, encodeEntries } from '../credentials/revocation-list.js';
import type { KeyEntry, Outcome, Result } from '../domain/outcomes.js';
import { sameBytes, toHex } from '../platform/bytes.js';

/**
 * Commands that are good at any time of a session. Every other one acts, and counts only while the car's last
 * word is fresh (docs/PROTOCOL.md, section 5).
 */
export const AT_ANY_TIME: ReadonlySet<CommandName> = new Set([
  'status',
  'listKeys',
  'listRevocations',
  'deliver',
]);

/** The schema's Command: its cases and their fields have the names of domain/commands.ts. */

type CommandInit = NonNullable<Init<schema.Command>['command']>;

export const encodeCommand = (
  { type, id, voids = [], ...value }: Command,
  introduction?: Introduction,
): Uint8Array =>
  encode(CommandSchema, {
    command: { case: type, value } as CommandInit,
    ...(id === undefined ? {} : { id }),
    voids,
    ...(introduction === undefined
      ? {}
      : { ...introduction, formFactor: formFactors.of(introduction.formFactor ?? 'unknown') }),
  });

export interface Request {
  /** Undefined for a command that this version does not know. */
  readonly command: Command | undefined;
  readonly introduction: Introduction | undefined;
}

/** @throws PhoneKeyError `protocol.malformed` */
export const decodeRequest = (bytes: Uint8Array): Request => {
  const { command: message, grants, name, formFactor, id, voids } = decode(CommandSchema, bytes);
  if (id.length > 0) exactly('command id', id, COMMAND_ID_BYTES);
  requireVoids(id, voids);
  const command =
    message.case &&
    ({
      type: message.case,
      ...message.value,
      ...(id.length > 0 && { id }),
      ...(voids.length > 0 && { voids }),
    } as Command);
  if (grants.length === 0) return { command, introduction: undefined };
  const introduction = { grants, name: goodName(name), ...knownFormFactor(formFactor) };
  return { command, introduction };
};

const requireVoids = (id: Uint8Array, voids: readonly Uint8Array[]): void => {
  for (const each of voids) exactly('id of a command that is void', each, COMMAND_ID_BYTES);
  if (voids.length > MOST_VOIDS) throw malformed('voids too many commands');
  if (voids.length > 0 && id.length === 0) throw malformed('voids, but has no id');
  if (voids.some((each) => sameBytes(each, id))) throw malformed('voids itself');
};

/** The schema's Result, in which zero stands for what there is none of. */

type ResultInit = Init<schema.Result>;

export const encodeResult = ({ outcome, ...rest }: Result): Uint8Array =>
  encode(ResultSchema, { ...messageOf(outcome), ...rest });

const messageOf = (outcome: Outcome): Pick<ResultInit, 'outcome'> => {
  switch (outcome.type) {
    case 'done':
      return { outcome: { case: 'done', value: {} } };
    case 'refused':
      return { outcome: { case: 'refusal', value: { reason: refusals.of(outcome.refusal) } } };
    case 'status': {
      const { open, speedLimit, ...rest } = outcome.status;
      const value = { ...rest, openClosures: closureMask(open), speedLimit: speedLimit ?? 0 };
      return { outcome: { case: 'status', value } };
    }
    case 'keys':
      return { outcome: { case: 'keys', value: { keys: outcome.keys.map(keyMessage) } } };
    case 'revocations': {
      const { number, pages, entries } = outcome;
      return {
        outcome: { case: 'revocations', value: { number, pages, entries: encodeEntries(entries) } },
      };
    }
    case 'unknown':
      return {};
  }
};

/** A key that was paired at the car says nothing of an end, one with a grant that it has none. */
const keyMessage = ({ notAfter, usesLeft, grantedBy, ...key }: KeyEntry) => ({
  ...key,
  role: roles.of(key.role),
  formFactor: formFactors.of(key.formFactor),
  fingerprint: hexToBytes(key.fingerprint),
  notAfter: notAfter ?? (grantedBy === null ? 0 : NO_END),
  usesLeft: usesLeft === null ? 0 : usesLeft + 1,
  grantedBy: grantedBy === null ? 0 : grantedBy + 1,
});

/** @throws PhoneKeyError `protocol.malformed` */
export const decodeResult = (bytes: Uint8Array): Result => {
  const { outcome, ...rest } = decode(ResultSchema, bytes);
  return { ...rest, outcome: outcomeIn(outcome) };
};

const outcomeIn = (message: schema.Result['outcome']): Outcome => {
  switch (message.case) {
    case 'done':
      return { type: 'done' };
    case 'refusal': {
      const { reason } = message.value;
      const refusal = refusals.word(reason) ?? 'unknown';
      return { type: 'refused', refusal, ...(refusal === 'unknown' ? { code: reason } : {}) };
    }
    case 'status': {
      const { locked, openClosures, driveSecondsLeft, speedLimit, pinNeeded } = message.value;
      return {
        type: 'status',
        status: {
          locked,
          open: closuresIn(openClosures),
          driveSecondsLeft,
          speedLimit: speedLimit === 0 ? null : speedLimit,
          pinNeeded,
        },
      };
    }
    case 'keys':
      return { type: 'keys', keys: message.value.keys.map(keyEntry) };
    case 'revocations': {
      const { number, pages, entries } = message.value;
      return { type: 'revocations', number, pages, entries: decodeEntries(entries) };
    }
    case undefined:
      return { type: 'unknown' };
  }
};

const keyEntry = (key: schema.Key): KeyEntry => {
  const { slot, name, formFactor, role, fingerprint, own, suspended } = key;
  const { notAfter, usesLeft, grantedBy } = key;
  exactly('fingerprint', fingerprint, FINGERPRINT_BYTES);
  return {
    slot,
    name: checkName(name),
    formFactor: formFactors.word(formFactor) ?? 'unknown',
    role: roles.word(role) ?? 'none',
    fingerprint: toHex(fingerprint),
    own,
    suspended,
    notAfter: notAfter === 0 || notAfter === NO_END ? null : notAfter,
    usesLeft: usesLeft === 0 ? null : usesLeft - 1,
    grantedBy: grantedBy === 0 ? null : grantedBy - 1,
  };
};
