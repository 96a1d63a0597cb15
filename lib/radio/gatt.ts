/** The phonekey GATT service (docs/PROTOCOL.md, section 2). 128-bit UUIDs, lower case. */
export const SERVICE_UUID = '9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10';
/** Phone to car: write, write without response. */
export const TO_CAR_UUID = '9d1f5a01-7c52-4b6e-9a43-1f0c6e2b7d10';
/** Car to phone: notify. */
export const FROM_CAR_UUID = '9d1f5a02-7c52-4b6e-9a43-1f0c6e2b7d10';
/** What the car speaks: read. */
export const INFO_UUID = '9d1f5a03-7c52-4b6e-9a43-1f0c6e2b7d10';

/** A UUID as noble and bleno write it: 32 hex digits without dashes. */
export const bareUuid = (uuid: string): string => uuid.replaceAll('-', '');
