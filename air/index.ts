export { VirtualAir, type VirtualAirOptions } from './air.js';
export { capturing, type CaptureSink } from './capture/capturing.js';
export type { ControllerOptions, VirtualController } from './controller/controller.js';
export type { AclBuffers } from './controller/connections.js';
export { parseFaults, type AirFaults } from './faults.js';
export type { AirTransport, HciTransport } from './hci/transport.js';
export {
  serveH4,
  type ControllerSource,
  type H4Server,
  type H4ServerOptions,
} from './h4-server.js';
export { hciSocketClass, VirtualHciSocket } from './hci-socket.js';
export {
  loadBleno,
  loadNoble,
  type Bleno,
  type BlenoHandle,
  type Noble,
  type NobleHandle,
} from './load.js';
export type { Pace } from './medium/medium.js';
export type { PathLoss, Position } from './medium/path-loss.js';
export type { Shadowing } from './medium/shadowing.js';
export type { ScanWindow } from './medium/station.js';
export { connectHub, connectOrStartHub, type HubOptions } from './hub/connect.js';
export { defaultHubPath } from './hub/path.js';
export type { SimCentral, SimCentralOptions } from './sim/central.js';
export type { ConnectionOptions } from './sim/parameters.js';
export type { SimPeripheral, SimPeripheralOptions } from './sim/peripheral.js';
