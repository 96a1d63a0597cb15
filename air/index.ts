export { VirtualAir } from './air.js';
export type { VirtualAirOptions } from './air.js';
export { BtsnoopReader } from './capture/btsnoop-reader.js';
export { capturing } from './capture/capturing.js';
export type { CaptureSink } from './capture/capturing.js';
export { captureAir, monitorCapture } from './capture/monitor.js';
export type {
  AirDevice,
  AirEvent,
  AirRecord,
  CapturedRecord,
  CaptureEvent,
} from './capture/record.js';
export type { ControllerOptions, VirtualController } from './controller/controller.js';
export type { AclBuffers } from './controller/context.js';
export { AirDecoder } from './decode/air-decoder.js';
export type { AirDecoderOptions } from './decode/air-decoder.js';
export type { AttributeValue } from './decode/att-decoder.js';
export { describeEvent } from './decode/describe.js';
export type { Description } from './decode/describe.js';
export type { DecodedEvent, Party, ReportedEvent } from './decode/event.js';
export { describeHci, HciDecoder } from './decode/hci-decoder.js';
export type { HciPacket } from './decode/hci-decoder.js';
export { parseFaults } from './faults.js';
export type { AirFaults } from './faults.js';
export type { AirTransport, HciTransport } from '../lib/hci/transport.js';
export { serveH4 } from './h4-server.js';
export type { H4Server, H4ServerOptions } from './h4-server.js';
export type { ControllerSource, HostServerOptions } from './host-server.js';
export { hciSocketClass, VirtualHciSocket } from './hci-socket.js';
export { loadBleno, loadNoble } from './load.js';
export type { BlenoModule, BlenoHandle, NobleModule, NobleHandle } from './load.js';
export type { Pace } from './medium/medium.js';
export type { PathLoss, Position } from './medium/path-loss.js';
export type { Shadowing } from './medium/shadowing.js';
export type { ScanWindow } from './medium/station.js';
export { connectHub, connectOrStartHub } from './hub/connect.js';
export type { HubOptions } from './hub/connect.js';
export type * from './hub/control.js';
export { openHubControl, tapHub, watchHub } from './hub/control-client.js';
export type { HubControl, HubTap, HubWatch } from './hub/control-client.js';
export { defaultHubPath } from './hub/socket.js';
export { servePty } from './pty/pty-server.js';
export type { PtyServer, PtyServerOptions } from './pty/pty-server.js';
export type { HubSettings, SettingsInForce } from './hub/settings.js';
export type { AirListener } from './tap.js';
export type { SimCentral, SimCentralOptions } from './sim/central.js';
export type { ConnectionOptions } from './sim/parameters.js';
export type { SimPeripheral, SimPeripheralOptions } from './sim/peripheral.js';
