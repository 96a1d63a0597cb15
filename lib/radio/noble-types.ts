import type { Emitter } from './operation.js';
import type { Stack } from './stack.js';

/**
 * The part of @abandonware/noble that the adapter uses. Only the calls without callback: noble's
 * callbacks and promises never settle on an ATT error or a disconnection, and leave listeners behind.
 * (The package's own types lack `state`, among others.)
 */
export interface Noble extends Stack {
  /** Answered by 'scanStart'; throws unless powered on. */
  startScanning(serviceUuids: string[], allowDuplicates: boolean): void;
  /** Answered by 'scanStop'. */
  stopScanning(): void;
  /**
   * Makes a service of a connected device known without looking for it; in vain where noble does not run
   * its own host. The package's types lack it.
   */
  addService?(
    peripheralId: string,
    service: { readonly uuid: string; readonly startHandle: number; readonly endHandle: number },
  ): NobleService;
}

export interface NoblePeripheral extends Emitter {
  /** The address without colons, where noble runs its own host. */
  readonly id: string;
  /** dBm. */
  readonly rssi: number;
  /** Null until the first exchange of MTUs; kept from one connection to the next. */
  readonly mtu: number | null;
  /** Of the connection. */
  readonly state: 'error' | 'connecting' | 'connected' | 'disconnecting' | 'disconnected';
  /** What was heard of it; UUIDs without dashes. */
  readonly advertisement: {
    readonly localName?: string | undefined;
    readonly serviceUuids?: readonly string[];
    readonly serviceData?: readonly { readonly uuid: string; readonly data: Uint8Array }[];
  };
  /** Answered by 'connect' (error?). */
  connect(): void;
  /** Emits 'connect' with an error at once, and again when the controller has given up. */
  cancelConnect(): void;
  /** Answered by 'disconnect' (HCI reason); throws where no connection is known. */
  disconnect(): void;
  /** Of the last discovery, and those that were added since. */
  services: NobleService[] | null;
  /** Answered by 'servicesDiscover' (services). */
  discoverServices(uuids: string[]): void;
  /** Answered by 'handleWrite' with the handle appended, in decimal digits; never on an ATT error. */
  writeHandle(handle: number, data: Buffer, withoutResponse: boolean): void;
}

export interface NobleService extends Emitter {
  /** 4 or 32 hex digits without dashes. */
  readonly uuid: string;
  /**
   * Answered by 'characteristicsDiscover' (characteristics); before that, where noble runs its own host, by
   * 'characteristicsDiscovered' (declarations, also those of other characteristics).
   */
  discoverCharacteristics(uuids: string[]): void;
}

export interface NobleCharacteristic extends Emitter {
  /** 4 or 32 hex digits without dashes. */
  readonly uuid: string;
  /** `read`, `write`, `writeWithoutResponse`, `notify` and so on. */
  readonly properties: readonly string[];
  /** Answered by 'write': at once without response, never on an ATT error. */
  write(data: Buffer, withoutResponse: boolean): void;
  /** Answered by 'notify'; never, where the characteristic cannot notify. */
  subscribe(): void;
}

/** A loaded noble. `close` frees everything it holds. */
export interface LoadedNoble {
  /** The stack, or what behaves as it does. */
  readonly noble: Noble;
  /** Called once, when the central is closed. */
  close(): void | Promise<void>;
}
