import type {
  LeConnectionUpdate,
  LeParameterRequestReply,
} from '../../../lib/hci/commands/links.js';
import { ConnectionRole, Status } from '../../../lib/hci/constants.js';
import {
  LeConnectionUpdateComplete,
  LeRemoteParameterRequest,
} from '../../../lib/hci/events/links.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { ParameterRange } from '../../medium/control-pdu.js';
import { parameterRange, shortest } from './link-parameters.js';
import { Procedure } from './procedure.js';

/**
 * The connection parameters request procedure of one link (Vol 6 Part B 5.1.7): the peripheral's host
 * asks for parameters, and that of the central decides.
 */
export class ParameterRequest extends Procedure {
  /** The central's: its host has been asked. */
  #asked = false;

  /** LE Connection Update: the central decides, the peripheral asks. */
  update(p: ParametersOf<typeof LeConnectionUpdate>): number {
    const wanted = parameterRange(p);
    if (wanted === undefined) return Status.invalidParameters;
    if (this.link.end.role === ConnectionRole.central) this.link.end.update(shortest(wanted));
    else if (this.waits) return Status.commandDisallowed;
    else this.ask({ kind: 'parameters-request', wanted });
    return Status.success;
  }

  /** LE Remote Connection Parameter Request Reply. */
  reply(p: ParametersOf<typeof LeParameterRequestReply>): number {
    if (!this.#asked) return Status.commandDisallowed;
    const range = parameterRange(p);
    if (range === undefined) return Status.invalidParameters;
    this.#asked = false;
    this.link.end.update(shortest(range));
    return Status.success;
  }

  /** LE Remote Connection Parameter Request Negative Reply. */
  refuse(reason: number): number {
    if (!this.#asked) return Status.commandDisallowed;
    this.#asked = false;
    this.link.end.control({ kind: 'parameters-reject', reason });
    return Status.success;
  }

  requested(wanted: ParameterRange): void {
    this.#asked = this.link.host.event(LeRemoteParameterRequest, {
      handle: this.link.handle,
      ...wanted,
    });
    if (this.#asked) return;
    // A host that does not want to be asked does not have the feature.
    this.link.end.control({ kind: 'parameters-reject', reason: Status.unsupportedRemoteFeature });
  }

  rejected(reason: number): void {
    if (!this.waits) return;
    this.close();
    this.link.host.event(LeConnectionUpdateComplete, {
      status: reason,
      handle: this.link.handle,
      interval: 0,
      latency: 0,
      timeout: 0,
    });
  }
}
