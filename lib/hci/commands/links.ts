import { as, bytes, u16, u8 } from '../fields.js';
import { command, commandWithStatus, read } from '../packet.js';
import {
  connectionParameters,
  dataLength,
  handle,
  reason,
  toldParameters,
  untoldHandle,
} from '../shared.js';

/**
 * Commands about links (Vol 4 Part E 7.1.6, 7.1.23 and 7.8.18 to 7.8.49). Keys are never told. What returns a
 * handle returns it also when it fails.
 */

const given = { handle: untoldHandle };

export const Disconnect = commandWithStatus(0x0406, [0, 5], { handle, reason });
export const ReadRemoteVersion = commandWithStatus(0x041d, [2, 7], { handle });
export const LeConnectionUpdate = commandWithStatus(0x2013, [27, 2], { handle, ...toldParameters });
export const LeParameterRequestReply = command(
  0x2020,
  [33, 4],
  { ...given, ...connectionParameters },
  given,
);
export const LeParameterRequestNegativeReply = command(
  0x2021,
  [33, 5],
  { ...given, reason: u8() },
  given,
);
/** A bit for each of 37 data channels. */
export const LeSetHostChannelClassification = command(0x2014, [27, 3], { channels: bytes(5) });
export const LeReadChannelMap = command(0x2015, [27, 4], given, { ...given, channels: bytes(5) });
export const LeReadRemoteFeatures = commandWithStatus(0x2016, [27, 5], { handle });

export const LeEnableEncryption = commandWithStatus(0x2019, [28, 0], {
  handle,
  random: bytes(8),
  diversifier: bytes(2),
  key: bytes(16),
});
export const LeLongTermKeyReply = command(0x201a, [28, 1], { handle, key: bytes(16) }, given);
export const LeLongTermKeyNegativeReply = command(0x201b, [28, 2], { handle }, given);

export const LeSetDataLength = command(
  0x2022,
  [33, 6],
  { handle, octets: as('txBytes', dataLength.octets), time: dataLength.time },
  given,
);
export const LeReadSuggestedDataLength = read(0x2023, [33, 7], dataLength);
export const LeWriteSuggestedDataLength = command(0x2024, [34, 0], dataLength);
export const LeReadMaximumDataLength = read(0x202f, [35, 3], {
  txOctets: u16(),
  txTime: u16(),
  rxOctets: u16(),
  rxTime: u16(),
});

/** 1: LE 1M, 2: LE 2M, 3: coded. */
export const LeReadPhy = command(0x2030, [35, 4], { handle }, { ...given, tx: u8(), rx: u8() });

/** Bits of `all`: no preference for what is sent (0), received (1). PHYs are sets with a bit each. */
const preference = { all: u8(), tx: u8(), rx: u8() };

export const LeSetDefaultPhy = command(0x2031, [35, 5], preference);
export const LeSetPhy = commandWithStatus(0x2032, [35, 6], {
  handle,
  ...preference,
  options: u16(),
});
