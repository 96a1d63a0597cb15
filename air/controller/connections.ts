import type { Random } from '../../lib/platform/random.js';
import { EventCode, LeEvent, PacketBoundary, Role, Status } from '../hci/constants.js';
import { aclPacket } from '../hci/packets.js';
import type { ControlPdu } from '../medium/control-pdu.js';
import type { LinkEnd } from '../medium/link.js';
import type { Medium } from '../medium/medium.js';
import { sameAddress, type ConnectRequest, type DeviceAddress } from '../medium/pdu.js';
import { Encryption } from './encryption.js';
import type { HostPort } from './host-port.js';
import { connectionComplete, connectionUpdateComplete, parseLinkParameters } from './link-codec.js';
import { defaultPreferences, LinkProcedures } from './link-procedures.js';

/** Buffers for data from the host: `count` packets of at most `length` bytes of data. */
export interface AclBuffers {
  readonly length: number;
  readonly count: number;
}

export const DEFAULT_ACL_BUFFERS: AclBuffers = { length: 251, count: 8 };

/** bleno takes handle 0 for no handle; real controllers begin at 0x40 or so, too. */
const FIRST_HANDLE = 0x0040;
const LAST_HANDLE = 0x0eff;

/** Reasons that a host may give for a disconnection (Vol 4 Part E 7.1.6). */
const DISCONNECT_REASONS: ReadonlySet<number> = new Set([0x05, 0x13, 0x14, 0x15, 0x1a, 0x29, 0x3b]);

export interface Connection {
  readonly handle: number;
  readonly end: LinkEnd;
  readonly peer: DeviceAddress;
  readonly encryption: Encryption;
  readonly procedures: LinkProcedures;
  /** Packets of the host that were not acknowledged yet. */
  outstanding: number;
  terminating: boolean;
}

/** The links of one controller, in both roles, and the data on them. */
export class Connections {
  preferences = defaultPreferences();
  readonly #byHandle = new Map<number, Connection>();
  #nextHandle = FIRST_HANDLE;

  constructor(
    private readonly medium: Medium,
    private readonly host: HostPort,
    private readonly buffers: AclBuffers,
    private readonly random: Random,
  ) {}

  get all(): readonly Connection[] {
    return [...this.#byHandle.values()];
  }

  count(role: Role): number {
    return [...this.#byHandle.values()].filter(({ end }) => end.role === role).length;
  }

  isConnectedTo(peer: DeviceAddress): boolean {
    return [...this.#byHandle.values()].some((connection) => sameAddress(connection.peer, peer));
  }

  add(end: LinkEnd, request: ConnectRequest): void {
    const peer = end.role === Role.central ? request.advertiser : request.initiator;
    const { host } = this;
    const handle = this.#freeHandle();
    const handleBytes = Buffer.from([handle & 0xff, handle >> 8]);
    const connection: Connection = {
      handle,
      end,
      peer,
      encryption: new Encryption(end, handleBytes, host, this.random, this.medium.clock),
      procedures: new LinkProcedures(end, handleBytes, host, this.preferences),
      outstanding: 0,
      terminating: false,
    };
    this.#byHandle.set(handle, connection);
    end.handlers = {
      data: ({ first, data }) => {
        const boundary = first ? PacketBoundary.first : PacketBoundary.continuing;
        this.host.send(aclPacket(handle, boundary, data));
      },
      acknowledged: () => {
        connection.outstanding--;
        const event = Buffer.from([1, handle & 0xff, handle >> 8, 1, 0]);
        this.host.event(EventCode.numberOfCompletedPackets, event);
      },
      updated: (parameters) => {
        const event = connectionUpdateComplete(handle, parameters);
        this.host.leEvent(LeEvent.connectionUpdateComplete, event);
      },
      control: (pdu) => {
        receiveControl(connection, pdu);
      },
      down: (reason) => {
        connection.encryption.close();
        this.#byHandle.delete(handle);
        const event = Buffer.from([Status.success, handle & 0xff, handle >> 8, reason]);
        this.host.event(EventCode.disconnectionComplete, event);
      },
    };
    const link = { peer, request };
    this.host.leEvent(
      LeEvent.connectionComplete,
      connectionComplete(Status.success, handle, end.role, link),
    );
  }

  /**
   * An ACL packet from the host (5-byte header included, length checked). False when it is malformed;
   * data for a handle that is gone is dropped, as the host may not know yet.
   */
  sendData(packet: Buffer): boolean {
    const field = packet.readUInt16LE(1);
    const boundary = (field >> 12) & 0b11;
    const data = packet.subarray(5);
    if (field >> 14 !== 0 || boundary === 0b11 || data.length > this.buffers.length) return false;
    const connection = this.#byHandle.get(field & 0x0fff);
    if (connection === undefined) return true;
    if (this.#outstanding() >= this.buffers.count) {
      this.host.event(EventCode.dataBufferOverflow, Buffer.from([0x01]));
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

  /** LE Connection Update, 14 bytes; the central's. Takes the shortest interval offered. */
  update(p: Buffer): number {
    const connection = this.#byHandle.get(p.readUInt16LE(0));
    if (connection === undefined) return Status.unknownConnection;
    if (connection.end.role !== Role.central) return Status.commandDisallowed;
    const parameters = parseLinkParameters(p.subarray(2));
    if (parameters === undefined) return Status.invalidParameters;
    connection.end.update(parameters);
    return Status.success;
  }

  /** A command about one link, which begins with its handle; `run` gets what follows. */
  on(p: Buffer, run: (connection: Connection, rest: Buffer) => number): number {
    const connection = this.#byHandle.get(p.readUInt16LE(0));
    return connection === undefined ? Status.unknownConnection : run(connection, p.subarray(2));
  }

  /** Signal strength of the peer in dBm; undefined for an unknown handle. */
  rssi(handle: number): number | undefined {
    const end = this.#byHandle.get(handle)?.end;
    return end === undefined ? undefined : this.medium.rssi(end.peer, end.station);
  }

  /** Forgets every link without a word to the host; the peers lose them by timeout. */
  reset(): void {
    const connections = [...this.#byHandle.values()];
    this.#byHandle.clear();
    this.preferences = defaultPreferences();
    for (const { encryption, end } of connections) {
      encryption.close();
      end.abandon();
    }
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

const receiveControl = ({ encryption, procedures }: Connection, pdu: ControlPdu): void => {
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
