/** `phonekey/air/sim`: an air of direct links, without controllers and HCI. Runs in a browser too. */
export type * from '../../lib/common.js';
export { SimAir } from './air.js';
export type { SimAirOptions } from './air.js';
export type { SimCentral, SimCentralOptions } from './central.js';
export type { SimStation } from './station.js';
export type { ConnectionOptions } from './parameters.js';
export type { SimPeripheral, SimPeripheralOptions } from './peripheral.js';
export type { ConnectionRole } from '../../lib/hci/constants.js';
export type { AclBuffers } from '../controller/context.js';
export type { AirFaults } from '../faults.js';
export type { Faults } from '../medium/faults.js';
export type { MediumOptions, Pace, Placed, Placement } from '../medium/medium.js';
export type { PathLoss, Position } from '../medium/path-loss.js';
export type { Shadowing } from '../medium/shadowing.js';
export type { ScanWindow } from '../medium/station.js';
