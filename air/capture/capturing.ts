import type { HciTransport } from '../../lib/hci/transport.js';
import { btsnoopHeader, btsnoopRecord } from './btsnoop.js';
import type { Direction } from './btsnoop.js';

/** Takes a capture, whole records at a time. Must not throw: hosts rely on a transport that does not. */
export interface CaptureSink {
  /** The next bytes of a btsnoop file: its header of 16 bytes first, then a record at a time. */
  write(bytes: Uint8Array): void;
}

/** Milliseconds since 1970, with fractions; unlike the time of day it never goes back. */
export const preciseWallTime = (): number => performance.timeOrigin + performance.now();

/**
 * The same transport, with a copy of what goes over it, as a btsnoop file, to `sink`. Adds nothing to
 * the traffic and changes none of it; each packet is recorded once, before it is delivered.
 * @param wallTime milliseconds since 1970 (default: the machine's)
 */
export const capturing = (
  transport: HciTransport,
  sink: CaptureSink,
  wallTime: () => number = preciseWallTime,
): HciTransport => {
  const record = (packet: Uint8Array, direction: Direction): void => {
    sink.write(btsnoopRecord(packet, direction, wallTime()));
  };
  sink.write(btsnoopHeader());
  transport.onPacket((packet) => {
    record(packet, 'received');
  });
  return {
    send(packet) {
      if (!transport.closed) record(packet, 'sent');
      transport.send(packet);
    },
    onPacket: (listener) => transport.onPacket(listener),
    onClose: (listener) => transport.onClose(listener),
    get closed() {
      return transport.closed;
    },
    close() {
      transport.close();
    },
  };
};
