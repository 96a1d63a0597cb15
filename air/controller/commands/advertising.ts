import * as legacy from '../../../lib/hci/commands/advertising.js';
import * as extended from '../../../lib/hci/commands/extended-advertising.js';
import { MAX_ADVERTISING_DATA } from '../../../lib/hci/constants.js';
import { MAX_ADVERTISING_SETS } from '../advertising/extended-advertising.js';
import { ok } from '../outcome.js';
import { on, onBytes, onValid } from './command.js';
import type { CommandHandler } from './command.js';

/** Commands of both families by which a host advertises. */
export const ADVERTISING_COMMANDS: readonly CommandHandler[] = [
  on(legacy.LeSetAdvertisingParameters, (c, p) => c.legacyAdvertising.setParameters(p), 'legacy'),
  on(
    legacy.LeReadAdvertisingTxPower,
    ({ power, station }) => ok({ power: power.told(station.txPower) }),
    'legacy',
  ),
  onValid(legacy.LeSetAdvertisingData, (c, p) => c.legacyAdvertising.setData(p), 'legacy'),
  onValid(legacy.LeSetScanResponseData, (c, p) => c.legacyAdvertising.setScanResponse(p), 'legacy'),
  onValid(
    legacy.LeSetAdvertisingEnable,
    (c, { enable }) => c.legacyAdvertising.setEnable(enable),
    'legacy',
  ),

  on(
    extended.LeSetAdvertisingSetRandomAddress,
    (c, p) => c.extendedAdvertising.setRandomAddress(p),
    'extended',
  ),
  on(
    extended.LeSetExtendedAdvertisingParameters,
    (c, p) => c.extendedAdvertising.setParameters(p),
    'extended',
  ),
  onBytes(
    extended.LeSetExtendedAdvertisingData,
    (c, bytes) => c.extendedAdvertising.data.setData(bytes),
    'extended',
  ),
  onBytes(
    extended.LeSetExtendedScanResponseData,
    (c, bytes) => c.extendedAdvertising.data.setScanResponse(bytes),
    'extended',
  ),
  on(
    extended.LeSetExtendedAdvertisingEnable,
    (c, p) => c.extendedAdvertising.setEnable(p),
    'extended',
  ),
  on(
    extended.LeReadMaximumAdvertisingDataLength,
    () => ok({ length: MAX_ADVERTISING_DATA }),
    'extended',
  ),
  on(extended.LeReadNumberOfAdvertisingSets, () => ok({ sets: MAX_ADVERTISING_SETS }), 'extended'),
  on(
    extended.LeRemoveAdvertisingSet,
    (c, { set }) => c.extendedAdvertising.remove(set),
    'extended',
  ),
  on(extended.LeClearAdvertisingSets, (c) => c.extendedAdvertising.clear(), 'extended'),
];
