import { silentLogger } from '../../lib/platform/logger.js';
import type { Logger } from '../../lib/platform/logger.js';
import { systemRandom } from '../../lib/platform/random.js';
import type { Random } from '../../lib/platform/random.js';
import type { Direction } from '../capture/btsnoop.js';
import { HardwareError, PacketType, ConnectionRole, Status } from '../../lib/hci/constants.js';
import {
  CommandComplete,
  CommandStatus,
  HardwareErrorEvent,
} from '../../lib/hci/events/general.js';
import { H4Error, packetLength } from '../../lib/hci/h4.js';
import type { AirTransport } from '../../lib/hci/transport.js';
import type { LinkEnd, LinkLayer } from '../medium/air-link.js';
import type { Medium, Placement } from '../medium/medium.js';
import type { Position } from '../medium/path-loss.js';
import { formatAddress } from '../medium/pdu.js';
import type { AirPdu, ConnectRequest } from '../medium/pdu.js';
import type { Station } from '../medium/station.js';
import { AcceptList } from './accept-list.js';
import { DEFAULT_ACL_BUFFERS } from './acl-buffers.js';
import type { AclBuffers } from './acl-buffers.js';
import type { Acceptance } from './advertising/advertising-set.js';
import { AdvertisingSets } from './advertising/advertising-sets.js';
import { ExtendedAdvertising } from './advertising/extended-advertising.js';
import { LegacyAdvertising } from './advertising/legacy-advertising.js';
import {
  COMMANDS,
  LEGACY_COMMANDS,
  SUPPORTED_COMMANDS,
  SUPPORTED_LEGACY_COMMANDS,
} from './commands.js';
import { failed } from './commands/command.js';
import type { AdvertisingFamily, CommandHandler, HostAnswer } from './commands/command.js';
import { Connections } from './connection/connections.js';
import { HostPort } from './host-port.js';
import { Identity } from './identity.js';
import { Initiator } from './initiating/initiator.js';
import type { Controller } from './parts.js';
import { Power } from './power.js';
import { ResolvingList } from './privacy/resolving-list.js';
import { Scanner } from './scanning/scanner.js';
import { DhKeys } from './security/dh-keys.js';

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
  /**
   * False: a controller without extended advertising, which does not know its commands (default true). A
   * host may use legacy commands or extended ones, not both; so a kernel that uses extended ones leaves
   * no room for programs that send legacy ones beside it.
   */
  readonly extendedAdvertising?: boolean;
  readonly logger?: Logger;
  /** For addresses, keys, LE Rand and the proofs of encryption (default: the system's). */
  readonly random?: Random;
  /** Puts the controller where its label is remembered to be; false when it is not. */
  readonly recall?: (controller: VirtualController) => boolean;
}

/** Hosts send one command at a time. */
const ALLOWED = 1;

/** Sees a whole H4 packet pass. Must not throw. */
export type PacketObserver = (packet: Uint8Array, direction: Direction) => void;

/** A Bluetooth LE controller in software: HCI towards its host, a station towards the medium. */
export class VirtualController implements AirTransport, Controller, LinkLayer {
  readonly host: HostPort;
  readonly station: Station;
  readonly random: Random;
  readonly buffers: AclBuffers;
  readonly peripheralLinks: number;
  readonly power: Power;
  readonly acceptList: AcceptList;
  readonly resolvingList: ResolvingList;
  readonly identity: Identity;
  readonly advertisingSets: AdvertisingSets;
  readonly legacyAdvertising: LegacyAdvertising;
  readonly extendedAdvertising: ExtendedAdvertising;
  readonly scanner: Scanner;
  readonly initiator: Initiator;
  readonly connections: Connections;
  readonly dhKeys: DhKeys;
  label: string;
  leHostSupport = false;
  readonly #commands: ReadonlyMap<number, CommandHandler>;
  /** The family of advertising commands that the host uses. */
  #family: AdvertisingFamily | undefined;
  readonly #medium: Medium;
  readonly #logger: Logger;
  readonly #recall: ControllerOptions['recall'];
  readonly #observers = new Set<PacketObserver>();
  readonly #closeListeners = new Set<() => void>();
  /** Requests that were accepted as the peripheral, until their link is up. */
  readonly #accepted = new Map<ConnectRequest, Acceptance>();
  #closed = false;

  /** `address`: the public device address, 6 bytes, little-endian. */
  constructor(medium: Medium, address: Uint8Array, options: ControllerOptions = {}) {
    this.#medium = medium;
    this.#logger = options.logger ?? silentLogger;
    this.#commands = options.extendedAdvertising === false ? LEGACY_COMMANDS : COMMANDS;
    this.label = options.label ?? '';
    this.#recall = options.recall;
    this.buffers = options.aclBuffers ?? DEFAULT_ACL_BUFFERS;
    this.peripheralLinks = options.peripheralLinks ?? 1;
    const host = (this.host = new HostPort(medium.defer));
    const station = (this.station = medium.join(this, options));
    const random = (this.random = options.random ?? systemRandom);
    this.power = new Power(station);
    this.acceptList = new AcceptList(() =>
      [this.advertisingSets, this.scanner, this.initiator].some((user) => user.usesAcceptList),
    );
    this.resolvingList = new ResolvingList(medium.clock, random, () => this.#usesAddresses());
    this.identity = new Identity(address, this.resolvingList);
    this.connections = new Connections(medium, host, this.buffers, random);
    this.dhKeys = new DhKeys(host, random);
    const { acceptList, resolvingList, identity, connections, power } = this;
    const context = { medium, station, host, random, acceptList, resolvingList, identity, power };
    const hasRoom = (): boolean =>
      connections.count(ConnectionRole.peripheral) + this.#accepted.size < this.peripheralLinks;
    this.advertisingSets = new AdvertisingSets(context, hasRoom);
    this.legacyAdvertising = new LegacyAdvertising(this.advertisingSets, identity, host);
    this.extendedAdvertising = new ExtendedAdvertising(this.advertisingSets, host, power);
    const listeningChanged = (): void => {
      const windows = [this.scanner.window, this.initiator.window];
      if (!this.#closed) medium.listen(station, windows.filter(isDefined));
    };
    this.scanner = new Scanner({ ...context, listeningChanged });
    this.initiator = new Initiator({ ...context, connections, listeningChanged });
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
    const [type, low = 0, high = 0] = packet;
    if (!isWhole(packet) || type === PacketType.event) {
      this.#malformed();
      return;
    }
    for (const observe of this.#observers) observe(packet, 'sent');
    // A copy: it is the host's to write to again.
    if (type === PacketType.command)
      this.#command(low | (high << 8), new Uint8Array(packet.subarray(4)));
    else if (type !== PacketType.acl || !this.connections.sendData(packet)) this.#malformed();
  }

  onPacket(listener: (packet: Uint8Array) => void): () => void {
    return this.host.onPacket(listener);
  }

  /** Shows each packet of the host before it is acted upon, and each to it before it is delivered. */
  observe(observer: PacketObserver): void {
    this.#observers.add(observer);
    this.host.onPacket((packet) => {
      observer(packet, 'received');
    });
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
    this.reset();
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

  /** Goes where its label is remembered to be; false when it is not. */
  recall(): boolean {
    return this.#recall?.(this) ?? false;
  }

  setTxPower(dbm: number): void {
    this.#medium.setTxPower(this.station, dbm);
  }

  /** The bitmap of Read Local Supported Commands. */
  supportedCommands(): Uint8Array {
    return this.offersExtendedAdvertising ? SUPPORTED_COMMANDS : SUPPORTED_LEGACY_COMMANDS;
  }

  /** True unless it was made without. */
  get offersExtendedAdvertising(): boolean {
    return this.#commands === COMMANDS;
  }

  /** LE Set Random Address, 6 bytes. */
  setRandomAddress(bytes: Uint8Array): number {
    if (this.legacyAdvertising.enabled || this.scanner.enabled || this.initiator.listening) {
      return Status.commandDisallowed;
    }
    this.identity.setRandom(bytes);
    return Status.success;
  }

  /** Back to the state after power-on. Links fall silent; their peers find out by timeout. */
  reset(): void {
    this.connections.reset();
    this.#accepted.clear();
    this.advertisingSets.reset();
    this.scanner.reset();
    this.initiator.reset();
    this.acceptList.reset();
    this.resolvingList.reset();
    this.identity.reset();
    this.power.reset();
    this.dhKeys.reset();
    this.host.reset();
    this.leHostSupport = false;
    this.#family = undefined;
  }

  receive(pdu: AirPdu, from: Station, rssi: number): void {
    if (this.#closed) return;
    switch (pdu.kind) {
      case 'advertising':
        this.scanner.heard(pdu, from, rssi);
        this.initiator.heard(pdu, from);
        break;
      case 'scan-request':
        this.advertisingSets.scanRequested(pdu, from);
        break;
      case 'scan-response':
        this.scanner.answered(pdu, from, rssi);
        break;
    }
  }

  accept(request: ConnectRequest): boolean {
    const acceptance = this.advertisingSets.accept(request);
    if (acceptance !== undefined) this.#accepted.set(request, acceptance);
    return acceptance !== undefined;
  }

  refused(request: ConnectRequest): void {
    this.initiator.refused(request);
  }

  linkUp(end: LinkEnd, request: ConnectRequest): void {
    const acceptance = this.#accepted.get(request);
    this.#accepted.delete(request);
    const meeting = acceptance ?? this.initiator.connected(request);
    if (this.#closed || meeting === undefined) {
      end.abandon();
      return;
    }
    this.connections.add(end, request, meeting, (handle) => {
      if (acceptance !== undefined && this.#family === 'extended') {
        this.extendedAdvertising.connected(acceptance, handle);
      }
    });
  }

  /** The resolving list stays as it is while addresses are in use. */
  #usesAddresses(): boolean {
    return this.advertisingSets.enabled || this.scanner.enabled || this.initiator.listening;
  }

  #command(opcode: number, parameters: Uint8Array): void {
    const command = this.#commands.get(opcode);
    if (command === undefined) {
      this.#complete(opcode, Uint8Array.of(Status.unknownCommand));
      return;
    }
    const { answer } = command.declared;
    const { status, returned, then } = this.#run(command, parameters);
    if (answer === 'status') this.host.event(CommandStatus, { status, allowed: ALLOWED, opcode });
    else if (answer === 'complete' || status !== Status.success) this.#complete(opcode, returned);
    then?.();
  }

  #complete(opcode: number, returned: Uint8Array): void {
    this.host.event(CommandComplete, { allowed: ALLOWED, opcode, returned });
  }

  #run(command: CommandHandler, bytes: Uint8Array): HostAnswer {
    const { declared, family } = command;
    const { least, most } = declared.parameters;
    if (bytes.length < least || bytes.length > most) {
      return failed(declared, Status.invalidParameters);
    }
    if (family !== undefined) {
      this.#family ??= family;
      if (this.#family !== family) return failed(declared, Status.commandDisallowed);
    }
    return command.run(this, bytes);
  }

  #malformed(): void {
    this.#logger.warn('malformed packet from the host', { label: this.label });
    this.host.event(HardwareErrorEvent, { code: HardwareError.malformedPacket });
  }
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

const isWhole = (packet: Uint8Array): boolean => {
  try {
    return packetLength(packet) === packet.length;
  } catch (error) {
    if (error instanceof H4Error) return false;
    throw error;
  }
};
