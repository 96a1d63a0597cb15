import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { PhoneKeyError } from '../../errors.js';
import { addListener } from '../../hci/transport.js';
import type { HciTransport } from '../../hci/transport.js';

/** What is used of @abandonware/bluetooth-hci-socket. */
interface HciSocket extends EventEmitter {
  bindUser(deviceId?: number): number;
  bindRaw(deviceId: number): number;
  isDevUp(): boolean;
  start(): void;
  stop(): void;
  write(packet: Buffer): void;
}

/** A socket says nothing of an adapter that was pulled out. */
const LOOK_MS = 1000;

/**
 * This machine's own adapter, on Linux, for one host alone: the kernel keeps off it (HCI_CHANNEL_USER), so it
 * must be off in the kernel's eyes, and nothing else may use it. Takes the first such adapter, or the one that
 * BLENO_HCI_DEVICE_ID names, as bleno does.
 * @throws PhoneKeyError `radio.unavailable` where the adapter is in use; else whatever the package throws, which
 *   `openHciPeripheral` translates
 */
export const systemHci = async (): Promise<HciTransport> => {
  const require = createRequire(import.meta.url);
  const Socket = require('@abandonware/bluetooth-hci-socket') as new () => HciSocket;
  const socket = new Socket();
  const { BLENO_HCI_DEVICE_ID: wanted } = process.env;
  // The kernel tells how the adapter is over sockets of the other kind alone.
  const looking = new Socket();
  try {
    looking.bindRaw(socket.bindUser(wanted === undefined ? undefined : Number(wanted)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    throw new PhoneKeyError('radio.unavailable', 'the adapter is in use', {
      cause: error,
      hint: 'This host wants it for itself: sudo systemctl stop bluetooth; sudo hciconfig hci0 down.',
    });
  }
  return transportOver(socket, () => looking.isDevUp());
};

const transportOver = (socket: HciSocket, isThere: () => boolean): HciTransport => {
  const packetListeners = new Set<(packet: Uint8Array) => void>();
  const closeListeners = new Set<() => void>();
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    clearInterval(looking);
    socket.stop();
    for (const listener of closeListeners) listener();
    closeListeners.clear();
    packetListeners.clear();
  };
  const looking = setInterval(() => {
    if (!isThere()) close();
  }, LOOK_MS).unref();
  socket.on('error', close);
  socket.on('data', (packet: Buffer) => {
    for (const listener of [...packetListeners]) listener(packet);
  });
  socket.start();
  return {
    send: (packet) => {
      if (!closed) socket.write(Buffer.from(packet));
    },
    onPacket: (listener) => addListener(packetListeners, listener),
    onClose: (listener) => addListener(closeListeners, listener),
    get closed() {
      return closed;
    },
    close,
  };
};
