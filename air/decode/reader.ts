import { PacketError, Reader } from '../../lib/hci/reader.js';

/** What `parse` makes of the bytes, or undefined when they are not as they should be. */
export const parsed = <T>(bytes: Uint8Array, parse: (reader: Reader) => T): T | undefined =>
  readable(() => parse(new Reader(bytes)));

/** The same for what takes the bytes themselves. */
export const readable = <T>(parse: () => T): T | undefined => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
};
