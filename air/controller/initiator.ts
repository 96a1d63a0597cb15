import { LeEvent, Role, Status } from '../hci/constants.js';
import type { Medium } from '../medium/medium.js';
import {
  sameAddress,
  type AdvertisingPdu,
  type ConnectRequest,
  type DeviceAddress,
} from '../medium/pdu.js';
import type { ScanWindow, Station } from '../medium/station.js';
import type { AcceptList } from './accept-list.js';
import type { Outcome } from './command.js';
import type { HostPort } from './host-port.js';
import type { Identity } from './identity.js';
import { connectionComplete, parseLinkParameters } from './link-codec.js';
import { scanWindow, validScanWindow } from './scanner.js';

type State =
  | { readonly name: 'idle' }
  /** Waiting to hear the advertiser that is wanted. */
  | { readonly name: 'listening'; readonly wanted: Wanted }
  /** The request is on the air and cannot be taken back; `cancelled` is remembered. */
  | {
      readonly name: 'requested';
      readonly wanted: Wanted;
      readonly request: ConnectRequest;
      readonly cancelled: boolean;
    };

/** Without an advertiser: anyone in the accept list. */
type Wanted = Omit<ConnectRequest, 'advertiser'> &
  Partial<Pick<ConnectRequest, 'advertiser'>> & { readonly window: ScanWindow };

const IDLE: State = { name: 'idle' };

/** Making a connection as the central (Vol 4 Part E 7.8.12 and 7.8.13). */
export class Initiator {
  #state: State = IDLE;

  constructor(
    private readonly medium: Medium,
    private readonly station: Station,
    private readonly identity: Identity,
    private readonly host: HostPort,
    private readonly acceptList: AcceptList,
    private readonly isConnectedTo: (peer: DeviceAddress) => boolean,
    /** Called when listening begins or ends. */
    private readonly changed: () => void,
  ) {}

  /** Also while a request is on the air: after a refusal it is the next advertising event's turn. */
  get listening(): boolean {
    return this.#state.name !== 'idle';
  }

  /** When it listens: undefined while it does not. */
  get window(): ScanWindow | undefined {
    return this.#state.name === 'idle' ? undefined : this.#state.wanted.window;
  }

  get usesAcceptList(): boolean {
    return this.#state.name !== 'idle' && this.#state.wanted.advertiser === undefined;
  }

  /** LE Create Connection, 25 bytes. */
  create(p: Buffer): number {
    if (this.#state.name !== 'idle') return Status.commandDisallowed;
    const filterPolicy = p.readUInt8(4);
    const peerType = p.readUInt8(5);
    const ownAddressType = p.readUInt8(12);
    const parameters = parseLinkParameters(p.subarray(13));
    const window = scanWindow(p.readUInt16LE(0), p.readUInt16LE(2));
    if (!validScanWindow(p.readUInt16LE(0), p.readUInt16LE(2))) return Status.invalidParameters;
    if (filterPolicy > 1 || peerType > 3 || ownAddressType > 3 || parameters === undefined) {
      return Status.invalidParameters;
    }
    const listOnly = filterPolicy === 1;
    if ((peerType > 1 && !listOnly) || ownAddressType > 1) return Status.unsupportedFeature;
    const initiator = this.identity.own(ownAddressType);
    if (initiator === undefined) return Status.invalidParameters;
    if (listOnly) {
      this.#set({ name: 'listening', wanted: { initiator, parameters, window } });
      return Status.success;
    }
    const advertiser: DeviceAddress = {
      type: peerType === 1 ? 'random' : 'public',
      bytes: Buffer.from(p.subarray(6, 12)),
    };
    if (this.isConnectedTo(advertiser)) return Status.connectionAlreadyExists;
    this.#set({ name: 'listening', wanted: { initiator, advertiser, parameters, window } });
    return Status.success;
  }

  /** LE Create Connection Cancel. */
  cancel(): Outcome {
    const state = this.#state;
    switch (state.name) {
      case 'idle':
        return { status: Status.commandDisallowed };
      case 'listening':
        this.#set(IDLE);
        return {
          status: Status.success,
          then: () => {
            this.#reportFailure();
          },
        };
      case 'requested':
        this.#set({ ...state, cancelled: true });
        return { status: Status.success };
    }
  }

  heard(pdu: AdvertisingPdu, from: Station): void {
    if (this.#state.name !== 'listening' || !pdu.connectable) return;
    const { wanted } = this.#state;
    const { advertiser } = pdu;
    if (advertiser === undefined || !this.#isWanted(wanted, advertiser)) return;
    const { initiator, parameters } = wanted;
    const request = { initiator, advertiser, parameters };
    this.#set({ name: 'requested', wanted, request, cancelled: false });
    this.medium.connect(this.station, from, request);
  }

  refused(request: ConnectRequest): void {
    const state = this.#state;
    if (state.name !== 'requested' || state.request !== request) return;
    this.#set(state.cancelled ? IDLE : { name: 'listening', wanted: state.wanted });
    if (state.cancelled) this.#reportFailure();
  }

  /** False when the link is not wanted any more (the controller was reset meanwhile). */
  connected(request: ConnectRequest): boolean {
    if (this.#state.name !== 'requested' || this.#state.request !== request) return false;
    this.#set(IDLE);
    return true;
  }

  reset(): void {
    this.#set(IDLE);
  }

  #isWanted(wanted: Wanted, heard: DeviceAddress): boolean {
    if (wanted.advertiser !== undefined) return sameAddress(heard, wanted.advertiser);
    return this.acceptList.has(heard) && !this.isConnectedTo(heard);
  }

  #set(state: State): void {
    const listened = this.listening;
    this.#state = state;
    if (listened !== this.listening) this.changed();
  }

  #reportFailure(): void {
    const event = connectionComplete(Status.unknownConnection, 0, Role.central, undefined);
    this.host.leEvent(LeEvent.connectionComplete, event);
  }
}
