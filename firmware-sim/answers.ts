import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { POLICY_REASONS } from '../lib/native/car/reasons.js';
import { RefusalReason, ResultSchema } from '../lib/native/schema/gen/phonekey_pb.js';
import type { Result } from '../lib/native/schema/gen/phonekey_pb.js';
import type { CommandRefusal } from './events.js';

export const result = (
  outcome: NonNullable<MessageInitShape<typeof ResultSchema>['outcome']>,
): Result => create(ResultSchema, { outcome });

export const done = (): Result => result({ case: 'done', value: {} });

/** The schema's reason. What only happens by hand (locked, not-authorised) has none of its own. */
export const refusalReason = (refusal: CommandRefusal): RefusalReason => REASONS[refusal];

const REASONS: Readonly<Record<CommandRefusal, RefusalReason>> = {
  ...POLICY_REASONS,
  'not-authorised': RefusalReason.NOT_PERMITTED,
  locked: RefusalReason.NOT_PERMITTED,
  'unknown-command': RefusalReason.UNKNOWN_COMMAND,
  'door-open': RefusalReason.DOOR_OPEN,
  driving: RefusalReason.DRIVING,
  'no-such-key': RefusalReason.NO_SUCH_KEY,
  'last-owner': RefusalReason.LAST_OWNER,
  'owner-key': RefusalReason.OWNER_KEY,
  'slots-full': RefusalReason.SLOTS_FULL,
  'notice-invalid': RefusalReason.NOTICE_INVALID,
  'pin-needed': RefusalReason.PIN_NEEDED,
  'pin-wrong': RefusalReason.PIN_WRONG,
  'pin-locked': RefusalReason.PIN_LOCKED,
};
