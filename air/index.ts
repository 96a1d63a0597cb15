export * from './sim/index.js';
export { VirtualAir } from './air.js';
export type { VirtualAirOptions } from './air.js';
export { BtsnoopReader } from './capture/btsnoop-reader.js';
export { capturing } from './capture/capturing.js';
export type { CaptureSink } from './capture/capturing.js';
export { captureAir, monitorCapture } from './capture/monitor.js';
export type {
  AirDevice,
  AirEvent,
  AirFound,
  AirRecord,
  CapturedRecord,
  CaptureEvent,
  FoundLink,
  FoundSet,
} from './capture/record.js';
export type { ControllerOptions, VirtualController } from './controller/controller.js';
export type { Controller, PartsOptions } from './controller/parts.js';
export { AirDecoder } from './decode/air-decoder.js';
export type { AirDecoderOptions } from './decode/air-decoder.js';
export type { AttributeValue } from './decode/att-decoder.js';
export { describeEvent } from './decode/describe.js';
export type { Description } from './decode/describe.js';
export type * from './decode/event.js';
export type { AdvertisingData } from './decode/advertising-data.js';
export type { End } from './decode/att-decoder.js';
export type { FollowedParameters, LinkChange } from './decode/link-events.js';
export type { Fields, FieldValue } from './decode/fields.js';
export type { UuidNames } from './decode/uuids.js';
export type { Direction } from './capture/btsnoop.js';
export { describeHci, HciDecoder } from './decode/hci-decoder.js';
export type { HciPacket, ToldPdu } from './decode/hci-decoder.js';
export type { PacketContent } from './decode/hci-events.js';
export { parseFaults } from './faults.js';
export type { AirTransport, HciTransport } from '../lib/hci/transport.js';
export { serveH4, serveH4Socket } from './h4-server.js';
export type {
  H4Options,
  H4Server,
  H4ServerOptions,
  H4SocketOptions,
  H4SocketServer,
} from './h4-server.js';
export type { HostConnectionOptions } from './h4-connection.js';
export type { ControllerSource, HostServer, HostServerOptions } from './host-server.js';
export { hciSocketClass, VirtualHciSocket } from './hci-socket.js';
export { loadBleno, loadNoble } from './load.js';
export type { BlenoModule, BlenoHandle, LoadOptions, NobleModule, NobleHandle } from './load.js';
export { connectHub, connectOrStartHub } from './hub/connect.js';
export type { HubOptions } from './hub/connect.js';
export type {
  AirChange,
  AirList,
  DeviceReport,
  HubInfo,
  LinkReport,
  MoveReport,
  MoveRequest,
  PlaceReport,
} from './hub/control.js';
export { openHubControl, tapHub, watchHub } from './hub/control-client.js';
export type { Subscription } from '../local/rpc/client.js';
export type { HubControl, HubTap, HubWatch } from './hub/control-client.js';
export { defaultHubPath } from './hub/socket.js';
export { servePty } from './pty/pty-server.js';
export type { PtyServer, PtyServerOptions } from './pty/pty-server.js';
export type { HubSettings, SettingsInForce } from './hub/settings.js';
export type { AirListener } from './tap.js';
