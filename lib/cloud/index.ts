/** `phonekey/cloud`: a cloud as a radio, for phones and cars, and its HTTP API. It holds nothing that opens a car. */
export type * from '../common.js';
export { PhoneKeyError } from '../errors.js';
export { systemClock } from '../platform/clock.js';
export type { JsonObject } from '../platform/json.js';
export { CLOUD_SCOPES } from './answers.js';
export type {
  CarRegistration,
  CloudCar,
  CloudLogEntry,
  CloudObject,
  CloudScope,
  CloudToken,
  NewCloudToken,
} from './answers.js';
export type * from './car-channel.js';
export { CLOUD_RSSI, cloudCentral } from './central.js';
export type { CloudCentralOptions, CloudRelay } from './central.js';
export { CloudClient, registerCar } from './client.js';
export type {
  CloudCredentials,
  CloudHappening,
  GrantForAccount,
  LogPageOptions,
  NewTokenOptions,
} from './client.js';
export type { CloudCallOptions, CloudHttpOptions } from './http.js';
export type { LinkStream, LinkStreamHandlers } from './link-stream.js';
export { cloudPeripheral } from './peripheral.js';
export type { CloudPeripheralOptions } from './peripheral.js';
