/**
 * Signal-to-noise ratio (linear) at which the bit error rate is 0.1 %, by which the specification
 * defines the sensitivity of a receiver (Vol 6 Part A 4.1), for non-coherent FSK: BER = e^(-SNR/2) / 2.
 */
const REFERENCE_SNR = -2 * Math.log(2 * 0.001);

/** Where less than this is missing, hardly a packet gets through: nobody need try. */
export const HOPELESS_MARGIN = -4;

/**
 * The share of packets that are lost, 0 to 1.
 * @param margin dB by which the received power is above the sensitivity of the receiver
 * @param bytes of the packet on the air
 */
export const packetErrorRate = (margin: number, bytes: number): number => {
  const snr = REFERENCE_SNR * 10 ** (margin / 10);
  const bitErrorRate = Math.exp(-snr / 2) / 2;
  return 1 - (1 - bitErrorRate) ** (bytes * 8);
};
