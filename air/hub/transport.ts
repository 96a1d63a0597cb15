import { inTurn } from '../../lib/platform/turn.js';
import type { Socket } from 'node:net';
import { H4Decoder, H4Error } from '../../lib/hci/h4.js';
import type { AirTransport } from '../../lib/hci/transport.js';
import { addListener } from '../../lib/hci/transport.js';
import { setPositionCommand } from '../vendor.js';

/** A controller in the hub, over a connected socket. */
export class HubTransport implements AirTransport {
  readonly #socket: Socket;
  readonly #decoder = new H4Decoder();
  readonly #packetListeners = new Set<(packet: Uint8Array) => void>();
  readonly #closeListeners = new Set<() => void>();
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#down();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(packet: Uint8Array): void {
    if (this.#closed) return;
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork(); // what a host says at once wakes the hub once
      process.nextTick(() => {
        this.#socket.uncork();
      });
    }
    this.#socket.write(Buffer.from(packet)); // a copy: it is the host's to write to again
  }

  onPacket(listener: (packet: Uint8Array) => void): () => void {
    return addListener(this.#packetListeners, listener);
  }

  onClose(listener: () => void): () => void {
    return addListener(this.#closeListeners, listener);
  }

  /** What was sent before still reaches the hub; the process need not wait for it. */
  close(): void {
    if (this.#closed) return;
    this.#socket.end();
    this.#socket.unref();
    this.#down();
  }

  moveTo(x: number, y: number): void {
    this.send(setPositionCommand(x, y));
  }

  #received(chunk: Buffer): void {
    try {
      for (const packet of this.#decoder.push(chunk)) this.#deliver(packet);
    } catch (error) {
      if (!(error instanceof H4Error)) throw error;
      this.#socket.destroy();
    }
  }

  /** A turn for each: hosts rely on their promises having run between two packets. */
  #deliver(packet: Uint8Array): void {
    inTurn(() => {
      if (this.#closed) return;
      for (const listener of [...this.#packetListeners]) listener(packet);
    });
  }

  #down(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#closeListeners) listener();
    this.#closeListeners.clear();
    this.#packetListeners.clear();
  }
}
