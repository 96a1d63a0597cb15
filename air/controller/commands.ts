import { Opcode, Status } from '../hci/constants.js';
import { MAX_LABEL_BYTES, TX_POWER_RANGE, VendorOpcode } from '../hci/vendor.js';
import { ACCEPT_LIST_SIZE } from './accept-list.js';
import { encryptBlock } from './cipher.js';
import { command, ok, status, type Command } from './command.js';
import {
  bufferSize,
  leBufferSize,
  leLocalFeatures,
  localFeatures,
  localVersion,
} from './informational.js';
import { LINK_COMMANDS } from './link-commands.js';

/** Every command that the controller knows. */
export const COMMANDS: ReadonlyMap<number, Command> = new Map([
  ...LINK_COMMANDS,

  command(Opcode.setEventMask, [5, 6], 8, (c, p) => {
    c.host.setEventMask(p);
    return Status.success;
  }),
  // No event of the second page is ever sent.
  command(Opcode.setEventMaskPage2, [22, 2], 8, () => Status.success),
  command(Opcode.reset, [5, 7], 0, (c) => {
    c.reset();
    return Status.success;
  }),
  command(
    Opcode.readLeHostSupport,
    [24, 5],
    0,
    (c) => ok(Buffer.from([c.leHostSupport ? 1 : 0, 0])),
    { returns: 2 },
  ),
  command(Opcode.writeLeHostSupport, [24, 6], 2, (c, p) => {
    c.leHostSupport = p[0] === 1;
    return Status.success;
  }),

  command(Opcode.readLocalVersion, [14, 3], 0, () => ok(localVersion()), { returns: 8 }),
  command(Opcode.readSupportedCommands, [14, 4], 0, () => ok(supportedCommands()), { returns: 64 }),
  command(Opcode.readLocalFeatures, [14, 5], 0, () => ok(localFeatures()), { returns: 8 }),
  command(Opcode.readBufferSize, [14, 7], 0, (c) => ok(bufferSize(c.buffers)), { returns: 7 }),
  command(Opcode.readBdAddr, [15, 1], 0, (c) => ok(c.identity.public.bytes), { returns: 6 }),

  command(Opcode.leSetEventMask, [25, 0], 8, (c, p) => {
    c.host.setLeEventMask(p);
    return Status.success;
  }),
  command(Opcode.leReadBufferSize, [25, 1], 0, (c) => ok(leBufferSize(c.buffers)), { returns: 3 }),
  command(Opcode.leReadLocalFeatures, [25, 2], 0, () => ok(leLocalFeatures()), { returns: 8 }),
  command(Opcode.leSetRandomAddress, [25, 4], 6, (c, p) => c.setRandomAddress(p)),
  command(Opcode.leSetAdvertisingParameters, [25, 5], 15, (c, p) => c.advertiser.setParameters(p)),
  command(
    Opcode.leReadAdvertisingTxPower,
    [25, 6],
    0,
    (c) => ok(Buffer.from([c.station.txPower & 0xff])),
    { returns: 1 },
  ),
  command(Opcode.leSetAdvertisingData, [25, 7], 32, (c, p) => c.advertiser.setData(p)),
  command(Opcode.leSetScanResponseData, [26, 0], 32, (c, p) => c.advertiser.setScanResponse(p)),
  command(Opcode.leSetAdvertisingEnable, [26, 1], 1, (c, p) => c.advertiser.setEnable(p)),
  command(Opcode.leSetScanParameters, [26, 2], 7, (c, p) => c.scanner.setParameters(p)),
  command(Opcode.leSetScanEnable, [26, 3], 2, (c, p) => c.scanner.setEnable(p)),
  command(Opcode.leCreateConnection, [26, 4], 25, (c, p) => c.initiator.create(p), status),
  command(Opcode.leCreateConnectionCancel, [26, 5], 0, (c) => c.initiator.cancel()),
  command(Opcode.leReadAcceptListSize, [26, 6], 0, () => ok(Buffer.from([ACCEPT_LIST_SIZE])), {
    returns: 1,
  }),
  command(Opcode.leClearAcceptList, [26, 7], 0, (c) => c.acceptList.clear()),
  command(Opcode.leAddToAcceptList, [27, 0], 7, (c, p) => c.acceptList.add(p)),
  command(Opcode.leRemoveFromAcceptList, [27, 1], 7, (c, p) => c.acceptList.remove(p)),
  command(
    Opcode.leEncrypt,
    [27, 6],
    32,
    (_, p) => ok(encryptBlock(p.subarray(0, 16), p.subarray(16))),
    { returns: 16 },
  ),
  command(Opcode.leRand, [27, 7], 0, (c) => ok(Buffer.from(c.random(8))), { returns: 8 }),

  command(VendorOpcode.setPosition, undefined, 8, (c, p) => {
    c.moveTo(p.readInt32LE(0) / 100, p.readInt32LE(4) / 100);
    return Status.success;
  }),
  command(VendorOpcode.setDefaultPosition, undefined, 8, (c, p) => {
    if (!c.recall()) c.moveTo(p.readInt32LE(0) / 100, p.readInt32LE(4) / 100);
    return Status.success;
  }),
  command(
    VendorOpcode.setLabel,
    undefined,
    MAX_LABEL_BYTES,
    (c, p) => {
      c.label = p.toString('utf8');
      return Status.success;
    },
    { minimum: 1 },
  ),
  command(VendorOpcode.setTxPower, undefined, 1, (c, p) => {
    const dbm = p.readInt8(0);
    if (dbm < TX_POWER_RANGE.min || dbm > TX_POWER_RANGE.max) return Status.invalidParameters;
    c.setTxPower(dbm);
    return Status.success;
  }),
]);

/** The 64-byte bitmap of Read Local Supported Commands, made from the table above. */
const supportedCommands = (): Buffer => {
  const bitmap = Buffer.alloc(64);
  for (const { supported } of COMMANDS.values()) {
    if (supported === undefined) continue;
    const [octet, bit] = supported;
    bitmap.writeUInt8(bitmap.readUInt8(octet) | (1 << bit), octet);
  }
  return bitmap;
};
