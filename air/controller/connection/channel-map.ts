/** All 37 data channels. */
export const ALL_CHANNELS = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x1f);

const RESERVED_BITS = 0b111 << 5;
/** Vol 6 Part B 4.5.8.1: a link hops between two channels at least. */
const FEWEST_CHANNELS = 2;

/** LE Set Host Channel Classification, 5 bytes. */
export const isChannelMap = (channels: Uint8Array): boolean => {
  if (((channels[4] ?? 0) & RESERVED_BITS) !== 0) return false;
  const count = channels.reduce((sum, byte) => sum + bitCount(byte), 0);
  return count >= FEWEST_CHANNELS;
};

const bitCount = (byte: number): number => byte.toString(2).replaceAll('0', '').length;
