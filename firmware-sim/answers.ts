import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { POLICY_REASONS } from '../lib/car/reasons.js';
import { RefusalReason, ResultSchema } from '../lib/wire/gen/phonekey_pb.js';
import type { Result } from '../lib/wire/gen/phonekey_pb.js';
import type { CommandRefusal } from './events.js';

export const result = (
  outcome: NonNullable<MessageInitShape<typeof ResultSchema>['outcome']>,
): Result => create(ResultSchema, { outcome });

export const done = (): Result => result({ case: 'done', value: {} });

/** The schema's reason. What only happens by hand (locked, not-authorised) has none of its own. */
export const refusalReason = (refusal: CommandRefusal): RefusalReason => {
  switch (refusal) {
    case 'not-authorised':
    case 'locked':
      return RefusalReason.NOT_PERMITTED;
    case 'unknown-command':
      return RefusalReason.UNKNOWN_COMMAND;
    case 'door-open':
      return RefusalReason.DOOR_OPEN;
    case 'driving':
      return RefusalReason.DRIVING;
    case 'no-such-key':
      return RefusalReason.NO_SUCH_KEY;
    case 'last-owner':
      return RefusalReason.LAST_OWNER;
    case 'owner-key':
      return RefusalReason.OWNER_KEY;
    case 'slots-full':
      return RefusalReason.SLOTS_FULL;
    case 'notice-invalid':
      return RefusalReason.NOTICE_INVALID;
    case 'pin-needed':
      return RefusalReason.PIN_NEEDED;
    case 'pin-wrong':
      return RefusalReason.PIN_WRONG;
    case 'pin-locked':
      return RefusalReason.PIN_LOCKED;
    default:
      return POLICY_REASONS[refusal];
  }
};
