import { Opcode, Status } from '../hci/constants.js';
import { MAX_LABEL_BYTES, TX_POWER_RANGE, VendorOpcode } from '../hci/vendor.js';
import type { VirtualController } from './controller.js';
import {
  bufferSize,
  leBufferSize,
  leLocalFeatures,
  localFeatures,
  localVersion,
} from './informational.js';

/** What a command gives: a status, and what is to happen once the host has been answered. */
export interface Outcome {
  readonly status: number;
  /** Return parameters after the status byte; on failure zeros take their place. */
  readonly returned?: Buffer;
  readonly then?: () => void;
}

export interface Command {
  /** Bytes of parameters, exactly, or at most where there is a `minimum`. */
  readonly length: number;
  readonly minimum?: number;
  /** The answering event. */
  readonly answer: 'complete' | 'status';
  /** Bytes of return parameters after the status byte. */
  readonly returns: number;
  /** Octet and bit in Read Local Supported Commands (Vol 4 Part E 6.27); none for vendor commands. */
  readonly supported?: readonly [octet: number, bit: number];
  run(controller: VirtualController, parameters: Buffer): number | Outcome;
}

const ok = (returned: Buffer): Outcome => ({ status: Status.success, returned });

type Options = Partial<Pick<Command, 'answer' | 'returns' | 'minimum'>>;

const command = (
  opcode: number,
  supported: Command['supported'],
  length: number,
  run: Command['run'],
  options: Options = {},
): readonly [number, Command] => [
  opcode,
  { length, answer: 'complete', returns: 0, ...(supported && { supported }), run, ...options },
];

const status: Options = { answer: 'status' };

/** Every command that the controller knows. */
export const COMMANDS: ReadonlyMap<number, Command> = new Map([
  command(Opcode.disconnect, [0, 5], 3, (c, p) => c.connections.disconnect(p), status),

  command(Opcode.setEventMask, [5, 6], 8, (c, p) => {
    c.host.setEventMask(p);
    return Status.success;
  }),
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
  command(
    Opcode.readRssi,
    [15, 5],
    2,
    (c, p) => {
      const handle = Buffer.from(p);
      const rssi = c.connections.rssi(handle.readUInt16LE(0));
      return {
        status: rssi === undefined ? Status.unknownConnection : Status.success,
        returned: Buffer.concat([handle, Buffer.from([(rssi ?? 0) & 0xff])]),
      };
    },
    { returns: 3 },
  ),

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
  command(Opcode.leConnectionUpdate, [27, 2], 14, (c, p) => c.connections.update(p), status),

  command(VendorOpcode.setPosition, undefined, 8, (c, p) => {
    c.moveTo(p.readInt32LE(0) / 100, p.readInt32LE(4) / 100);
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
