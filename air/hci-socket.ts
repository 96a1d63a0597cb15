import { EventEmitter } from 'node:events';
import type { HciTransport } from '../lib/hci/transport.js';

/**
 * A stand-in for the class that @abandonware/bluetooth-hci-socket exports, over one transport. Emits
 * `data` with a Buffer of one H4 packet. Nothing here throws: hosts also write from exit handlers.
 */
export class VirtualHciSocket extends EventEmitter {
  readonly #transport: HciTransport;
  #channel: 'none' | 'hci' | 'control' = 'none';
  #unsubscribe: (() => void) | undefined;

  constructor(transport: HciTransport) {
    super();
    this.#transport = transport;
  }

  /** Returns the device id: there is one device, and it has the id that is asked for. */
  bindRaw(deviceId = 0): number {
    this.#channel = 'hci';
    return deviceId;
  }

  /** As `bindRaw`: the kernel has no hold on this device anyway. */
  bindUser(deviceId = 0): number {
    return this.bindRaw(deviceId);
  }

  /** The management channel of the Linux kernel: there is none, and what is written goes nowhere. */
  bindControl(): void {
    this.#channel = 'control';
  }

  /** False once the transport is closed. */
  isDevUp(): boolean {
    return !this.#transport.closed;
  }

  /** One adapter, as the native module describes it. */
  getDeviceList() {
    const unknown = { idVendor: null, idProduct: null, busNumber: null, deviceAddress: null };
    return [{ devId: 0, devUp: this.isDevUp(), ...unknown }];
  }

  /** The kernel filters to spare its readers work; the hosts sort packets out themselves. */
  setFilter(): void {
    return;
  }

  /** Emits `data` from now on, where an HCI channel is bound. */
  start(): void {
    if (this.#channel !== 'hci' || this.#unsubscribe !== undefined) return;
    this.#unsubscribe = this.#transport.onPacket((packet) => {
      const { buffer, byteOffset, byteLength } = packet;
      this.emit('data', Buffer.from(buffer, byteOffset, byteLength));
    });
  }

  /** Emits no more until the next `start`. */
  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Gives one H4 packet, type byte first, to the controller; on the control channel to nobody. */
  write(packet: Uint8Array): void {
    if (this.#channel === 'hci') this.#transport.send(packet);
  }

  /** Does nothing: hosts send the HCI command Reset themselves. */
  reset(): void {
    return;
  }

  /** As `stop`. */
  cleanup(): void {
    this.stop();
  }
}

/** The class to hand to a host stack, which constructs it without arguments. */
export const hciSocketClass = (transport: HciTransport): new () => VirtualHciSocket =>
  class extends VirtualHciSocket {
    constructor() {
      super(transport);
    }
  };
