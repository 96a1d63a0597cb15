import { isDeepStrictEqual } from 'node:util';
import type { Cancel, Clock } from '../../lib/platform/clock.js';
import type { Opened } from '../../local/rpc/server.js';
import type { VirtualAir } from '../air.js';
import type { AirChange, AirList, DeviceReport, PlaceReport } from './control.js';
import type { HubOperations } from './hub-operations.js';

/** What happens within this time is told as one change. */
const TOGETHER_MS = 50;

/**
 * Tells changes of what is on the air. It looks when packets have passed between a host and its controller,
 * when somebody came, went or was moved, and when a walk is over: nothing changes otherwise.
 */
export const watchAir = (
  air: VirtualAir,
  operations: HubOperations,
  clock: Clock,
): Opened<AirList, AirChange> => {
  const first = operations.list();
  const start = (push: (change: AirChange) => void): (() => void) => {
    let told = first;
    let cancel: Cancel | undefined;
    let cancelWalks: Cancel | undefined;
    const soon = (): void => {
      cancel ??= clock.after(TOGETHER_MS, look);
    };
    const look = (): void => {
      cancel = undefined;
      const list = operations.list();
      const change = differences(told, list);
      told = list;
      awaitWalks();
      if (change !== undefined) push(change);
    };
    const awaitWalks = (): void => {
      cancelWalks?.();
      const left = [...told.devices, ...told.absent].flatMap(({ walk }) => walk?.secondsLeft ?? []);
      cancelWalks = left.length > 0 ? clock.after(Math.min(...left) * 1000, look) : undefined;
    };
    awaitWalks();
    const stops = [air.onActivity(soon), operations.onMove(soon)];
    return () => {
      for (const stop of [...stops, cancel, cancelWalks]) stop?.();
    };
  };
  return { first, start };
};

/** Undefined: none. */
const differences = (before: AirList, now: AirList): AirChange | undefined => {
  const known = new Map(before.devices.map((device) => [device.index, lasting(device)]));
  const devices = now.devices.filter(
    (device) => !isDeepStrictEqual(known.get(device.index), lasting(device)),
  );
  const present = new Set(now.devices.map(({ index }) => index));
  const left = [...known.keys()].filter((index) => !present.has(index));
  const same = isDeepStrictEqual(before.absent.map(lasting), now.absent.map(lasting));
  if (devices.length === 0 && left.length === 0 && same) return undefined;
  return { devices, left, absent: now.absent };
};

/** Without what changes all the time on a walk. */
const lasting = ({ walk, position, ...report }: PlaceReport | DeviceReport): object => ({
  ...report,
  ...('links' in report && { links: report.links.map(({ rssi: _, ...link }) => link) }),
  place: walk === null ? position : { to: walk.to, speed: walk.speed },
});
