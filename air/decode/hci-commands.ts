import { Opcode } from '../../lib/hci/constants.js';
import { VendorOpcode } from '../vendor.js';
import { advertisingData, describeAdvertisingData } from './advertising-data.js';
import { printable } from './fields.js';
import type { Fields } from './fields.js';
import { HANDLE_MASK, wantedParameters } from './link-events.js';
import { statusName } from './names.js';
import type { Reader } from './reader.js';

/**
 * The parameters of commands that matter (Vol 4 Part E 7). What is a key, or would become one, is never
 * taken: LE Encrypt, LE Enable Encryption and LE Long Term Key Request Reply show a handle at most, LE Add
 * Device To Resolving List only whose the keys are.
 */
type Parameters = (reader: Reader) => Fields;

/** Fields that matter, or none for a command that is not in the table. @throws Truncated */
export const commandFields = (opcode: number, reader: Reader): Fields =>
  PARAMETERS.get(opcode)?.(reader) ?? {};

const INTERVAL_UNIT_MS = 0.625;

const handle: Parameters = (reader) => ({ handle: reader.u16() & HANDLE_MASK });
const set: Parameters = (reader) => ({ set: reader.u8() });
const enabled: Parameters = (reader) => ({ enabled: reader.u8() !== 0 });
const address: Parameters = (reader) => ({ address: reader.address() });
const typedAddress: Parameters = (reader) => ({ ...addressType(reader), ...address(reader) });

const addressType: Parameters = (reader) => ({
  addressType: reader.u8() === 0 ? 'public' : 'random',
});

const data = (reader: Reader): Fields => ({
  data: describeAdvertisingData(advertisingData(reader.bytes(reader.u8())), (uuid) => uuid),
});

const extendedData: Parameters = (reader) => {
  const fields = set(reader);
  reader.bytes(2); // operation, fragment preference
  return { ...fields, ...data(reader) };
};

const scanEnable: Parameters = (reader) => ({
  ...enabled(reader),
  filterDuplicates: reader.u8() !== 0,
});

const PARAMETERS: ReadonlyMap<number, Parameters> = new Map<number, Parameters>([
  [Opcode.disconnect, (reader) => ({ ...handle(reader), reason: statusName(reader.u8()) })],
  [Opcode.readRemoteVersion, handle],
  [Opcode.readRssi, handle],
  [Opcode.leReadRemoteFeatures, handle],
  [Opcode.leEnableEncryption, handle],
  [Opcode.leLongTermKeyReply, handle],
  [Opcode.leLongTermKeyNegativeReply, handle],
  [Opcode.leReadPhy, handle],
  [Opcode.leSetPhy, handle],
  [Opcode.writeLeHostSupport, enabled],
  [Opcode.leSetRandomAddress, address],
  [
    Opcode.leSetAdvertisingParameters,
    (reader) => ({
      intervalMinMs: reader.u16() * INTERVAL_UNIT_MS,
      intervalMaxMs: reader.u16() * INTERVAL_UNIT_MS,
      advertisingType: reader.u8(),
      ...addressType(reader),
    }),
  ],
  [Opcode.leSetAdvertisingData, data],
  [Opcode.leSetScanResponseData, data],
  [Opcode.leSetAdvertisingEnable, enabled],
  [
    Opcode.leSetScanParameters,
    (reader) => ({
      active: reader.u8() === 1,
      intervalMs: reader.u16() * INTERVAL_UNIT_MS,
      windowMs: reader.u16() * INTERVAL_UNIT_MS,
    }),
  ],
  [Opcode.leSetScanEnable, scanEnable],
  [
    Opcode.leCreateConnection,
    (reader) => {
      reader.bytes(5); // scan interval and window, filter policy
      return typedAddress(reader);
    },
  ],
  [
    Opcode.leExtendedCreateConnection,
    (reader) => {
      reader.bytes(2); // filter policy, own address
      return typedAddress(reader);
    },
  ],
  [Opcode.leSetExtendedScanEnable, scanEnable],
  [Opcode.leAddToResolvingList, typedAddress],
  [Opcode.leRemoveFromResolvingList, typedAddress],
  [Opcode.leSetPrivacyMode, typedAddress],
  [Opcode.leSetAddressResolutionEnable, enabled],
  [Opcode.leAddToAcceptList, typedAddress],
  [Opcode.leRemoveFromAcceptList, typedAddress],
  [
    Opcode.leConnectionUpdate,
    (reader) => {
      return { ...handle(reader), ...wantedParameters(reader) };
    },
  ],
  [Opcode.leSetDataLength, (reader) => ({ ...handle(reader), txBytes: reader.u16() })],
  [Opcode.leSetAdvertisingSetRandomAddress, (reader) => ({ ...set(reader), ...address(reader) })],
  [Opcode.leSetExtendedAdvertisingParameters, set],
  [Opcode.leRemoveAdvertisingSet, set],
  [Opcode.leSetExtendedAdvertisingData, extendedData],
  [Opcode.leSetExtendedScanResponseData, extendedData],
  [Opcode.leSetExtendedAdvertisingEnable, enabled],
  [
    VendorOpcode.setPosition,
    (reader) => ({ xMetres: reader.i32() / 100, yMetres: reader.i32() / 100 }),
  ],
  [VendorOpcode.setLabel, (reader) => ({ label: printable(reader.rest().toString('utf8')) })],
  [VendorOpcode.setTxPower, (reader) => ({ powerDbm: reader.i8() })],
]);
