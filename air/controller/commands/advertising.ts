import {
  LeReadAdvertisingTxPower,
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
  LeSetScanResponseData,
} from '../../../lib/hci/commands/advertising.js';
import {
  LeClearAdvertisingSets,
  LeReadMaximumAdvertisingDataLength,
  LeReadNumberOfAdvertisingSets,
  LeRemoveAdvertisingSet,
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from '../../../lib/hci/commands/extended-advertising.js';
import { MAX_ADVERTISING_DATA } from '../../../lib/hci/constants.js';
import { MAX_ADVERTISING_SETS } from '../advertising/extended-advertising.js';
import { ok } from '../outcome.js';
import { on, onBytes } from './command.js';
import type { Command } from './command.js';

/** Commands of both families by which a host advertises. */
export const ADVERTISING_COMMANDS: readonly Command[] = [
  on(LeSetAdvertisingParameters, (c, p) => c.legacyAdvertising.setParameters(p), 'legacy'),
  on(
    LeReadAdvertisingTxPower,
    ({ power, station }) => ok({ power: power.told(station.txPower) }),
    'legacy',
  ),
  on(LeSetAdvertisingData, (c, p) => c.legacyAdvertising.setData(p), 'legacy'),
  on(LeSetScanResponseData, (c, p) => c.legacyAdvertising.setScanResponse(p), 'legacy'),
  on(LeSetAdvertisingEnable, (c, { enable }) => c.legacyAdvertising.setEnable(enable), 'legacy'),

  on(
    LeSetAdvertisingSetRandomAddress,
    (c, p) => c.extendedAdvertising.setRandomAddress(p),
    'extended',
  ),
  on(
    LeSetExtendedAdvertisingParameters,
    (c, p) => c.extendedAdvertising.setParameters(p),
    'extended',
  ),
  onBytes(
    LeSetExtendedAdvertisingData,
    (c, bytes) => c.extendedAdvertising.data.setData(bytes),
    'extended',
  ),
  onBytes(
    LeSetExtendedScanResponseData,
    (c, bytes) => c.extendedAdvertising.data.setScanResponse(bytes),
    'extended',
  ),
  on(LeSetExtendedAdvertisingEnable, (c, p) => c.extendedAdvertising.setEnable(p), 'extended'),
  on(LeReadMaximumAdvertisingDataLength, () => ok({ length: MAX_ADVERTISING_DATA }), 'extended'),
  on(LeReadNumberOfAdvertisingSets, () => ok({ sets: MAX_ADVERTISING_SETS }), 'extended'),
  on(LeRemoveAdvertisingSet, (c, { set }) => c.extendedAdvertising.remove(set), 'extended'),
  on(LeClearAdvertisingSets, (c) => c.extendedAdvertising.clear(), 'extended'),
];
