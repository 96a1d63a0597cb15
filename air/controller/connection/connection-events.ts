import { LeEvent, Status } from '../../../lib/hci/constants.js';
import type { Role } from '../../../lib/hci/constants.js';
import { addressTypeByte } from '../../medium/pdu.js';
import type { DeviceAddress, LinkParameters } from '../../medium/pdu.js';
import type { HostPort } from '../host-port.js';
import { peerTypeByte } from '../privacy/peer.js';
import type { Peer } from '../privacy/peer.js';
import { linkParameterBytes } from './link-parameters.js';

/** What the two ends of a link know of each other's addresses. */
export interface Meeting {
  readonly peer: Peer;
  /** The own private address that the peer knows, where the controller made it. */
  readonly localRpa?: DeviceAddress;
}

const NO_ADDRESS = Buffer.alloc(6);
const NO_PARAMETERS = Buffer.alloc(6);
/** Of the central's clock: 500 ppm. */
const CLOCK_ACCURACY = Buffer.from([0]);

/**
 * LE Enhanced Connection Complete, or LE Connection Complete where the host has masked that (Vol 4 Part E
 * 7.7.65.1 and 7.7.65.10).
 */
export const reportConnection = (
  host: HostPort,
  handle: Buffer,
  role: Role,
  { peer, localRpa }: Meeting,
  parameters: LinkParameters,
): void => {
  const isEnhanced = host.wantsLe(LeEvent.enhancedConnectionComplete);
  const { address, rpa } = peer;
  const peerType = isEnhanced ? peerTypeByte(peer) : addressTypeByte(address);
  const event = [
    Buffer.from([Status.success]),
    handle,
    Buffer.from([role, peerType]),
    address.bytes,
    ...(isEnhanced ? [localRpa?.bytes ?? NO_ADDRESS, rpa?.bytes ?? NO_ADDRESS] : []),
    linkParameterBytes(parameters),
    CLOCK_ACCURACY,
  ];
  report(host, isEnhanced, event);
};

/** The same event for a link that did not come about: zeros after status and role. */
export const reportNoConnection = (host: HostPort, status: number, role: Role): void => {
  const isEnhanced = host.wantsLe(LeEvent.enhancedConnectionComplete);
  const event = [
    Buffer.from([status, 0, 0, role, 0]),
    NO_ADDRESS,
    ...(isEnhanced ? [NO_ADDRESS, NO_ADDRESS] : []),
    NO_PARAMETERS,
    CLOCK_ACCURACY,
  ];
  report(host, isEnhanced, event);
};

const report = (host: HostPort, isEnhanced: boolean, event: Buffer[]): void => {
  const { connectionComplete, enhancedConnectionComplete } = LeEvent;
  const subevent = isEnhanced ? enhancedConnectionComplete : connectionComplete;
  host.leEvent(subevent, Buffer.concat(event));
};
