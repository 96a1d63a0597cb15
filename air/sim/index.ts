/** `phonekey/air/sim`: an air of direct links, without controllers and HCI. Runs in a browser too. */
export { SimAir } from './air.js';
export type { SimAirOptions } from './air.js';
export type { SimCentral, SimCentralOptions } from './central.js';
export type { ConnectionOptions } from './parameters.js';
export type { SimPeripheral, SimPeripheralOptions } from './peripheral.js';
export type { AirFaults } from '../faults.js';
export type { Pace } from '../medium/medium.js';
export type { PathLoss, Position } from '../medium/path-loss.js';
export type { Shadowing } from '../medium/shadowing.js';
export type { ScanWindow } from '../medium/station.js';
