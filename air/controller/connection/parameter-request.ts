import type { Cancel } from '../../../lib/platform/clock.js';
import type { LeParameterRequestReply } from '../../../lib/hci/commands/links.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeConnectionUpdateComplete,
  LeRemoteParameterRequest,
} from '../../../lib/hci/events/links.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { ParameterRange, ParametersPdu } from '../../medium/control-pdu.js';
import { RESPONSE_TIMEOUT_MS } from './encryption.js';
import type { ProcedureContext } from './procedure-context.js';
import { parameterRange, shortest } from './link-parameters.js';

/**
 * The connection parameters request procedure of one link (Vol 6 Part B 5.1.7): the peripheral's host
 * asks for parameters, and that of the central decides.
 */
export class ParameterRequest {
  /** The peripheral's: the answer has not come yet. */
  #cancelTimeout: Cancel | undefined;
  /** The central's: its host has been asked. */
  #asked = false;
  readonly #link: ProcedureContext;

  constructor(link: ProcedureContext) {
    this.#link = link;
  }

  /** LE Connection Update at the peripheral. */
  ask(wanted: ParameterRange): number {
    if (this.#cancelTimeout !== undefined) return Status.commandDisallowed;
    this.#cancelTimeout = this.#link.clock.after(RESPONSE_TIMEOUT_MS, () => {
      this.#link.end.fail(Status.responseTimeout);
    });
    this.#link.end.control({ kind: 'parameters-request', wanted });
    return Status.success;
  }

  /** LE Remote Connection Parameter Request Reply. */
  reply(p: ParametersOf<typeof LeParameterRequestReply>): number {
    if (!this.#asked) return Status.commandDisallowed;
    const range = parameterRange(p);
    if (range === undefined) return Status.invalidParameters;
    this.#asked = false;
    this.#link.end.update(shortest(range));
    return Status.success;
  }

  /** LE Remote Connection Parameter Request Negative Reply. */
  refuse(reason: number): number {
    if (!this.#asked) return Status.commandDisallowed;
    this.#asked = false;
    this.#link.end.control({ kind: 'parameters-reject', reason });
    return Status.success;
  }

  /** A PDU from the peer. */
  received(pdu: ParametersPdu): void {
    if (pdu.kind === 'parameters-request') this.#requested(pdu.wanted);
    else this.#rejected(pdu.reason);
  }

  /** The link has new parameters, or is gone. */
  close(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }

  #requested(wanted: ParameterRange): void {
    this.#asked = this.#link.host.event(LeRemoteParameterRequest, {
      handle: this.#link.handle,
      ...wanted,
    });
    if (this.#asked) return;
    // A host that does not want to be asked does not have the feature.
    this.#link.end.control({ kind: 'parameters-reject', reason: Status.unsupportedRemoteFeature });
  }

  #rejected(reason: number): void {
    if (this.#cancelTimeout === undefined) return;
    this.close();
    this.#link.host.event(LeConnectionUpdateComplete, {
      status: reason,
      handle: this.#link.handle,
      interval: 0,
      latency: 0,
      timeout: 0,
    });
  }
}
