/**
 * The service's side of the links to the cars, over MQTT 3.1.1. Topics, where CAR is a car's id and LINK 16 hex digits:
 *
 *   phonekey/1/CAR/presence       car to cloud, retained, its last will too: JSON, Presence
 *   phonekey/1/CAR/link/LINK/down cloud to car, QoS 0: a frame of the phone, as it came
 *   phonekey/1/CAR/link/LINK/up   car to cloud, QoS 0: a frame of the car; empty: there is no such link
 *   phonekey/1/CAR/object/ID      cloud to car, QoS 1: a signed object
 *   phonekey/1/CAR/confirm        car to cloud, QoS 1: the ID of an object that it has; durable
 *   phonekey/1/CAR/report         car to cloud, QoS 1: JSON, Report; sent again until it is in `reported`
 *   phonekey/1/CAR/reported       cloud to car, QoS 1: the number of a report that is durable
 *
 * Frames are opaque: they belong to lib/cloud. Frames have QoS 0, so that none is kept for a car that is away.
 */
export interface Broker {
  /** Called in order for each car; must not throw. Set before `start`. */
  onCar: (car: string, message: FromCar) => void;
  /** Resolves when the service is connected, or after 3 s without; it goes on to try. */
  start(): Promise<void>;
  /** What cars connect to, as they are told when they register. */
  readonly carUrl: string;
  /** Whether the service is connected to it now. */
  readonly connected: boolean;
  /** @throws BrokerAway (`temporary`): not sent, or nobody knows */
  toCar(car: string, message: ToCar): Promise<void>;
  /** A car may connect with this from now on (for brokers that know cars by accounts of their own). */
  admitCar(car: string, secret: string): Promise<void>;
  /** Ends its connection and forgets its presence. Where the store says who may connect, it must not know the car any more. */
  removeCar(car: string): Promise<void>;
  close(): Promise<void>;
}

export type FromCar =
  | { readonly type: 'presence'; readonly presence: Presence }
  | { readonly type: 'frame'; readonly link: string; readonly frame: Uint8Array }
  | { readonly type: 'confirm'; readonly object: string }
  | { readonly type: 'report'; readonly report: Report };

export type ToCar =
  | { readonly type: 'frame'; readonly link: string; readonly frame: Uint8Array }
  | { readonly type: 'object'; readonly object: string; readonly bytes: Uint8Array }
  | { readonly type: 'reported'; readonly report: string };

/** What a car says when it comes and whenever that changes; its last will is `{ online: false }`. */
export type Presence =
  | { readonly online: false }
  /** Each: what it advertises for one service: UUID, and the service's data as hex. */
  | { readonly online: true; readonly advertises: readonly { uuid: string; data: string }[] };

/** What became of a command that came through the cloud. */
export interface Report {
  /** Unique for the car; see NewLogEntry. */
  readonly report: string;
  /** The link that it came by. */
  readonly link: string;
  readonly command: string;
  /** 16 hex digits; undefined where it had none. */
  readonly commandId?: string;
  readonly outcome: string;
}
