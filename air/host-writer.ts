import { inTurn } from '../lib/platform/turn.js';
import type { Socket } from 'node:net';
import { systemClock } from '../lib/platform/clock.js';
import type { Clock } from '../lib/platform/clock.js';
import { PacketType } from '../lib/hci/constants.js';
import { NumberOfCompletedPackets } from '../lib/hci/events/general.js';

/** A host that does not read this many bytes (1 MiB) of what its controller says is cut off. */
const MAX_UNREAD = 1 << 20;

/**
 * How long it may take until a host is told of a free buffer, while it has others. Longer than the tick of
 * any kernel: a shorter timeout has the processor's timer set anew whenever the process sleeps.
 */
const COMPLETIONS_MS = 10;

/**
 * Writes packets to a host in another process, those of one turn together. Each write wakes that
 * process, which costs more than all else here. Hence Number Of Completed Packets, upon which a host that
 * has free buffers does nothing, waits for the next other packet, until half of the buffers are untold.
 */
export class HostWriter {
  /** Packets with completions that wait. */
  #untold = 0;
  #packets: Uint8Array[] = [];
  #flushes = false;
  #timed = false;
  readonly #socket: Socket;
  readonly #buffers: number;
  readonly #clock: Clock;

  /** @param buffers data packets that the host may send before it hears of completions */
  constructor(socket: Socket, buffers: number, clock: Clock = systemClock) {
    this.#socket = socket;
    this.#buffers = buffers;
    this.#clock = clock;
  }

  write(packet: Uint8Array): void {
    this.#packets.push(packet);
    if (isCompletion(packet) && ++this.#untold * 2 < this.#buffers) this.#flushSoon();
    else this.#flushNext();
  }

  #flushNext(): void {
    if (this.#flushes) return;
    this.#flushes = true;
    inTurn(() => {
      this.#flushes = false;
      this.flush();
    });
  }

  /** A timer that is no longer needed runs on: that costs less than to set one for each packet. */
  #flushSoon(): void {
    if (this.#timed) return;
    this.#timed = true;
    this.#clock.after(COMPLETIONS_MS, () => {
      this.#timed = false;
      this.flush();
    });
  }

  /** Writes what waits, now. */
  flush(): void {
    this.#untold = 0;
    if (this.#packets.length === 0) return;
    this.#socket.write(Buffer.concat(this.#packets.splice(0)));
    if (this.#socket.writableLength > MAX_UNREAD) this.#socket.destroy();
  }
}

const isCompletion = (packet: Uint8Array): boolean =>
  packet[0] === PacketType.event && packet[1] === NumberOfCompletedPackets.code;
