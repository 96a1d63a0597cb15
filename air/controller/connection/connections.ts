import { PacketBoundary, ConnectionRole, Status } from '../../../lib/hci/constants.js';
import { DataBufferOverflow, NumberOfCompletedPackets } from '../../../lib/hci/events/general.js';
import {
  DisconnectionComplete,
  LeChannelSelectionAlgorithm,
  LeConnectionUpdateComplete,
} from '../../../lib/hci/events/links.js';
import { aclHeader } from '../../../lib/hci/h4.js';
import type { LinkEnd } from '../../medium/air-link.js';
import { sameAddress } from '../../medium/pdu.js';
import type { ConnectRequest, DeviceAddress } from '../../medium/pdu.js';
import type { ControllerParts } from '../context.js';
import { isChannelMap } from './channel-map.js';
import { closeConnection, newConnection, receiveControl } from './connection.js';
import type { Connection } from './connection.js';
import { reportConnection } from './connection-events.js';
import type { Meeting } from './connection-events.js';
import { HostBuffers } from './host-buffers.js';
import { defaultPreferences } from './link-procedures.js';

/** bleno takes handle 0 for no handle; real controllers begin at 0x40 or so, too. */
const FIRST_HANDLE = 0x0040;
const LAST_HANDLE = 0x0eff;

/** Channel selection algorithm #2, which both ends of every link here have. */
const ALGORITHM_2 = 0x01;
/** Link type of a Data Buffer Overflow event. */
const ACL = 0x01;

/** The links of one controller, in both roles, and the data on them. */
export class Connections {
  preferences = defaultPreferences();
  hostBuffers: HostBuffers;
  readonly #byHandle = new Map<number, Connection>();
  #nextHandle = FIRST_HANDLE;
  readonly #parts: ControllerParts;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.hostBuffers = new HostBuffers(parts.host);
  }

  get all(): readonly Connection[] {
    return [...this.#byHandle.values()];
  }

  count(role: ConnectionRole): number {
    return this.all.filter(({ end }) => end.role === role).length;
  }

  isConnectedTo(peer: DeviceAddress): boolean {
    return this.all.some((connection) => sameAddress(connection.peer, peer));
  }

  /** Tells the host of a new link. `reported` runs before the next event about the link. */
  add(
    end: LinkEnd,
    request: ConnectRequest,
    meeting: Meeting,
    reported: (handle: number) => void,
  ): void {
    const { preferences } = this;
    const { host, random, medium } = this.#parts;
    const handle = this.#freeHandle();
    const link = { end, handle, host, random, clock: medium.clock };
    const connection = newConnection(link, meeting.peer.address, request, preferences);
    this.#byHandle.set(handle, connection);
    this.#attach(connection);
    reportConnection(host, handle, end.role, meeting, request.parameters);
    reported(handle);
    host.event(LeChannelSelectionAlgorithm, { handle, algorithm: ALGORITHM_2 });
    connection.procedures.begin();
  }

  /**
   * An ACL packet from the host (5-byte header included, length checked). False when it is malformed;
   * data for a handle that is gone is dropped, as the host may not know yet.
   */
  sendData(packet: Uint8Array): boolean {
    const { buffers, host } = this.#parts;
    const { handle, boundary, broadcast, length } = aclHeader(packet);
    if (broadcast !== 0 || boundary === 0b11 || length > buffers.length) return false;
    const connection = this.#byHandle.get(handle);
    if (connection === undefined) return true;
    if (this.#outstanding() >= buffers.count) {
      host.event(DataBufferOverflow, { linkType: ACL });
      return true;
    }
    connection.outstanding++;
    const data = new Uint8Array(packet.subarray(5)); // a copy: it is the host's to write to again
    connection.end.send({ first: boundary !== PacketBoundary.continuing, data });
    return true;
  }

  /** LE Set Host Channel Classification; for the links in the central role. */
  classifyChannels(map: Uint8Array): number {
    if (!isChannelMap(map)) return Status.invalidParameters;
    this.preferences.channelMap = map;
    for (const connection of this.#byHandle.values()) {
      if (connection.end.role !== ConnectionRole.central) continue;
      connection.channelMap = map;
      connection.end.control({ kind: 'channel-map', map });
    }
    return Status.success;
  }

  get(handle: number): Connection | undefined {
    return this.#byHandle.get(handle);
  }

  /** Signal strength of the peer in dBm. */
  rssi({ end }: Connection): number {
    return this.#parts.medium.rssi(end.peer, end.station);
  }

  /** Forgets every link without a word to the host; the peers lose them by timeout. */
  reset(): void {
    const connections = this.all;
    this.#byHandle.clear();
    this.preferences = defaultPreferences();
    this.hostBuffers = new HostBuffers(this.#parts.host);
    for (const connection of connections) {
      closeConnection(connection);
      connection.end.abandon();
    }
  }

  #attach(connection: Connection): void {
    const { host } = this.#parts;
    const { handle, end, parameterRequest } = connection;
    const oneCompleted = NumberOfCompletedPackets.packet({ completed: [{ handle, count: 1 }] });
    end.handlers = {
      data: (fragment) => {
        if (!this.hostBuffers.send(handle, fragment)) end.terminate(Status.lowResources);
      },
      acknowledged: () => {
        connection.outstanding--;
        host.send(oneCompleted);
      },
      updated: (parameters) => {
        parameterRequest.close();
        const updated = { status: Status.success, handle, ...parameters };
        host.event(LeConnectionUpdateComplete, updated);
      },
      control: (pdu) => receiveControl(connection, pdu),
      down: (reason) => {
        closeConnection(connection);
        this.#byHandle.delete(handle);
        this.hostBuffers.drop(handle);
        host.event(DisconnectionComplete, { status: Status.success, handle, reason });
      },
    };
  }

  #outstanding(): number {
    let sum = 0;
    for (const { outstanding } of this.#byHandle.values()) sum += outstanding;
    return sum;
  }

  /** Handles are not used again soon, so that a late packet does not go to the wrong link. */
  #freeHandle(): number {
    const handle = this.#nextHandle;
    this.#nextHandle = handle === LAST_HANDLE ? FIRST_HANDLE : handle + 1;
    return this.#byHandle.has(handle) ? this.#freeHandle() : handle;
  }
}
