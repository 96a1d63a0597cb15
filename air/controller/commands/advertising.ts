import * as legacy from '../../../lib/hci/commands/advertising.js';
import * as extended from '../../../lib/hci/commands/extended-advertising.js';
import { MAX_ADVERTISING_DATA } from '../../../lib/hci/constants.js';
import {
  enableSets,
  MAX_ADVERTISING_SETS,
  setExtendedParameters,
  setRandomAddress,
} from '../advertising/extended-advertising.js';
import { setExtendedData, setExtendedScanResponse } from '../advertising/extended-data.js';
import {
  enableLegacy,
  setLegacyData,
  setLegacyParameters,
} from '../advertising/legacy-advertising.js';
import { ok } from '../outcome.js';
import { ofFamily, on, onBytes, onValid } from './command.js';

const LEGACY = ofFamily('legacy', [
  on(legacy.LeSetAdvertisingParameters, (c, p) => setLegacyParameters(c.advertisingSets, p)),
  on(legacy.LeReadAdvertisingTxPower, ({ power, station }) =>
    ok({ power: power.told(station.txPower) }),
  ),
  onValid(legacy.LeSetAdvertisingData, (c, p) => setLegacyData(c.advertisingSets, 'data', p)),
  onValid(legacy.LeSetScanResponseData, (c, p) =>
    setLegacyData(c.advertisingSets, 'scanResponse', p),
  ),
  onValid(legacy.LeSetAdvertisingEnable, (c, p) => enableLegacy(c.advertisingSets, p.enable)),
]);

const EXTENDED = ofFamily('extended', [
  on(extended.LeSetAdvertisingSetRandomAddress, (c, p) => setRandomAddress(c.advertisingSets, p)),
  on(extended.LeSetExtendedAdvertisingParameters, (c, p) =>
    setExtendedParameters(c.advertisingSets, p),
  ),
  onBytes(extended.LeSetExtendedAdvertisingData, (c, bytes) =>
    setExtendedData(c.advertisingSets, bytes),
  ),
  onBytes(extended.LeSetExtendedScanResponseData, (c, bytes) =>
    setExtendedScanResponse(c.advertisingSets, bytes),
  ),
  on(extended.LeSetExtendedAdvertisingEnable, (c, p) => enableSets(c.advertisingSets, p)),
  on(extended.LeReadMaximumAdvertisingDataLength, () => ok({ length: MAX_ADVERTISING_DATA })),
  on(extended.LeReadNumberOfAdvertisingSets, () => ok({ sets: MAX_ADVERTISING_SETS })),
  on(extended.LeRemoveAdvertisingSet, (c, { set }) => c.advertisingSets.remove(set)),
  on(extended.LeClearAdvertisingSets, (c) => c.advertisingSets.clear()),
]);

/** Commands of both families by which a host advertises. */
export const ADVERTISING_COMMANDS = [...LEGACY, ...EXTENDED];
