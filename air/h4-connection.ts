import type { Socket } from 'node:net';
import { silentLogger } from '../lib/platform/logger.js';
import type { Logger } from '../lib/platform/logger.js';
import { HardwareError } from '../lib/hci/constants.js';
import { HardwareErrorEvent } from '../lib/hci/events/general.js';
import { H4Decoder, H4Error } from '../lib/hci/h4.js';
import { takeController } from '../lib/hci/transport.js';
import type { HciTransport } from '../lib/hci/transport.js';
import { HostWriter } from './host-writer.js';

/** How long a host whose stream was refused may take to close before it is cut off. */
const LAST_WORDS_MS = 1000;

/** How a host and its controller are joined. */
export interface HostConnectionOptions {
  /** Is told of malformed streams. */
  readonly logger?: Logger;
  /** Data packets that the controller takes at a time (default 1). */
  readonly buffers?: number;
  /** Called for each packet of the host. */
  readonly onPacket?: () => void;
}

/**
 * Joins a host's byte stream to a controller, H4 both ways (Vol 4 Part A). When either side closes, so
 * does the other; the controller's is power-off. H4 has no way back into step: a stream with an unknown
 * packet type or length is answered by a Hardware Error event, logged, and ended. A packet that is
 * framed well and wrong inside is the controller's to answer, and the connection goes on.
 */
export const attachHost = (
  socket: Socket,
  controller: HciTransport,
  { logger = silentLogger, buffers = 1, onPacket }: HostConnectionOptions = {},
): void => {
  takeController(controller);
  const decoder = new H4Decoder();
  const writer = new HostWriter(socket, buffers);
  let refused = false;

  const refuse = ({ message }: H4Error): void => {
    refused = true;
    logger.warn('malformed H4 stream from a host', { reason: message });
    controller.close();
    writer.flush();
    endHost(socket, HardwareError.outOfStep);
  };

  controller.onPacket((packet) => {
    writer.write(packet);
  });
  controller.onClose(() => {
    if (!refused) socket.destroy();
  });
  socket.on('data', (chunk: Buffer) => {
    if (refused) return;
    try {
      for (const packet of decoder.push(chunk)) {
        onPacket?.();
        controller.send(packet);
      }
    } catch (error) {
      if (!(error instanceof H4Error)) throw error;
      refuse(error);
    }
  });
  // What 'error' says, 'close' follows; a host that was killed is nothing to report.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    controller.close();
  });
};

/** Ends a host's connection with a Hardware Error event; what the host still says is not listened to. */
export const endHost = (socket: Socket, code: number): void => {
  // Not destroyed at once: with bytes of the host unread, the event might not reach it.
  socket.end(HardwareErrorEvent.packet({ code }));
  socket.resume();
  const cutOff = setTimeout(() => socket.destroy(), LAST_WORDS_MS);
  socket.on('close', () => {
    clearTimeout(cutOff);
  });
};
