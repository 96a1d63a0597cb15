import { EventCode } from '../../lib/hci/constants.js';
import { eventPacket } from '../../lib/hci/packets.js';

/** Events that no mask silences (Vol 4 Part E 7.3.1). */
const UNMASKABLE: ReadonlySet<number> = new Set([
  EventCode.commandComplete,
  EventCode.commandStatus,
  EventCode.numberOfCompletedPackets,
]);

const DEFAULT_EVENT_MASK = 0x00001fffffffffffn;
const DEFAULT_LE_EVENT_MASK = 0x1fn;

/**
 * The controller's side towards its host: a queue of packets, each delivered in a turn of its own, and
 * the two event masks.
 */
export class HostPort {
  readonly #listeners = new Set<(packet: Buffer) => void>();
  readonly #defer: (deliver: () => void) => void;
  #eventMask = DEFAULT_EVENT_MASK;
  #leEventMask = DEFAULT_LE_EVENT_MASK;
  #open = true;

  constructor(defer: (deliver: () => void) => void) {
    this.#defer = defer;
  }

  onPacket(listener: (packet: Buffer) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  send(packet: Buffer): void {
    this.#defer(() => {
      if (!this.#open) return;
      for (const listener of [...this.#listeners]) listener(packet);
    });
  }

  /** False when the host has masked the event. */
  event(code: number, parameters: Uint8Array): boolean {
    const wanted = UNMASKABLE.has(code) || isSet(this.#eventMask, code);
    if (wanted) this.send(eventPacket(code, parameters));
    return wanted;
  }

  /** An LE Meta event; `parameters` follow the subevent code. False when the host has masked it. */
  leEvent(subevent: number, parameters: Uint8Array): boolean {
    if (!isSet(this.#leEventMask, subevent)) return false;
    return this.event(EventCode.leMeta, Buffer.concat([Buffer.from([subevent]), parameters]));
  }

  /** True when the host has not masked the LE event. */
  wantsLe(subevent: number): boolean {
    return isSet(this.#leEventMask, subevent) && isSet(this.#eventMask, EventCode.leMeta);
  }

  /** `mask` as the host sends it: 8 bytes, little-endian. */
  setEventMask(mask: Buffer): void {
    this.#eventMask = mask.readBigUInt64LE();
  }

  setLeEventMask(mask: Buffer): void {
    this.#leEventMask = mask.readBigUInt64LE();
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
