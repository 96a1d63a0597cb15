import type { AirList, DeviceReport, PlaceReport } from '../../air/index.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { table } from '../io/table.js';
import { withControl } from './control.js';
import { describePosition, describeSettings, metresPerSecond, plain } from './words.js';

/** Shows what is on the air, and where what is away will be when it comes. */
export const listAir = async (context: Context): Promise<ExitCode> => {
  const list = await withControl(context, (control) => control.list());
  context.output.result(list, [describeSettings(list), ...table(rows(list))]);
  return EXIT.ok;
};

const rows = ({ devices, absent }: AirList): string[][] => {
  const names = new Map(devices.map(({ index, label, address }) => [index, label || address]));
  return [
    ['NAME', 'PLACE', 'POWER', 'RADIO', 'ADDRESS', 'LINKS'],
    ...devices.map((device) => [
      plain(device.label) || '-',
      place(device),
      `${String(device.txPower)} dBm`,
      radio(device),
      device.address,
      device.links
        .map(({ peer, address, rssi }) => {
          return `${plain(names.get(peer) ?? address)} at ${String(rssi)} dBm`;
        })
        .join(', ') || '-',
    ]),
    ...absent.map((away) => [plain(away.label), place(away), '-', 'absent', '-', '-']),
  ];
};

const place = ({ position, walk }: PlaceReport): string =>
  walk === null
    ? describePosition(position)
    : `${describePosition(position)} to ${describePosition(walk.to)} at ${metresPerSecond(walk.speed)}`;

const radio = ({ advertising, scanning, initiating }: DeviceReport): string =>
  [advertising && 'advertising', scanning && 'scanning', initiating && 'connecting']
    .filter((word) => word !== false)
    .join(', ') || 'quiet';
