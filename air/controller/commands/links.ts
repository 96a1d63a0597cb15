import { Opcode, Status } from '../../../lib/hci/constants.js';
import type { Connection } from '../connection/connection.js';
import {
  dataLengthBytes,
  MOST_LENGTH,
  parseDataLength,
  parsePhys,
} from '../connection/link-procedures.js';
import { ok } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import type { Controller } from '../parts.js';
import { command, status } from './command.js';

/** Return parameters that begin with the handle, which is given back also on failure. */
const withHandle = (p: Buffer, code: number, rest: Buffer = Buffer.alloc(0)): Outcome => ({
  status: code,
  returned: Buffer.concat([p.subarray(0, 2), rest]),
});

/** Reads `length` bytes of the link whose handle the parameters begin with, or an error code. */
export const readOfLink = (
  { connections }: Controller,
  p: Buffer,
  length: number,
  read: (connection: Connection, rest: Buffer) => Buffer | number,
): Outcome => {
  let found: Buffer | undefined;
  const code = connections.on(p, (connection, rest) => {
    const result = read(connection, rest);
    if (typeof result === 'number') return result;
    found = result;
    return Status.success;
  });
  return withHandle(p, code, found ?? Buffer.alloc(length));
};

/** Commands about links, and about what is wanted of them. */
export const LINK_COMMANDS = [
  command(Opcode.disconnect, [0, 5], 3, (c, p) => c.connections.disconnect(p), status),
  command(
    Opcode.readRemoteVersion,
    [2, 7],
    2,
    (c, p) => c.connections.on(p, ({ procedures }) => procedures.ask('version-request')),
    status,
  ),
  command(Opcode.leConnectionUpdate, [27, 2], 14, (c, p) => c.connections.update(p), status),
  command(
    Opcode.leParameterRequestReply,
    [33, 4],
    14,
    (c, p) =>
      withHandle(
        p,
        c.connections.on(p, ({ parameterRequest }, rest) => parameterRequest.reply(rest)),
      ),
    { returns: 2 },
  ),
  command(
    Opcode.leParameterRequestNegativeReply,
    [33, 5],
    3,
    (c, p) =>
      withHandle(
        p,
        c.connections.on(p, ({ parameterRequest }, rest) => parameterRequest.refuse(rest)),
      ),
    { returns: 2 },
  ),
  command(Opcode.leSetHostChannelClassification, [27, 3], 5, (c, p) =>
    c.connections.classifyChannels(p),
  ),
  command(
    Opcode.leReadChannelMap,
    [27, 4],
    2,
    (c, p) => readOfLink(c, p, 5, ({ channelMap }) => channelMap),
    { returns: 7 },
  ),
  command(
    Opcode.leReadRemoteFeatures,
    [27, 5],
    2,
    (c, p) => c.connections.on(p, ({ procedures }) => procedures.ask('features-request')),
    status,
  ),
  command(
    Opcode.leEnableEncryption,
    [28, 0],
    28,
    (c, p) => c.connections.on(p, ({ encryption }, rest) => encryption.start(rest)),
    status,
  ),
  command(
    Opcode.leLongTermKeyReply,
    [28, 1],
    18,
    (c, p) =>
      withHandle(
        p,
        c.connections.on(p, ({ encryption }, key) => encryption.reply(key)),
      ),
    { returns: 2 },
  ),
  command(
    Opcode.leLongTermKeyNegativeReply,
    [28, 2],
    2,
    (c, p) =>
      withHandle(
        p,
        c.connections.on(p, ({ encryption }) => encryption.refuse()),
      ),
    { returns: 2 },
  ),
  command(
    Opcode.leSetDataLength,
    [33, 6],
    6,
    (c, p) =>
      withHandle(
        p,
        c.connections.on(p, ({ procedures }, rest) => procedures.setDataLength(rest)),
      ),
    { returns: 2 },
  ),
  command(
    Opcode.leReadSuggestedDataLength,
    [33, 7],
    0,
    (c) => ok(dataLengthBytes(c.connections.preferences.dataLength)),
    { returns: 4 },
  ),
  command(Opcode.leWriteSuggestedDataLength, [34, 0], 4, (c, p) => {
    const dataLength = parseDataLength(p);
    if (dataLength === undefined) return Status.invalidParameters;
    c.connections.preferences.dataLength = dataLength;
    return Status.success;
  }),
  command(
    Opcode.leReadMaximumDataLength,
    [35, 3],
    0,
    () => ok(Buffer.concat([dataLengthBytes(MOST_LENGTH), dataLengthBytes(MOST_LENGTH)])),
    { returns: 8 },
  ),
  command(
    Opcode.leReadPhy,
    [35, 4],
    2,
    (c, p) => readOfLink(c, p, 2, ({ procedures }) => procedures.phy),
    { returns: 4 },
  ),
  command(Opcode.leSetDefaultPhy, [35, 5], 3, (c, p) => {
    const phys = parsePhys(p);
    if (typeof phys === 'number') return phys;
    c.connections.preferences.phys = phys;
    return Status.success;
  }),
  command(
    Opcode.leSetPhy,
    [35, 6],
    7,
    (c, p) => c.connections.on(p, ({ procedures }, rest) => procedures.setPhy(rest)),
    status,
  ),
];
