import type { Cancel, Clock } from '../../../lib/platform/clock.js';
import type { Random } from '../../../lib/platform/random.js';
import { Status } from '../../../lib/hci/constants.js';
import type { LinkEnd } from '../../medium/air-link.js';
import type { ControlPdu } from '../../medium/control-pdu.js';
import type { HostPort } from '../host-port.js';

/** What the procedures of one link have in common. */
export interface ProcedureContext {
  readonly end: LinkEnd;
  readonly handle: number;
  readonly host: HostPort;
  readonly random: Random;
  readonly clock: Clock;
}

/** A peer that does not answer for this long is given up (Vol 6 Part B 5.2). */
const RESPONSE_TIMEOUT_MS = 40_000;

/** Something that two link layers settle: one asks, and waits for the answer. */
export class Procedure {
  #cancelTimeout: Cancel | undefined;

  constructor(protected readonly link: ProcedureContext) {}

  protected get waits(): boolean {
    return this.#cancelTimeout !== undefined;
  }

  protected ask(request: ControlPdu): void {
    this.#cancelTimeout = this.link.clock.after(RESPONSE_TIMEOUT_MS, () => {
      this.link.end.fail(Status.responseTimeout);
    });
    this.link.end.control(request);
  }

  /** The answer has come, or the link is gone. */
  close(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }
}
