/**
 * A car's connection to the cloud, as lib/cloud/peripheral.ts uses it and the package `cloud` implements it over MQTT
 * (cloud/broker/car.ts). It reconnects by itself; what is sent while it is down is lost, as on a radio.
 */
export interface CarChannel {
  /** Begins to connect, and goes on until `close`; resolves at once. */
  start(handlers: CarChannelHandlers): void;
  /** What the car advertises from now on; told again after each reconnection. */
  advertise(advertises: readonly ServiceAdvertisement[]): void;
  /** A frame to the phone at the other end of a link. Never throws; lost where the cloud is away. */
  send(link: string, frame: Uint8Array): void;
  /** The object of this id is durable in the car. */
  confirm(object: string): void;
  /** Is sent again until the cloud has kept it; of more than 64 that wait the oldest are dropped. */
  report(report: CommandReport): void;
  /** Ends the connection for good, and says so to the cloud. */
  close(): Promise<void>;
}

/** Who a channel tells what comes. */
export interface CarChannelHandlers {
  /** A frame of the phone at the other end of a link, 16 hex digits. Must not throw. */
  frame(link: string, frame: Uint8Array): void;
  /** A signed object (a part of a revocation list); may come again until it is confirmed. Must not throw. */
  object(object: string, bytes: Uint8Array): void;
  /** It came up, or went down; all links are over when it goes down. */
  connected(connected: boolean): void;
}

/** What a car advertises for one service: 128-bit UUID in lower case with dashes, and hex. */
export interface ServiceAdvertisement {
  /** Of the service. */
  readonly uuid: string;
  /** The service's data as hex; empty where it has none. */
  readonly data: string;
}

/** What became of a command that came through the cloud; the log of the car has it. */
export interface CommandReport {
  /** The link that it came by, 16 hex digits. */
  readonly link: string;
  /** Its name, such as `unlock`. */
  readonly command: string;
  /** 16 hex digits; undefined where it had none. */
  readonly commandId?: string;
  /** `done`, or the refusal. */
  readonly outcome: string;
}
