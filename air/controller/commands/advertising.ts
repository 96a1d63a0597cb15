import { MAX_ADVERTISING_DATA, Opcode } from '../../../lib/hci/constants.js';
import { MAX_ADVERTISING_SETS } from '../advertising/extended-advertising.js';
import { command, extended, legacy, read } from './command.js';

const MAX_PARAMETERS = 255;

/** Commands of both families by which a host advertises. */
export const ADVERTISING_COMMANDS = [
  command(
    Opcode.leSetAdvertisingParameters,
    [25, 5],
    15,
    (c, p) => c.legacyAdvertising.setParameters(p),
    legacy,
  ),
  read(
    Opcode.leReadAdvertisingTxPower,
    [25, 6],
    1,
    ({ power, station }) => Buffer.from([power.told(station.txPower) & 0xff]),
    legacy,
  ),
  command(
    Opcode.leSetAdvertisingData,
    [25, 7],
    32,
    (c, p) => c.legacyAdvertising.setData(p),
    legacy,
  ),
  command(
    Opcode.leSetScanResponseData,
    [26, 0],
    32,
    (c, p) => c.legacyAdvertising.setScanResponse(p),
    legacy,
  ),
  command(
    Opcode.leSetAdvertisingEnable,
    [26, 1],
    1,
    (c, p) => c.legacyAdvertising.setEnable(p),
    legacy,
  ),

  command(
    Opcode.leSetAdvertisingSetRandomAddress,
    [36, 1],
    7,
    (c, p) => c.extendedAdvertising.setRandomAddress(p),
    extended,
  ),
  command(
    Opcode.leSetExtendedAdvertisingParameters,
    [36, 2],
    25,
    (c, p) => c.extendedAdvertising.setParameters(p),
    { ...extended, returns: 1 },
  ),
  command(
    Opcode.leSetExtendedAdvertisingData,
    [36, 3],
    MAX_PARAMETERS,
    (c, p) => c.extendedAdvertising.data.setData(p),
    { ...extended, minimum: 4 },
  ),
  command(
    Opcode.leSetExtendedScanResponseData,
    [36, 4],
    MAX_PARAMETERS,
    (c, p) => c.extendedAdvertising.data.setScanResponse(p),
    { ...extended, minimum: 4 },
  ),
  command(
    Opcode.leSetExtendedAdvertisingEnable,
    [36, 5],
    MAX_PARAMETERS,
    (c, p) => c.extendedAdvertising.setEnable(p),
    { ...extended, minimum: 2 },
  ),
  read(
    Opcode.leReadMaximumAdvertisingDataLength,
    [36, 6],
    2,
    () => Buffer.from([MAX_ADVERTISING_DATA & 0xff, MAX_ADVERTISING_DATA >> 8]),
    extended,
  ),
  read(
    Opcode.leReadNumberOfAdvertisingSets,
    [36, 7],
    1,
    () => Buffer.from([MAX_ADVERTISING_SETS]),
    extended,
  ),
  command(
    Opcode.leRemoveAdvertisingSet,
    [37, 0],
    1,
    (c, p) => c.extendedAdvertising.remove(p),
    extended,
  ),
  command(
    Opcode.leClearAdvertisingSets,
    [37, 1],
    0,
    (c) => c.extendedAdvertising.clear(),
    extended,
  ),
];
