export type * from '../common.js';
export { openHciPeripheral } from './host/peripheral.js';
export type { HciPeripheralOptions } from './host/peripheral.js';
export { systemHci } from './loader/system-hci.js';
export type { HciTransport } from '../hci/transport.js';
