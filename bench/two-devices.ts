import type { Worker } from './measure.js';

/**
 * A central and a peripheral that are linked without air time, to be measured; each call works for about
 * `ms` milliseconds and gives what it did in a second. Whatever the stack, the same is measured:
 *
 * - connects: connect, exchange the ATT_MTU, disconnect, until both sides know that each has happened.
 *   The peripheral advertises again at once, and no advertising interval is waited for.
 * - round trips: a Write Request of 32 bytes, upon which the peripheral's application notifies the same
 *   bytes; one after the other, each until the write is answered and the notification is there.
 * - bytes: Write Commands of 253 bytes, 64 at a time, until the peripheral's application has them all.
 */
export interface TwoDevices<What extends Measured = 'round_trips'> extends Worker<What> {
  close(): Promise<void>;
}

export const MEASURED = ['connects', 'round_trips', 'bytes'] as const;
export type Measured = (typeof MEASURED)[number];

/** The numbers above, the buffers that the controllers of both have, and the UUIDs. */
export const SETUP = {
  mtu: 256,
  roundTripBytes: 32,
  chunkBytes: 253,
  batch: 64,
  aclBuffers: { length: 251, count: 8 },
  service: '181b0000c0ffee00b1e55ed000000000',
  written: '181b0001c0ffee00b1e55ed000000000',
  notified: '181b0002c0ffee00b1e55ed000000000',
};
