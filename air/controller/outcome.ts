import { Status } from '../../lib/hci/constants.js';

/** What a command gives: a status, and what is to happen once the host has been answered. */
export interface Outcome {
  readonly status: number;
  /** Return parameters after the status byte; on failure zeros take their place. */
  readonly returned?: Buffer;
  readonly then?: () => void;
}

/** Success with return parameters. */
export const ok = (returned: Buffer): Outcome => ({ status: Status.success, returned });
