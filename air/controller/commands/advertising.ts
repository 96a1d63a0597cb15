import * as legacy from '../../../lib/hci/commands/advertising.js';
import * as extended from '../../../lib/hci/commands/extended-advertising.js';
import { MAX_ADVERTISING_DATA } from '../../../lib/hci/constants.js';
import { MAX_ADVERTISING_SETS } from '../advertising/extended-advertising.js';
import { setExtendedData, setExtendedScanResponse } from '../advertising/extended-data.js';
import { ok } from '../outcome.js';
import { ofFamily, on, onBytes, onValid } from './command.js';

const LEGACY = ofFamily('legacy', [
  on(legacy.LeSetAdvertisingParameters, (c, p) => c.legacyAdvertising.setParameters(p)),
  on(legacy.LeReadAdvertisingTxPower, ({ power, station }) =>
    ok({ power: power.told(station.txPower) }),
  ),
  onValid(legacy.LeSetAdvertisingData, (c, p) => c.legacyAdvertising.setData('data', p)),
  onValid(legacy.LeSetScanResponseData, (c, p) => c.legacyAdvertising.setData('scanResponse', p)),
  onValid(legacy.LeSetAdvertisingEnable, (c, p) => c.legacyAdvertising.setEnable(p.enable)),
]);

const EXTENDED = ofFamily('extended', [
  on(extended.LeSetAdvertisingSetRandomAddress, (c, p) =>
    c.extendedAdvertising.setRandomAddress(p),
  ),
  on(extended.LeSetExtendedAdvertisingParameters, (c, p) => c.extendedAdvertising.setParameters(p)),
  onBytes(extended.LeSetExtendedAdvertisingData, (c, bytes) =>
    setExtendedData(c.advertisingSets, bytes),
  ),
  onBytes(extended.LeSetExtendedScanResponseData, (c, bytes) =>
    setExtendedScanResponse(c.advertisingSets, bytes),
  ),
  on(extended.LeSetExtendedAdvertisingEnable, (c, p) => c.extendedAdvertising.setEnable(p)),
  on(extended.LeReadMaximumAdvertisingDataLength, () => ok({ length: MAX_ADVERTISING_DATA })),
  on(extended.LeReadNumberOfAdvertisingSets, () => ok({ sets: MAX_ADVERTISING_SETS })),
  on(extended.LeRemoveAdvertisingSet, (c, { set }) => c.extendedAdvertising.remove(set)),
  on(extended.LeClearAdvertisingSets, (c) => c.extendedAdvertising.clear()),
]);

/** Commands of both families by which a host advertises. */
export const ADVERTISING_COMMANDS = [...LEGACY, ...EXTENDED];
