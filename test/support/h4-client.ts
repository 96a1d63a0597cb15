import { once } from 'node:events';
import { toHex } from '../../lib/platform/bytes.js';
import { closeSync, constants, openSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import { H4Decoder } from '../../lib/hci/h4.js';
import type { Shape } from '../../lib/hci/layout.js';
import type { HciCommand } from '../../lib/hci/packet.js';
import { bytes, completed, filled } from './hci-packets.js';
import type { Given } from './hci-packets.js';
import { SetEventMask } from '../../lib/hci/commands/host-control.js';

/** A host that is nothing but a TCP connection or a serial port; packets in hex. */
export class H4Client {
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  readonly #packets: string[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const decoder = new H4Decoder();
    socket.on('data', (chunk: Buffer) => {
      for (const packet of decoder.push(chunk)) this.#packets.push(toHex(packet));
      this.#look();
    });
    this.closed = new Promise((resolve) => socket.on('close', resolve)).then(() => {
      this.#ended = true;
      this.#look();
    });
  }

  /** To a port of this machine, or the path of a Unix socket. */
  static async connect(to: number | string): Promise<H4Client> {
    const socket = typeof to === 'number' ? connect(to, '127.0.0.1') : connect(to);
    await once(socket, 'connect');
    return new H4Client(socket);
  }

  /** The slave of a pseudo-terminal, as it is: no mode is set. */
  static openSerial(path: string): H4Client {
    const file = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    const port = new ReadStream(file);
    closeSync(file); // the stream has opened it once more
    port.on('error', () => undefined); // a hang-up
    return new H4Client(port);
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Fields that are not given are zeros. */
  command<P extends Shape>(declared: HciCommand<P>, parameters: Given<P> = {}): void {
    this.send(declared.packet(filled(declared.parameters, parameters)));
  }

  /** Lets the events of LE through, which after a reset are masked. */
  async enableEvents(): Promise<void> {
    this.command(SetEventMask, { mask: bytes('ffffffffffffff3f') });
    await this.until(new RegExp(`^${completed(SetEventMask)}`));
  }

  /** Takes packets off until one matches, and gives that; rejects when the connection ends before. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet !== undefined && pattern.test(packet)) return packet;
      if (packet !== undefined) continue;
      if (this.#ended) throw new Error(`closed without ${String(pattern)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #look(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
