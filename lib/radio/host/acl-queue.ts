import { aclPackets } from '../../hci/l2cap.js';

export interface AclQueueOptions {
  send(packet: Uint8Array): void;
  /** Buffers of the controller: bytes of data in one, and how many there are. */
  readonly length: number;
  readonly count: number;
  /** Most links at one time. */
  readonly links: number;
}

interface Waiting {
  readonly packet: Uint8Array;
  readonly taken: (() => void) | undefined;
}

interface AclLink {
  readonly waiting: Waiting[];
  /** Packets that the controller has. */
  taken: number;
}

/**
 * Data to the controller (Vol 4 Part E 4.1.1): never more than it has buffers for, the links in turn, and none
 * of them with more than its share, so that one whose peer takes nothing does not stop the others.
 */
export class AclQueue {
  readonly #options: AclQueueOptions;
  readonly #share: number;
  readonly #links = new Map<number, AclLink>();
  #taken = 0;

  constructor(options: AclQueueOptions) {
    this.#options = options;
    this.#share = Math.max(1, Math.floor(options.count / options.links));
  }

  add(handle: number): void {
    this.#links.set(handle, { waiting: [], taken: 0 });
  }

  /** The link is gone; what the controller had of it is free again (Vol 4 Part E 4.3). */
  remove(handle: number): void {
    this.#taken -= this.#links.get(handle)?.taken ?? 0;
    this.#links.delete(handle);
    this.#flush();
  }

  /** Sends one L2CAP frame; `taken` is called once the controller has all of it. */
  send(handle: number, frame: Uint8Array, taken: () => void): void {
    const link = this.#links.get(handle);
    if (link === undefined) return;
    const packets = aclPackets(handle, frame, this.#options.length);
    const last = packets.length - 1;
    for (const [i, packet] of packets.entries())
      link.waiting.push({ packet, taken: i === last ? taken : undefined });
    this.#flush();
  }

  /** Number Of Completed Packets. A controller that counts wrongly frees no more than it was given. */
  completed(handle: number, count: number): void {
    const link = this.#links.get(handle);
    if (link === undefined) return;
    const freed = Math.min(count, link.taken);
    link.taken -= freed;
    this.#taken -= freed;
    this.#flush();
  }

  /** The links in turn: the one that has sent goes behind the others, where the loop meets it again. */
  #flush(): void {
    for (const [handle, link] of this.#links) {
      if (this.#taken >= this.#options.count) return;
      const next = link.taken < this.#share ? link.waiting.shift() : undefined;
      if (next === undefined) continue;
      this.#taken++;
      link.taken++;
      this.#links.delete(handle);
      this.#links.set(handle, link);
      this.#options.send(next.packet);
      next.taken?.();
    }
  }
}
