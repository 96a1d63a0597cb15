import type { PolicyRefusal } from '../../credentials/policy.js';
import { RefusalReason } from '../schema/gen/phonekey_pb.js';

/** The schema's reason for what the policy refuses. */
export const POLICY_REASONS: Readonly<Record<PolicyRefusal, RefusalReason>> = {
  'not-permitted': RefusalReason.NOT_PERMITTED,
  suspended: RefusalReason.SUSPENDED,
  'not-yet': RefusalReason.NOT_YET,
  expired: RefusalReason.EXPIRED,
  'used-up': RefusalReason.USED_UP,
  'lease-over': RefusalReason.LEASE_OVER,
  'clock-lost': RefusalReason.CLOCK_LOST,
};
