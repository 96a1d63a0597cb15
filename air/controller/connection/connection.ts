import { Status } from '../../../lib/hci/constants.js';
import type { ControlPdu } from '../../medium/control-pdu.js';
import type { ConnectRequest, DeviceAddress } from '../../medium/pdu.js';
import { ALL_CHANNELS } from './channel-map.js';
import { Encryption } from './encryption.js';
import { LinkProcedures } from './link-procedures.js';
import type { LinkPreferences } from './link-procedures.js';
import { ParameterRequest } from './parameter-request.js';
import type { ProcedureContext } from './procedure.js';

/** One link of a controller, with what its two link layers have to settle. */
export const newConnection = (
  link: ProcedureContext,
  peer: DeviceAddress,
  request: ConnectRequest,
  preferences: LinkPreferences,
) => ({
  handle: link.handle,
  end: link.end,
  /** The identity of the peer where that is known, or else the address that it uses. */
  peer,
  encryption: new Encryption(link),
  procedures: new LinkProcedures(link, preferences, request.phy ?? 1),
  parameterRequest: new ParameterRequest(link),
  /** Data channels in use, 5 bytes. */
  channelMap: request.channelMap ?? ALL_CHANNELS,
  /** Packets of the host that were not acknowledged yet. */
  outstanding: 0,
  terminating: false,
});

export type Connection = ReturnType<typeof newConnection>;

/** Reasons that a host may give for a disconnection (Vol 4 Part E 7.1.6). */
const DISCONNECT_REASONS: ReadonlySet<number> = new Set([0x05, 0x13, 0x14, 0x15, 0x1a, 0x29, 0x3b]);

/** The command Disconnect. */
export const disconnect = (connection: Connection, reason: number): number => {
  if (!DISCONNECT_REASONS.has(reason)) return Status.invalidParameters;
  if (connection.terminating) return Status.commandDisallowed;
  connection.terminating = true;
  connection.end.terminate(reason);
  return Status.success;
};

/** The peer's link layer says something. */
export const receiveControl = (connection: Connection, pdu: ControlPdu): void => {
  const { encryption, procedures, parameterRequest } = connection;
  switch (pdu.kind) {
    case 'encryption-request':
      encryption.requested(pdu);
      break;
    case 'encryption-start':
      encryption.proved(pdu);
      break;
    case 'encryption-started':
      encryption.started();
      break;
    case 'encryption-reject':
      encryption.rejected(pdu.reason);
      break;
    case 'parameters-request':
      parameterRequest.requested(pdu.wanted);
      break;
    case 'parameters-reject':
      parameterRequest.rejected(pdu.reason);
      break;
    case 'channel-map':
      connection.channelMap = pdu.map;
      break;
    case 'version-request':
    case 'version-response':
    case 'features-request':
    case 'features-response':
    case 'length-request':
    case 'length-response':
    case 'phy-request':
    case 'phy-response':
      procedures.received(pdu);
  }
};

/** Nothing more is to come of it. */
export const closeConnection = ({ encryption, parameterRequest }: Connection): void => {
  encryption.close();
  parameterRequest.close();
};
