/*
 * Follows the packets of MQTT through the bytes of a connection (3.1.1, section 2.2: a byte of type, a length of 1 to 4 bytes, so
 * many bytes), and says when one is longer, or they come faster, than allowed: neither aedes nor mqtt.js has a bound.
 */

export interface PacketLimits {
  /** Of a packet, its header included, in bytes. */
  readonly mostBytes: number;
  /** Packets a second, in the long run, and at once; undefined: any number. */
  readonly perSecond?: number | undefined;
  readonly burst?: number;
}

/** What a meter says: undefined while all is well. */
export type Excess = 'too long' | 'too many' | 'malformed' | undefined;

/** Is given chunks as they come, and the time in milliseconds. */
export const packetMeter = (
  { mostBytes, perSecond, burst = perSecond ?? 0 }: PacketLimits,
  startedAt: number,
): ((chunk: Uint8Array, now: number) => Excess) => {
  let left = burst;
  let refilledAt = startedAt;
  /** Bytes of the header seen so far; of the body still to come. */
  let header = 0;
  let body = 0;
  let length = 0;

  const isTooMany = (now: number): boolean => {
    if (perSecond === undefined) return false;
    left = Math.min(burst, left + ((now - refilledAt) / 1000) * perSecond);
    refilledAt = now;
    if (left < 1) return true;
    left -= 1;
    return false;
  };

  return (chunk, now) => {
    for (let at = 0; at < chunk.length;) {
      if (body > 0) {
        const taken = Math.min(body, chunk.length - at);
        body -= taken;
        at += taken;
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (header++ === 0) {
        if (isTooMany(now)) return 'too many';
        length = 0;
        continue;
      }
      length += (byte & 0x7f) * 2 ** (7 * (header - 2));
      if (byte & 0x80) {
        if (header > 4) return 'malformed';
        continue;
      }
      if (header + length > mostBytes) return 'too long';
      body = length;
      header = 0;
    }
    return undefined;
  };
};
