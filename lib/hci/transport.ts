import { PhoneKeyError } from '../errors.js';

/**
 * A host's way to one controller: whole H4 packets (type byte, header, data) both ways. Implemented by
 * the controller in this process and by a connection to the hub.
 */
export interface HciTransport {
  /** Gives a packet to the controller. Without effect once closed; never throws. */
  send(packet: Uint8Array): void;
  /** Packets from the controller, never delivered from inside `send`. Returns the unsubscriber. */
  onPacket(listener: (packet: Uint8Array) => void): () => void;
  /** Called once, when either side has closed. Returns the unsubscriber. */
  onClose(listener: () => void): () => void;
  /** True once either side has closed. */
  readonly closed: boolean;
  /** Powers the controller off: its links are lost. Closing twice is allowed. */
  close(): void;
}

const taken = new WeakSet<HciTransport>();

/**
 * Says that a host has this controller from now on: two would read each other's events.
 * @throws PhoneKeyError `usage.invalid` where one has it already
 */
export const takeController = (transport: HciTransport): void => {
  if (taken.has(transport)) {
    throw new PhoneKeyError('usage.invalid', 'this controller has a host already', {
      hint: 'Give each host stack a controller of its own.',
    });
  }
  taken.add(transport);
};

/** Adds a listener; gives the unsubscriber. */
export const addListener = <T>(listeners: Set<T>, listener: T): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** A transport whose controller can be put somewhere. */
export interface AirTransport extends HciTransport {
  /** Moves the controller; metres. */
  moveTo(x: number, y: number): void;
}
