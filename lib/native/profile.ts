import type { GattProfile } from '../link/gatt-profile.js';

export const PROTOCOL_VERSION = 1;

/**
 * The longest message either side accepts, in bytes; a longer one closes the link. The longest that is
 * sent is the list of all keys.
 */
export const MAX_MESSAGE_BYTES = 2048;

const SERVICE = '9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10';

/** The GATT service of the native dialect (docs/PROTOCOL.md, section 2). */
export const nativeProfile = {
  service: SERVICE,
  toCar: {
    uuid: '9d1f5a01-7c52-4b6e-9a43-1f0c6e2b7d10',
    properties: ['write', 'writeWithoutResponse'],
  },
  fromCar: { uuid: '9d1f5a02-7c52-4b6e-9a43-1f0c6e2b7d10', properties: ['notify'] },
  /** The protocol versions that the car speaks, a byte each. */
  info: {
    uuid: '9d1f5a03-7c52-4b6e-9a43-1f0c6e2b7d10',
    value: Uint8Array.of(PROTOCOL_VERSION),
  },
} as const satisfies GattProfile;
