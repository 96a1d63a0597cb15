/** LE 1M or LE 2M, by the number that HCI gives them. */
export type Phy = 1 | 2;

/** Between two packets of an event, in milliseconds (Vol 6 Part B 4.1.1). */
export const INTER_FRAME_SPACE_MS = 0.15;

/** Access address, header and CRC (Vol 6 Part B 2.1); the preamble is one byte at 1M, two at 2M. */
const OVERHEAD_BYTES = 4 + 2 + 3;

/** Bytes on the air of a packet with so many bytes of payload. */
export const packetBytes = (payload: number, phy: Phy): number => phy + OVERHEAD_BYTES + payload;

/** Milliseconds that the packet takes: 8 microseconds a byte at 1M, 4 at 2M. */
export const packetMs = (payload: number, phy: Phy): number =>
  (packetBytes(payload, phy) * (phy === 1 ? 8 : 4)) / 1000;
