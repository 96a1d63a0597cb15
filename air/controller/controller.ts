import { silentLogger, type Logger } from '../../lib/platform/logger.js';
import { systemRandom, type Random } from '../../lib/platform/random.js';
import { EventCode, HardwareError, PacketType, Role, Status } from '../hci/constants.js';
import { H4Error, packetLength } from '../hci/h4.js';
import { commandComplete, commandStatus } from '../hci/packets.js';
import type { AirTransport } from '../hci/transport.js';
import type { LinkEnd } from '../medium/link.js';
import type { Medium, Placement } from '../medium/medium.js';
import type { Position } from '../medium/path-loss.js';
import { formatAddress, type AirPdu, type ConnectRequest } from '../medium/pdu.js';
import type { LinkLayer, Station } from '../medium/station.js';
import { AcceptList } from './accept-list.js';
import { Advertiser } from './advertiser.js';
import type { Command, Outcome } from './command.js';
import { COMMANDS } from './commands.js';
import { Connections, DEFAULT_ACL_BUFFERS, type AclBuffers } from './connections.js';
import { HostPort } from './host-port.js';
import { Identity } from './identity.js';
import { Initiator } from './initiator.js';
import { Scanner } from './scanner.js';

export interface ControllerOptions extends Placement {
  /** A name for people. */
  readonly label?: string;
  /** Buffers for data from the host (default 8 of 251 bytes). */
  readonly aclBuffers?: AclBuffers;
  /**
   * Links in the peripheral role at one time (default 1: bleno serves one, and loses the first when a
   * second one comes). While they are taken, connectable advertising is refused with status 0x09.
   */
  readonly peripheralLinks?: number;
  readonly logger?: Logger;
  /** For LE Rand and the proofs of encryption (default: the system's). */
  readonly random?: Random;
}

/** A Bluetooth LE controller in software: HCI towards its host, a station towards the medium. */
export class VirtualController implements AirTransport, LinkLayer {
  readonly host: HostPort;
  readonly identity: Identity;
  readonly station: Station;
  readonly random: Random;
  readonly acceptList: AcceptList;
  readonly advertiser: Advertiser;
  readonly scanner: Scanner;
  readonly initiator: Initiator;
  readonly connections: Connections;
  readonly buffers: AclBuffers;
  label: string;
  leHostSupport = false;
  readonly #medium: Medium;
  readonly #logger: Logger;
  readonly #closeListeners = new Set<() => void>();
  /** Requests that were accepted as the peripheral, until their link is up. */
  readonly #accepted = new Set<ConnectRequest>();
  #closed = false;

  /** `address`: the public device address, 6 bytes, little-endian. */
  constructor(medium: Medium, address: Buffer, options: ControllerOptions = {}) {
    this.#medium = medium;
    this.#logger = options.logger ?? silentLogger;
    this.label = options.label ?? '';
    this.buffers = options.aclBuffers ?? DEFAULT_ACL_BUFFERS;
    this.host = new HostPort(medium.defer);
    this.identity = new Identity(address);
    this.station = medium.join(this, options);
    this.random = options.random ?? systemRandom;
    this.connections = new Connections(medium, this.host, this.buffers, this.random);
    this.acceptList = new AcceptList(() =>
      [this.advertiser, this.scanner, this.initiator].some((user) => user.usesAcceptList),
    );
    const { station, identity, host, connections, acceptList } = this;
    const listen = (): void => {
      const windows = [this.scanner.window, this.initiator.window];
      if (!this.#closed) medium.listen(station, windows.filter(isDefined));
    };
    this.scanner = new Scanner(medium, station, identity, host, acceptList, listen);
    this.initiator = new Initiator(
      medium,
      station,
      identity,
      host,
      acceptList,
      (peer) => connections.isConnectedTo(peer),
      listen,
    );
    const peripheralLinks = options.peripheralLinks ?? 1;
    this.advertiser = new Advertiser(
      medium,
      station,
      identity,
      acceptList,
      () => connections.count(Role.peripheral) + this.#accepted.size < peripheralLinks,
    );
  }

  /** The public device address, aa:bb:cc:dd:ee:ff. */
  get address(): string {
    return formatAddress(this.identity.public);
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(packet: Uint8Array): void {
    if (this.#closed) return;
    const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
    if (!isWhole(bytes)) {
      this.#malformed();
    } else if (bytes[0] === PacketType.command) {
      this.#command(bytes.readUInt16LE(1), bytes.subarray(4));
    } else if (bytes[0] !== PacketType.acl || !this.connections.sendData(bytes)) {
      this.#malformed();
    }
  }

  onPacket(listener: (packet: Buffer) => void): () => void {
    return this.host.onPacket(listener);
  }

  onClose(listener: () => void): () => void {
    this.#closeListeners.add(listener);
    return () => {
      this.#closeListeners.delete(listener);
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.host.close();
    this.connections.reset();
    this.#medium.leave(this.station);
    for (const listener of this.#closeListeners) listener();
    this.#closeListeners.clear();
  }

  /** Where it is now, in metres. */
  get position(): Position {
    return this.#medium.position(this.station);
  }

  /** Puts it there at once. */
  moveTo(x: number, y: number): void {
    this.#medium.move(this.station, { x, y });
  }

  /** Sets it walking there in a straight line. @param speed metres in a second, above 0 */
  walkTo(to: Position, speed: number): void {
    this.#medium.walk(this.station, to, speed);
  }

  setTxPower(dbm: number): void {
    this.#medium.setTxPower(this.station, dbm);
  }

  /** LE Set Random Address, 6 bytes. */
  setRandomAddress(bytes: Buffer): number {
    if (this.advertiser.enabled || this.scanner.enabled || this.initiator.listening) {
      return Status.commandDisallowed;
    }
    this.identity.setRandom(bytes);
    return Status.success;
  }

  /** Back to the state after power-on. Links fall silent; their peers find out by timeout. */
  reset(): void {
    this.connections.reset();
    this.#accepted.clear();
    this.advertiser.reset();
    this.scanner.reset();
    this.initiator.reset();
    this.acceptList.reset();
    this.identity.reset();
    this.host.reset();
    this.leHostSupport = false;
  }

  receive(pdu: AirPdu, from: Station, rssi: number): void {
    if (this.#closed) return;
    switch (pdu.kind) {
      case 'advertising':
        this.scanner.heard(pdu, from, rssi);
        this.initiator.heard(pdu, from);
        break;
      case 'scan-request':
        this.advertiser.scanRequested(pdu, from);
        break;
      case 'scan-response':
        this.scanner.answered(pdu, rssi);
        break;
    }
  }

  accept(request: ConnectRequest): boolean {
    const accepted = this.advertiser.accept(request);
    if (accepted) this.#accepted.add(request);
    return accepted;
  }

  refused(request: ConnectRequest): void {
    this.initiator.refused(request);
  }

  linkUp(end: LinkEnd, request: ConnectRequest): void {
    const wanted =
      end.role === Role.peripheral
        ? this.#accepted.delete(request)
        : this.initiator.connected(request);
    if (this.#closed || !wanted) end.abandon();
    else this.connections.add(end, request);
  }

  #command(opcode: number, parameters: Buffer): void {
    const command = COMMANDS.get(opcode);
    if (command === undefined) {
      this.host.send(commandComplete(opcode, Buffer.from([Status.unknownCommand])));
      return;
    }
    const outcome = this.#run(command, parameters);
    if (command.answer === 'status') {
      this.host.send(commandStatus(opcode, outcome.status));
    } else {
      const returned = outcome.returned ?? Buffer.alloc(command.returns);
      this.host.send(
        commandComplete(opcode, Buffer.concat([Buffer.from([outcome.status]), returned])),
      );
    }
    outcome.then?.();
  }

  #run(command: Command, parameters: Buffer): Outcome {
    const { length, minimum = length } = command;
    if (parameters.length < minimum || parameters.length > length) {
      return { status: Status.invalidParameters };
    }
    const outcome = command.run(this, parameters);
    return typeof outcome === 'number' ? { status: outcome } : outcome;
  }

  #malformed(): void {
    this.#logger.warn('malformed packet from the host', { label: this.label });
    this.host.event(EventCode.hardwareError, Buffer.from([HardwareError.malformedPacket]));
  }
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

const isWhole = (packet: Buffer): boolean => {
  try {
    return packetLength(packet) === packet.length;
  } catch (error) {
    if (error instanceof H4Error) return false;
    throw error;
  }
};
