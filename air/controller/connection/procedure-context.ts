import type { Clock } from '../../../lib/platform/clock.js';
import type { Random } from '../../../lib/platform/random.js';
import type { LinkEnd } from '../../medium/air-link.js';
import type { HostPort } from '../host-port.js';

/** What the procedures of one link have in common. */
export interface ProcedureContext {
  readonly end: LinkEnd;
  readonly handle: number;
  readonly host: HostPort;
  readonly random: Random;
  readonly clock: Clock;
}
