import { Status } from '../../../lib/hci/constants.js';
import type { ConnectionRole } from '../../../lib/hci/constants.js';
import {
  LeConnectionComplete,
  LeEnhancedConnectionComplete,
} from '../../../lib/hci/events/links.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { addressTypeByte } from '../../medium/pdu.js';
import type { DeviceAddress, LinkParameters } from '../../medium/pdu.js';
import type { HostPort } from '../host-port.js';
import { peerTypeByte } from '../privacy/resolving-list.js';
import type { Peer } from '../privacy/resolving-list.js';

/** What the two ends of a link know of each other's addresses. */
export interface Meeting {
  readonly peer: Peer;
  /** The own private address that the peer knows, where the controller made it. */
  readonly localRpa?: DeviceAddress;
}

const NO_ADDRESS = new Uint8Array(6);
const NO_CONNECTION = {
  status: Status.success,
  handle: 0,
  peerAddressType: 0,
  peerAddress: NO_ADDRESS,
  localRpa: NO_ADDRESS,
  peerRpa: NO_ADDRESS,
  interval: 0,
  latency: 0,
  timeout: 0,
  /** Of the central's clock: 500 ppm. */
  clockAccuracy: 0,
};

/**
 * LE Enhanced Connection Complete, or LE Connection Complete where the host has masked that (Vol 4 Part E
 * 7.7.65.1 and 7.7.65.10).
 */
export const reportConnection = (
  host: HostPort,
  handle: number,
  role: ConnectionRole,
  { peer, localRpa }: Meeting,
  parameters: LinkParameters,
): void => {
  const isEnhanced = host.wants(LeEnhancedConnectionComplete);
  const { address, rpa } = peer;
  report(host, {
    ...NO_CONNECTION,
    handle,
    role,
    peerAddressType: isEnhanced ? peerTypeByte(peer) : addressTypeByte(address),
    peerAddress: address.bytes,
    localRpa: localRpa?.bytes ?? NO_ADDRESS,
    peerRpa: rpa?.bytes ?? NO_ADDRESS,
    ...parameters,
  });
};

/** The same event for a link that did not come about: zeros after status and role. */
export const reportNoConnection = (host: HostPort, status: number, role: ConnectionRole): void => {
  report(host, { ...NO_CONNECTION, status, role });
};

const report = (
  host: HostPort,
  connection: ParametersOf<typeof LeEnhancedConnectionComplete>,
): void => {
  const told = host.event(LeEnhancedConnectionComplete, connection);
  if (!told) host.event(LeConnectionComplete, connection);
};
