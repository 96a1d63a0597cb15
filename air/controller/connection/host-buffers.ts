import type {
  HostBufferSize,
  HostCompletedPackets,
} from '../../../lib/hci/commands/host-control.js';
import { PacketBoundary, Status } from '../../../lib/hci/constants.js';
import { aclPacket } from '../../../lib/hci/h4.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { Fragment } from '../../medium/air-link.js';
import type { HostPort } from '../host-port.js';

/** ACL only; the other two values are for synchronous data, which LE does not have. */
const FLOW_CONTROL_ON = 0x01;

/** Packets of one link that may wait for the host. */
const MOST_WITHHELD = 1024;

/**
 * Data towards the host (Vol 4 Part E 4.2 and 7.3.38 to 7.3.40): cut to the size of the host's buffers,
 * and, with flow control on, withheld while all of them are taken.
 */
export class HostBuffers {
  #flowControl = false;
  #length = Infinity;
  #count = Infinity;
  /** Packets that the host has not completed, by handle. */
  readonly #taken = new Map<number, number>();
  #withheld: { readonly handle: number; readonly packet: Uint8Array }[] = [];
  readonly #host: HostPort;

  constructor(host: HostPort) {
    this.#host = host;
  }

  /** Set Controller To Host Flow Control; not while there are links. */
  setFlowControl(enable: number, hasLinks: boolean): number {
    if (enable > FLOW_CONTROL_ON) return Status.unsupportedFeature;
    if (hasLinks) return Status.commandDisallowed;
    this.#flowControl = enable === FLOW_CONTROL_ON;
    return Status.success;
  }

  setSizes(p: ParametersOf<typeof HostBufferSize>): void {
    this.#length = p.aclLength;
    this.#count = p.aclCount;
    this.#release();
  }

  /** Host Number Of Completed Packets. */
  completed(completed: ParametersOf<typeof HostCompletedPackets>['completed']): number {
    for (const { handle, count } of completed) {
      const taken = this.#taken.get(handle) ?? 0;
      if (count > taken) return Status.invalidParameters;
      this.#taken.set(handle, taken - count);
    }
    this.#release();
    return Status.success;
  }

  /** Gives a fragment to the host; false when the link has too many that wait. */
  send(handle: number, fragment: Fragment): boolean {
    const { first, data } = fragment;
    for (let at = 0; at === 0 || at < data.length; at += this.#length) {
      const boundary = first && at === 0 ? PacketBoundary.first : PacketBoundary.continuing;
      const packet = aclPacket(handle, boundary, data.subarray(at, at + this.#length));
      if (this.#flowControl) this.#withheld.push({ handle, packet });
      else this.#host.send(packet);
    }
    this.#release();
    return this.#withheld.filter((waiting) => waiting.handle === handle).length <= MOST_WITHHELD;
  }

  /** The link is gone, and with it what the host still had of it. */
  drop(handle: number): void {
    this.#withheld = this.#withheld.filter((waiting) => waiting.handle !== handle);
    this.#taken.delete(handle);
    this.#release();
  }

  #release(): void {
    let taken = 0;
    for (const count of this.#taken.values()) taken += count;
    for (; taken < this.#count; taken++) {
      const next = this.#withheld.shift();
      if (next === undefined) return;
      this.#taken.set(next.handle, (this.#taken.get(next.handle) ?? 0) + 1);
      this.#host.send(next.packet);
    }
  }
}
