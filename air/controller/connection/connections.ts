import type { Random } from '../../../lib/platform/random.js';
import { EventCode, LeEvent, PacketBoundary, Role, Status } from '../../../lib/hci/constants.js';
import type { LinkEnd } from '../../medium/link.js';
import type { Medium } from '../../medium/medium.js';
import { sameAddress } from '../../medium/pdu.js';
import type { ConnectRequest, DeviceAddress } from '../../medium/pdu.js';
import type { AclBuffers } from '../acl-buffers.js';
import type { HostPort } from '../host-port.js';
import { ALL_CHANNELS, parseChannelMap } from './channel-map.js';
import { closeConnection, receiveControl } from './connection.js';
import type { Connection } from './connection.js';
import { reportConnection } from './connection-events.js';
import type { Meeting } from './connection-events.js';
import { Encryption } from './encryption.js';
import { HostBuffers } from './host-buffers.js';
import { linkParameterBytes, parseParameterRange, shortest } from './link-parameters.js';
import { defaultPreferences, LinkProcedures } from './link-procedures.js';
import { ParameterRequest } from './parameter-request.js';

/** bleno takes handle 0 for no handle; real controllers begin at 0x40 or so, too. */
const FIRST_HANDLE = 0x0040;
const LAST_HANDLE = 0x0eff;

/** Reasons that a host may give for a disconnection (Vol 4 Part E 7.1.6). */
const DISCONNECT_REASONS: ReadonlySet<number> = new Set([0x05, 0x13, 0x14, 0x15, 0x1a, 0x29, 0x3b]);

/** Channel selection algorithm #2, which both ends of every link here have. */
const ALGORITHM_2 = 0x01;

/** The links of one controller, in both roles, and the data on them. */
export class Connections {
  preferences = defaultPreferences();
  readonly hostBuffers: HostBuffers;
  readonly #byHandle = new Map<number, Connection>();
  #nextHandle = FIRST_HANDLE;
  readonly #medium: Medium;
  readonly #host: HostPort;
  readonly #buffers: AclBuffers;
  readonly #random: Random;

  constructor(medium: Medium, host: HostPort, buffers: AclBuffers, random: Random) {
    this.#medium = medium;
    this.#host = host;
    this.#buffers = buffers;
    this.#random = random;
    this.hostBuffers = new HostBuffers((packet) => {
      host.send(packet);
    });
  }

  get any(): boolean {
    return this.#byHandle.size > 0;
  }

  get all(): readonly Connection[] {
    return [...this.#byHandle.values()];
  }

  count(role: Role): number {
    return [...this.#byHandle.values()].filter(({ end }) => end.role === role).length;
  }

  isConnectedTo(peer: DeviceAddress): boolean {
    return [...this.#byHandle.values()].some((connection) => sameAddress(connection.peer, peer));
  }

  /** Tells the host of a new link. `reported` runs before the next event about the link. */
  add(
    end: LinkEnd,
    request: ConnectRequest,
    meeting: Meeting,
    reported: (handle: number) => void,
  ): void {
    const { preferences } = this;
    const host = this.#host;
    const medium = this.#medium;
    const handle = this.#freeHandle();
    const handleBytes = Buffer.from([handle & 0xff, handle >> 8]);
    const connection: Connection = {
      handle,
      end,
      peer: meeting.peer.address,
      encryption: new Encryption(end, handleBytes, host, this.#random, medium.clock),
      procedures: new LinkProcedures(end, handleBytes, host, preferences, request.phy ?? 1),
      parameterRequest: new ParameterRequest(end, handleBytes, host, medium.clock),
      channelMap: request.channelMap ?? ALL_CHANNELS,
      outstanding: 0,
      terminating: false,
    };
    this.#byHandle.set(handle, connection);
    this.#attach(connection, handleBytes);
    reportConnection(host, handleBytes, end.role, meeting, request.parameters);
    reported(handle);
    const algorithm = Buffer.concat([handleBytes, Buffer.from([ALGORITHM_2])]);
    host.leEvent(LeEvent.channelSelectionAlgorithm, algorithm);
    connection.procedures.begin();
  }

  /**
   * An ACL packet from the host (5-byte header included, length checked). False when it is malformed;
   * data for a handle that is gone is dropped, as the host may not know yet.
   */
  sendData(packet: Buffer): boolean {
    const field = packet.readUInt16LE(1);
    const boundary = (field >> 12) & 0b11;
    const data = packet.subarray(5);
    if (field >> 14 !== 0 || boundary === 0b11 || data.length > this.#buffers.length) return false;
    const connection = this.#byHandle.get(field & 0x0fff);
    if (connection === undefined) return true;
    if (this.#outstanding() >= this.#buffers.count) {
      this.#host.event(EventCode.dataBufferOverflow, Buffer.from([0x01]));
      return true;
    }
    connection.outstanding++;
    connection.end.send({ first: boundary !== PacketBoundary.continuing, data: Buffer.from(data) });
    return true;
  }

  /** Disconnect, 3 bytes. */
  disconnect(p: Buffer): number {
    const connection = this.#byHandle.get(p.readUInt16LE(0));
    const reason = p.readUInt8(2);
    if (connection === undefined) return Status.unknownConnection;
    if (!DISCONNECT_REASONS.has(reason)) return Status.invalidParameters;
    if (connection.terminating) return Status.commandDisallowed;
    connection.terminating = true;
    connection.end.terminate(reason);
    return Status.success;
  }

  /** LE Connection Update, 14 bytes: the central decides, the peripheral asks. */
  update(p: Buffer): number {
    return this.on(p, ({ end, parameterRequest }, rest) => {
      const range = parseParameterRange(rest);
      if (range === undefined) return Status.invalidParameters;
      if (end.role === Role.peripheral) return parameterRequest.ask(range);
      end.update(shortest(range));
      return Status.success;
    });
  }

  /** LE Set Host Channel Classification, 5 bytes; for the links in the central role. */
  classifyChannels(p: Buffer): number {
    const map = parseChannelMap(p);
    if (map === undefined) return Status.invalidParameters;
    this.preferences.channelMap = map;
    for (const connection of this.#byHandle.values()) {
      if (connection.end.role !== Role.central) continue;
      connection.channelMap = map;
      connection.end.control({ kind: 'channel-map', map });
    }
    return Status.success;
  }

  /** A command about one link, which begins with its handle; `run` gets what follows. */
  on(p: Buffer, run: (connection: Connection, rest: Buffer) => number): number {
    const connection = this.#byHandle.get(p.readUInt16LE(0));
    return connection === undefined ? Status.unknownConnection : run(connection, p.subarray(2));
  }

  /** Signal strength of the peer in dBm. */
  rssi({ end }: Connection): number {
    return this.#medium.rssi(end.peer, end.station);
  }

  /** Forgets every link without a word to the host; the peers lose them by timeout. */
  reset(): void {
    const connections = [...this.#byHandle.values()];
    this.#byHandle.clear();
    this.preferences = defaultPreferences();
    this.hostBuffers.reset();
    for (const connection of connections) {
      closeConnection(connection);
      connection.end.abandon();
    }
  }

  #attach(connection: Connection, handleBytes: Buffer): void {
    const { handle, end, parameterRequest } = connection;
    const oneCompleted = Buffer.concat([Buffer.from([1]), handleBytes, Buffer.from([1, 0])]);
    end.handlers = {
      data: (fragment) => {
        if (!this.hostBuffers.send(handle, fragment)) end.terminate(Status.lowResources);
      },
      acknowledged: () => {
        connection.outstanding--;
        this.#host.event(EventCode.numberOfCompletedPackets, oneCompleted);
      },
      updated: (parameters) => {
        parameterRequest.close();
        const head = Buffer.concat([Buffer.from([Status.success]), handleBytes]);
        const event = Buffer.concat([head, linkParameterBytes(parameters)]);
        this.#host.leEvent(LeEvent.connectionUpdateComplete, event);
      },
      control: (pdu) => {
        receiveControl(connection, pdu);
      },
      down: (reason) => {
        closeConnection(connection);
        this.#byHandle.delete(handle);
        this.hostBuffers.drop(handle);
        const head = Buffer.concat([Buffer.from([Status.success]), handleBytes]);
        const event = Buffer.concat([head, Buffer.from([reason])]);
        this.#host.event(EventCode.disconnectionComplete, event);
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
    while (this.#byHandle.has(this.#nextHandle)) this.#advanceHandle();
    const handle = this.#nextHandle;
    this.#advanceHandle();
    return handle;
  }

  #advanceHandle(): void {
    this.#nextHandle = this.#nextHandle === LAST_HANDLE ? FIRST_HANDLE : this.#nextHandle + 1;
  }
}
