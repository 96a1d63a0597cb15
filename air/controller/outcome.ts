import { Status } from '../../lib/hci/constants.js';

/** What a command gives: a status, and what is to happen once the host has been answered. */
export interface CommandOutcome<R = unknown> {
  readonly status: number;
  /** Return parameters after the status; on failure zeros take their place. */
  readonly returned?: R;
  readonly then?: () => void;
}

/** Success with return parameters. */
export const ok = <R>(returned: R): CommandOutcome<R> => ({ status: Status.success, returned });
