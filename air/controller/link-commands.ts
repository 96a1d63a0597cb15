import { Opcode, Status } from '../hci/constants.js';
import { command, ok, status, type Outcome } from './command.js';
import { dataLengthBytes, MOST_LENGTH, parseDataLength, parsePhys } from './link-procedures.js';

/** Return parameters that begin with the handle, which is given back also on failure. */
const withHandle = (p: Buffer, code: number, rest: Buffer = Buffer.alloc(0)): Outcome => ({
  status: code,
  returned: Buffer.concat([p.subarray(0, 2), rest]),
});

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
  command(Opcode.leConnectionUpdate, [27, 2], 14, (c, p) => c.connections.update(p), status),
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
    (c, p) => {
      let phy = Buffer.alloc(2);
      const code = c.connections.on(p, ({ procedures }) => {
        phy = Buffer.from(procedures.phy);
        return Status.success;
      });
      return withHandle(p, code, phy);
    },
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
