/** All 37 data channels. */
export const ALL_CHANNELS = Buffer.from('ffffffff1f', 'hex');

const RESERVED_BITS = 0b111 << 5;
/** Vol 6 Part B 4.5.8.1: a link hops between two channels at least. */
const FEWEST_CHANNELS = 2;

/** LE Set Host Channel Classification, 5 bytes; undefined where they are not valid. */
export const parseChannelMap = (p: Buffer): Buffer | undefined => {
  if ((p.readUInt8(4) & RESERVED_BITS) !== 0) return undefined;
  const channels = p.reduce((count, byte) => count + bitCount(byte), 0);
  return channels < FEWEST_CHANNELS ? undefined : Buffer.from(p);
};

const bitCount = (byte: number): number => byte.toString(2).replaceAll('0', '').length;
