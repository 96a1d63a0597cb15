import {
  CommandComplete,
  CommandStatus,
  NumberOfCompletedPackets,
} from '../../lib/hci/events/general.js';
import type { Shape, Values } from '../../lib/hci/layout.js';
import type { HciEvent } from '../../lib/hci/packet.js';
import { viewOf } from '../../lib/platform/bytes.js';
import { addListener } from '../../lib/hci/transport.js';

/** Events that no mask silences (Vol 4 Part E 7.3.1). */
const UNMASKABLE: ReadonlySet<number> = new Set([
  CommandComplete.code,
  CommandStatus.code,
  NumberOfCompletedPackets.code,
]);

const DEFAULT_EVENT_MASK = 0x00001fffffffffffn;
const DEFAULT_LE_EVENT_MASK = 0x1fn;

/**
 * The controller's side towards its host: a queue of packets, each delivered in a turn of its own, and
 * the two event masks.
 */
export class HostPort {
  readonly #listeners = new Set<(packet: Uint8Array) => void>();
  readonly #defer: (deliver: () => void) => void;
  #eventMask = DEFAULT_EVENT_MASK;
  #leEventMask = DEFAULT_LE_EVENT_MASK;
  #open = true;

  constructor(defer: (deliver: () => void) => void) {
    this.#defer = defer;
  }

  onPacket(listener: (packet: Uint8Array) => void): () => void {
    return addListener(this.#listeners, listener);
  }

  send(packet: Uint8Array): void {
    this.#defer(() => {
      if (!this.#open) return;
      for (const listener of [...this.#listeners]) listener(packet);
    });
  }

  /** False when the host has masked the event. */
  event<S extends Shape>(declared: HciEvent<S>, parameters: Values<S>): boolean {
    const wanted = this.wants(declared);
    if (wanted) this.send(declared.packet(parameters));
    return wanted;
  }

  /** True when the host has not masked the event. */
  wants({ code, subevent }: HciEvent): boolean {
    if (UNMASKABLE.has(code)) return true;
    if (!isSet(this.#eventMask, code)) return false;
    return subevent === undefined || isSet(this.#leEventMask, subevent);
  }

  /** `mask` as the host sends it: 8 bytes, little-endian. */
  setEventMask(mask: Uint8Array): void {
    this.#eventMask = viewOf(mask).getBigUint64(0, true);
  }

  setLeEventMask(mask: Uint8Array): void {
    this.#leEventMask = viewOf(mask).getBigUint64(0, true);
  }

  reset(): void {
    this.#eventMask = DEFAULT_EVENT_MASK;
    this.#leEventMask = DEFAULT_LE_EVENT_MASK;
  }

  /** Drops what is queued and everything from now on. */
  close(): void {
    this.#open = false;
    this.#listeners.clear();
  }
}

/** Event N is bit N - 1 of its mask. */
const isSet = (mask: bigint, event: number): boolean => ((mask >> BigInt(event - 1)) & 1n) === 1n;
