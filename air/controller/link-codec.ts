import type { Role } from '../hci/constants.js';
import {
  addressTypeByte,
  type ConnectRequest,
  type DeviceAddress,
  type LinkParameters,
} from '../medium/pdu.js';

/**
 * The 8 bytes that two commands share: interval minimum and maximum, latency, supervision timeout.
 * Undefined where they are out of bounds, or the timeout is too short for interval and latency.
 */
export const parseLinkParameters = (p: Buffer): LinkParameters | undefined => {
  const minimum = p.readUInt16LE(0);
  const maximum = p.readUInt16LE(2);
  const latency = p.readUInt16LE(4);
  const timeout = p.readUInt16LE(6);
  if (minimum < 0x0006 || maximum > 0x0c80 || minimum > maximum) return undefined;
  if (latency > 0x01f3 || timeout < 0x000a || timeout > 0x0c80) return undefined;
  if (timeout * 10 <= (1 + latency) * maximum * 1.25 * 2) return undefined;
  return { interval: minimum, latency, timeout };
};

/** LE Connection Complete after the subevent code, 18 bytes; zeros where there is no link. */
export const connectionComplete = (
  status: number,
  handle: number,
  role: Role,
  link: { readonly peer: DeviceAddress; readonly request: ConnectRequest } | undefined,
): Buffer => {
  const event = Buffer.alloc(18);
  event.writeUInt8(status, 0);
  event.writeUInt16LE(handle, 1);
  event.writeUInt8(role, 3);
  if (link === undefined) return event;
  event.writeUInt8(addressTypeByte(link.peer), 4);
  link.peer.bytes.copy(event, 5);
  event.writeUInt16LE(link.request.parameters.interval, 11);
  event.writeUInt16LE(link.request.parameters.latency, 13);
  event.writeUInt16LE(link.request.parameters.timeout, 15);
  return event;
};

/** LE Connection Update Complete after the subevent code, 9 bytes. */
export const connectionUpdateComplete = (
  handle: number,
  { interval, latency, timeout }: LinkParameters,
): Buffer => {
  const event = Buffer.alloc(9);
  event.writeUInt16LE(handle, 1);
  event.writeUInt16LE(interval, 3);
  event.writeUInt16LE(latency, 5);
  event.writeUInt16LE(timeout, 7);
  return event;
};
