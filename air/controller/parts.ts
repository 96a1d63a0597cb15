import { systemRandom } from '../../lib/platform/random.js';
import * as rule from '../../lib/platform/check.js';
import { checkOptions } from '../../lib/platform/check.js';
import type { Random } from '../../lib/platform/random.js';
import { ConnectionRole, Status } from '../../lib/hci/constants.js';
import type { LinkEnd } from '../medium/air-link.js';
import { BUFFERS } from '../medium/faults.js';
import { Placed } from '../medium/medium.js';
import type { Medium, Placement } from '../medium/medium.js';
import { formatAddress } from '../medium/pdu.js';
import type { AirPdu, ConnectRequest } from '../medium/pdu.js';
import type { Station } from '../medium/station.js';
import { AcceptList } from './accept-list.js';
import type { Acceptance } from './advertising/advertising-set.js';
import { AdvertisingSets } from './advertising/advertising-sets.js';
import { isLegacyEnabled } from './advertising/legacy-advertising.js';
import { Connections } from './connection/connections.js';
import { DEFAULT_ACL_BUFFERS } from './context.js';
import type { AclBuffers, ControllerParts } from './context.js';
import { HostPort } from './host-port.js';
import { Identity } from './identity.js';
import { Initiator } from './initiating/initiator.js';
import { Power } from './power.js';
import { ResolvingList } from './privacy/resolving-list.js';
import { Scanner } from './scanning/scanner.js';
import { DhKeys } from './security/dh-keys.js';

/** Commands of one family are refused once a host has used the other one (Vol 4 Part E 3.1.1). */
export type AdvertisingFamily = 'legacy' | 'extended';

/** Of a controller: its place, its name, and what it offers to its host. */
export interface PartsOptions extends Placement {
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
  /** For addresses, keys, LE Rand and the proofs of encryption (default: the system's). */
  readonly random?: Random;
}

const PARTS_RULES = {
  label: rule.text,
  aclBuffers: BUFFERS,
  peripheralLinks: rule.whole(0, 255),
  extendedAdvertising: rule.yesOrNo,
  random: rule.callback,
};

/** The parts of a controller, with what commands and the medium may do to them. */
export abstract class Controller extends Placed {
  /** @internal */
  readonly host: HostPort;
  /** @internal */
  readonly station: Station;
  /** @internal */
  readonly random: Random;
  /** @internal */
  readonly buffers: AclBuffers;
  /** @internal */
  peripheralLinks: number;
  /** @internal */
  readonly power: Power;
  /** @internal */
  readonly acceptList: AcceptList;
  /** @internal */
  readonly resolvingList: ResolvingList;
  /** @internal */
  readonly identity: Identity;
  /** @internal */
  readonly advertisingSets: AdvertisingSets;
  /** @internal */
  readonly scanner: Scanner;
  /** @internal */
  readonly initiator: Initiator;
  /** @internal */
  readonly connections: Connections;
  /** @internal */
  readonly dhKeys: DhKeys;
  /** A name for people, as `key air list` shows it; empty where it has none. */
  label: string;
  /** @internal */
  leHostSupport = false;
  /** True unless it was made without. */
  readonly offersExtendedAdvertising: boolean;
  /** @internal The family of advertising commands that the host uses. */
  protected family: AdvertisingFamily | undefined;
  /** @internal */
  protected isClosed = false;
  /** @internal */
  protected readonly medium: Medium;
  /** Requests that were accepted as the peripheral, until their link is up. */
  readonly #accepted = new Map<ConnectRequest, Acceptance>();

  /** @internal `address`: the public device address, 6 bytes, little-endian. */
  constructor(medium: Medium, address: Uint8Array, options: PartsOptions) {
    super();
    checkOptions(options, PARTS_RULES);
    this.medium = medium;
    this.label = options.label ?? '';
    this.buffers = options.aclBuffers ?? DEFAULT_ACL_BUFFERS;
    this.peripheralLinks = options.peripheralLinks ?? 1;
    this.offersExtendedAdvertising = options.extendedAdvertising ?? true;
    const host = (this.host = new HostPort(medium.defer));
    const station = (this.station = medium.join(this, options));
    const random = (this.random = options.random ?? systemRandom);
    this.power = new Power(station);
    this.acceptList = new AcceptList(() =>
      [this.advertisingSets, this.scanner, this.initiator].some((user) => user.usesAcceptList),
    );
    this.resolvingList = new ResolvingList(medium.clock, random, () => this.#usesAddresses());
    this.identity = new Identity(address, this.resolvingList);
    this.dhKeys = new DhKeys(host, random);
    const { buffers, acceptList, resolvingList, identity, power } = this;
    const own = { host, random, buffers, acceptList, resolvingList, identity, power };
    const parts: ControllerParts = { medium, station, ...own };
    const connections = (this.connections = new Connections(parts));
    const hasRoom = (): boolean =>
      connections.count(ConnectionRole.peripheral) + this.#accepted.size < this.peripheralLinks;
    this.advertisingSets = new AdvertisingSets(parts, hasRoom);
    const listeningChanged = (): void => {
      const windows = [this.scanner.window, this.initiator.window];
      if (this.isClosed) return;
      medium.listen(
        station,
        windows.filter((window) => window !== undefined),
      );
    };
    this.scanner = new Scanner({ ...parts, listeningChanged });
    this.initiator = new Initiator({ ...parts, connections, listeningChanged });
  }

  /** @internal The bitmap of Read Local Supported Commands. */
  abstract supportedCommands(): Uint8Array;

  /** @internal Goes where its label is remembered to be; false when it is not. */
  abstract recall(): boolean;

  /** The public device address, aa:bb:cc:dd:ee:ff. */
  get address(): string {
    return formatAddress(this.identity.public);
  }

  /** True once its host has used legacy advertising commands, which then are all that it may use. */
  get usesLegacyAdvertising(): boolean {
    return this.family === 'legacy';
  }

  /** How strongly it sends from now on, dBm; its links and advertisements included. */
  setTxPower(dbm: number): void {
    this.medium.setTxPower(this.station, dbm);
  }

  /** @internal LE Set Random Address, 6 bytes. */
  setRandomAddress(bytes: Uint8Array): number {
    const { advertisingSets, scanner, initiator } = this;
    if (isLegacyEnabled(advertisingSets) || scanner.enabled || initiator.listening) {
      return Status.commandDisallowed;
    }
    this.identity.random = { type: 'random', bytes };
    return Status.success;
  }

  /** @internal Back to the state after power-on. Links fall silent; their peers find out by timeout. */
  reset(): void {
    this.connections.reset();
    this.#accepted.clear();
    this.advertisingSets.reset();
    this.scanner.reset();
    this.initiator.reset();
    this.acceptList.reset();
    this.resolvingList.reset();
    this.identity.random = undefined;
    this.power.reset();
    this.dhKeys.reset();
    this.host.reset();
    this.leHostSupport = false;
    this.family = undefined;
  }

  /** @internal */
  receive(pdu: AirPdu, from: Station, rssi: number): void {
    if (this.isClosed) return;
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

  /** @internal */
  accept(request: ConnectRequest): boolean {
    const acceptance = this.advertisingSets.accept(request);
    if (acceptance !== undefined) this.#accepted.set(request, acceptance);
    return acceptance !== undefined;
  }

  /** @internal */
  refused(request: ConnectRequest): void {
    this.initiator.refused(request);
  }

  /** @internal */
  linkUp(end: LinkEnd, request: ConnectRequest): void {
    const acceptance = this.#accepted.get(request);
    this.#accepted.delete(request);
    const meeting = acceptance ?? this.initiator.connected(request);
    if (this.isClosed || meeting === undefined) {
      end.abandon();
      return;
    }
    this.connections.add(end, request, meeting, (handle) => {
      if (acceptance !== undefined && this.family === 'extended') {
        acceptance.set.reportTerminated(Status.success, handle, acceptance.events);
      }
    });
  }

  /** The resolving list stays as it is while addresses are in use. */
  #usesAddresses(): boolean {
    return this.advertisingSets.enabled || this.scanner.enabled || this.initiator.listening;
  }
}
