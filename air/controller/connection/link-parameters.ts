import type { ParameterRange } from '../../medium/control-pdu.js';
import type { LinkParameters } from '../../medium/pdu.js';

/**
 * The 12 bytes that five commands share: interval minimum and maximum, latency, supervision timeout,
 * lengths of connection events (which must be in order, and mean nothing here). Undefined where they are
 * out of bounds, or the timeout is too short for interval and latency.
 */
export const parseParameterRange = (p: Buffer): ParameterRange | undefined => {
  const minimum = p.readUInt16LE(0);
  const maximum = p.readUInt16LE(2);
  const latency = p.readUInt16LE(4);
  const timeout = p.readUInt16LE(6);
  if (minimum < 0x0006 || maximum > 0x0c80 || minimum > maximum) return undefined;
  if (latency > 0x01f3 || timeout < 0x000a || timeout > 0x0c80) return undefined;
  if (timeout * 10 <= (1 + latency) * maximum * 1.25 * 2) return undefined;
  return p.readUInt16LE(8) > p.readUInt16LE(10)
    ? undefined
    : { minimum, maximum, latency, timeout };
};

/** The shortest interval of those offered. */
export const shortest = ({ minimum, latency, timeout }: ParameterRange): LinkParameters => ({
  interval: minimum,
  latency,
  timeout,
});

/** Interval, latency and timeout, 6 bytes. */
export const linkParameterBytes = ({ interval, latency, timeout }: LinkParameters): Buffer => {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16LE(interval, 0);
  bytes.writeUInt16LE(latency, 2);
  bytes.writeUInt16LE(timeout, 4);
  return bytes;
};
