import type { Position } from '../medium/path-loss.js';
import type { SettingsInForce } from './settings.js';

/** What a person beside the air can ask of its hub, and what it answers: all of it is JSON. */

export interface HubInfo extends SettingsInForce {
  /** Controllers on the air. */
  readonly devices: number;
}

/** What is on the air, and where what is away will be when it comes. */
export interface AirList extends SettingsInForce {
  readonly devices: readonly DeviceReport[];
  readonly absent: readonly PlaceReport[];
}

/**
 * What has become otherwise on the air, by itself or because somebody moved it. Where something is on
 * its walk, and how strongly it hears others meanwhile, is no change.
 */
export interface AirChange {
  /** Those that have come, and those of which something has changed: as they are now. */
  readonly devices: readonly DeviceReport[];
  /** The indices of those that have gone. */
  readonly left: readonly number[];
  /** All that are away, as they are now. */
  readonly absent: readonly PlaceReport[];
}

/** The list as the change makes it. */
export const withChange = (list: AirList, { devices, left, absent }: AirChange): AirList => {
  const other = new Set([...left, ...devices.map(({ index }) => index)]);
  const kept = list.devices.filter(({ index }) => !other.has(index));
  return {
    ...list,
    devices: [...kept, ...devices].sort((a, b) => a.index - b.index),
    absent,
  };
};

/** Metres are given to a thousandth, seconds to a tenth. */
export interface PlaceReport {
  /** A name for people, as its program gave it: any characters. */
  readonly label: string;
  readonly position: Position;
  /** Null when it stands still. */
  readonly walk: WalkReport | null;
}

export interface WalkReport {
  readonly to: Position;
  /** Metres in a second. */
  readonly speed: number;
  readonly secondsLeft: number;
}

export interface DeviceReport extends PlaceReport {
  readonly index: number;
  /** The public device address, aa:bb:cc:dd:ee:ff. */
  readonly address: string;
  /** dBm. */
  readonly txPower: number;
  readonly advertising: boolean;
  readonly scanning: boolean;
  /** It waits for a peer to connect to. */
  readonly initiating: boolean;
  readonly links: readonly LinkReport[];
}

export interface LinkReport {
  readonly role: 'central' | 'peripheral';
  /** The peer's index. */
  readonly peer: number;
  /** The peer's address as it is used on the link. */
  readonly address: string;
  /** dBm at which this device hears its peer. */
  readonly rssi: number;
}

/** Metres in a second. */
export const SPEED_RANGE = { min: 0.001, max: 1000 } as const;

export interface MoveRequest {
  /** The label or the address of who is to move. */
  readonly who: string;
  readonly to: Position;
  /** Metres in a second, within SPEED_RANGE (default: at once). */
  readonly speed?: number | undefined;
}

export interface MoveReport {
  readonly label: string;
  /** Null: it is away, and will be there when it comes. */
  readonly address: string | null;
  /** Null: nobody knows where it was. */
  readonly from: Position | null;
  readonly to: Position;
  /** Until it is there; 0 for at once. */
  readonly seconds: number;
}
