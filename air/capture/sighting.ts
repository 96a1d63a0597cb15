import type { AirDevice, AirRecord } from './record.js';

/** What a tap of an air or a capture gives, in order; times in milliseconds since 1970. */
export type AirSighting =
  /** A controller, before its first record. Captures of one controller do not introduce it. */
  | { readonly type: 'came'; readonly device: AirDevice; readonly time: number }
  | { readonly type: 'record'; readonly record: AirRecord }
  | { readonly type: 'left'; readonly device: AirDevice; readonly time: number };
