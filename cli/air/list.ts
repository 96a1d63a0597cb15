import { isDeepStrictEqual } from 'node:util';
import { watchHub } from '../../air/hub/control-client.js';
import { withChange } from '../../air/hub/control.js';
import type { AirChange, AirList, DeviceReport, PlaceReport } from '../../air/index.js';
import type { Context } from '../context.js';
import { follow } from '../io/follow.js';
import { table } from '../io/table.js';
import { withControl } from './control.js';
import { airEnded, describePosition, describeSettings, metresPerSecond, plain } from './words.js';

/**
 * Shows what is on the air, and where what is away will be when it comes; with `watch` goes on to tell what
 * becomes otherwise.
 */
export const listAir = async (
  context: Context,
  { watch }: { readonly watch?: true | undefined },
): Promise<void> => {
  const { host, output, paths } = context;
  const show = (list: AirList): void =>
    output.result(list, [describeSettings(list), ...table([HEADER, ...rows(list)])]);
  if (watch !== true) {
    show(await withControl(context, (control) => control.list()));
    return;
  }
  const watched = await watchHub(paths.hub);
  show(watched.first);
  let list = watched.first;
  const tell = (change: AirChange): void => {
    const gone = list.devices.filter(({ index }) => change.left.includes(index));
    const absent = change.absent.filter(
      (place) => !list.absent.some((before) => isDeepStrictEqual(place, before)),
    );
    list = withChange(list, change);
    const left = gone.map(({ label, address }) => `${plain(label) || address} has left`);
    output.result(change, [...left, ...table(rows(list, change.devices, absent))]);
  };
  return follow(host.interrupt.whileRead(), watched, tell, airEnded);
};

const HEADER = ['NAME', 'PLACE', 'POWER', 'RADIO', 'ADDRESS', 'ADVERTISED', 'LINKS'];

/** Of these devices and places of the list (default: all). */
const rows = ({ devices, absent: away }: AirList, shown = devices, absent = away): string[][] => {
  const names = new Map(devices.map(({ index, label, address }) => [index, label || address]));
  return [
    ...shown.map((device) => [
      plain(device.label) || '-',
      place(device),
      `${String(device.txPower)} dBm`,
      radio(device),
      device.address,
      advertised(device),
      device.links
        .map(({ peer, address, rssi }) => {
          return `${plain(names.get(peer) ?? address)} at ${String(rssi)} dBm`;
        })
        .join(', ') || '-',
    ]),
    ...absent.map((away) => [plain(away.label), place(away), '-', 'absent', '-', '-', '-']),
  ];
};

const place = ({ position, walk }: PlaceReport): string =>
  walk === null
    ? describePosition(position)
    : `${describePosition(position)} to ${describePosition(walk.to)} at ${metresPerSecond(walk.speed)}`;

/** The name that its host gives it, and the addresses under which others see it. */
const advertised = ({ advertised: { name, addresses } }: DeviceReport): string =>
  [...(name === null ? [] : [plain(name)]), ...addresses].join(', ') || '-';

const radio = ({ advertising, scanning, initiating }: DeviceReport): string =>
  [advertising && 'advertising', scanning && 'scanning', initiating && 'connecting']
    .filter((word) => word !== false)
    .join(', ') || 'quiet';
