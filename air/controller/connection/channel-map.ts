/** All 37 data channels. */
export const ALL_CHANNELS = Buffer.from('ffffffff1f', 'hex');

const RESERVED_BITS = 0b111 << 5;
/** Vol 6 Part B 4.5.8.1: a link hops between two channels at least. */
const FEWEST_CHANNELS = 2;

/** LE Set Host Channel Classification, 5 bytes; undefined where they are not valid. */
export const channelMap = (channels: Uint8Array): Buffer | undefined => {
  if (((channels[4] ?? 0) & RESERVED_BITS) !== 0) return undefined;
  const count = channels.reduce((sum, byte) => sum + bitCount(byte), 0);
  return count < FEWEST_CHANNELS ? undefined : Buffer.from(channels);
};

const bitCount = (byte: number): number => byte.toString(2).replaceAll('0', '').length;
