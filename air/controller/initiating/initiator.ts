import { ConnectionRole, Status } from '../../../lib/hci/constants.js';
import { sameAddress } from '../../medium/pdu.js';
import type { AdvertisingPdu, ConnectRequest } from '../../medium/pdu.js';
import type { ScanWindow, Station } from '../../medium/station.js';
import type { CommandOutcome } from '../outcome.js';
import { reportNoConnection } from '../connection/connection-events.js';
import type { Meeting } from '../connection/connection-events.js';
import type { Connections } from '../connection/connections.js';
import type { OwnAddress } from '../identity.js';
import type { ListeningParts } from '../context.js';
import type { Peer } from '../privacy/resolving-list.js';
import type { WantedLink } from './create-parameters.js';

interface InitiatingContext extends ListeningParts {
  readonly connections: Connections;
}

type State =
  | { readonly name: 'idle' }
  /** Waiting to hear the advertiser that is wanted. */
  | { readonly name: 'listening'; readonly wanted: WantedLink }
  /** The request is on the air and cannot be taken back; `cancelled` is remembered. */
  | {
      readonly name: 'requested';
      readonly wanted: WantedLink;
      readonly request: ConnectRequest;
      readonly meeting: Meeting;
      readonly cancelled: boolean;
    };

const IDLE: State = { name: 'idle' };

/** Making a connection as the central (Vol 4 Part E 7.8.12, 7.8.13 and 7.8.66). */
export class Initiator {
  #state: State = IDLE;
  readonly #context: InitiatingContext;

  constructor(context: InitiatingContext) {
    this.#context = context;
  }

  /** Also while a request is on the air: after a refusal it is the next advertising event's turn. */
  get listening(): boolean {
    return this.#state.name !== 'idle';
  }

  /** When it listens: undefined while it does not. */
  get window(): ScanWindow | undefined {
    return this.#state.name === 'idle' ? undefined : this.#state.wanted.window;
  }

  get usesAcceptList(): boolean {
    return this.#state.name !== 'idle' && this.#state.wanted.peer === undefined;
  }

  /** Begins to look for a link, unless the parameters were bad: an error code is given back. */
  create(wanted: WantedLink | number): number {
    if (this.#state.name !== 'idle') return Status.commandDisallowed;
    if (typeof wanted === 'number') return wanted;
    const { peer, ownAddressType } = wanted;
    const { identity, connections } = this.#context;
    // With type 3 and the accept list, it depends on who is heard.
    const dependsOnPeer = ownAddressType === 3 && peer === undefined;
    if (!dependsOnPeer && identity.own(ownAddressType, peer) === undefined) {
      return Status.invalidParameters;
    }
    if (peer !== undefined && connections.isConnectedTo(peer))
      return Status.connectionAlreadyExists;
    this.#set({ name: 'listening', wanted });
    return Status.success;
  }

  /** LE Create Connection Cancel. */
  cancel(): CommandOutcome<never> {
    const state = this.#state;
    switch (state.name) {
      case 'idle':
        return { status: Status.commandDisallowed };
      case 'listening':
        this.#set(IDLE);
        return {
          status: Status.success,
          then: () => this.#reportFailure(),
        };
      case 'requested':
        this.#set({ ...state, cancelled: true });
        return { status: Status.success };
    }
  }

  heard(pdu: AdvertisingPdu, from: Station): void {
    if (this.#state.name !== 'listening' || !pdu.connectable) return;
    const { identity, resolvingList, medium, station, connections } = this.#context;
    const { wanted } = this.#state;
    const { advertiser, extended, set } = pdu;
    if (advertiser === undefined || (extended !== undefined && !wanted.extended)) return;
    const peer = resolvingList.identify(advertiser);
    if (peer === undefined || !this.#isWanted(wanted, peer)) return;
    const own = identity.own(wanted.ownAddressType, peer.address);
    if (own === undefined || !this.#isTarget(pdu, own)) return;
    const { address, isPrivate } = own;
    const is2M = extended?.secondaryPhy === 2;
    const request: ConnectRequest = {
      initiator: address,
      advertiser,
      ...(set !== undefined && { set }),
      parameters: is2M ? (wanted.parameters2M ?? wanted.parameters) : wanted.parameters,
      ...(is2M && { phy: 2 }),
      channelMap: connections.preferences.channelMap,
    };
    const meeting = { peer, ...(isPrivate && { localRpa: address }) };
    this.#set({ name: 'requested', wanted, request, meeting, cancelled: false });
    medium.connect(station, from, request);
  }

  refused(request: ConnectRequest): void {
    const state = this.#state;
    if (state.name !== 'requested' || state.request !== request) return;
    this.#set(state.cancelled ? IDLE : { name: 'listening', wanted: state.wanted });
    if (state.cancelled) this.#reportFailure();
  }

  /** Undefined when the link is not wanted any more (the controller was reset meanwhile). */
  connected(request: ConnectRequest): Meeting | undefined {
    const state = this.#state;
    if (state.name !== 'requested' || state.request !== request) return undefined;
    this.#set(IDLE);
    return state.meeting;
  }

  reset(): void {
    this.#set(IDLE);
  }

  #isWanted(wanted: WantedLink, { address, rpa }: Peer): boolean {
    const { acceptList, connections } = this.#context;
    if (connections.isConnectedTo(address)) return false;
    if (wanted.peer === undefined) return acceptList.has(address);
    // The host may name an identity, or the private address that it has heard.
    return (
      sameAddress(address, wanted.peer) || (rpa !== undefined && sameAddress(rpa, wanted.peer))
    );
  }

  /** Who uses private addresses does not answer to the identity address (Vol 6 Part B 6.4). */
  #isTarget({ target }: AdvertisingPdu, { address, isPrivate }: OwnAddress): boolean {
    if (target === undefined || this.#context.resolvingList.isLocal(target)) return true;
    return !isPrivate && sameAddress(target, address);
  }

  #set(state: State): void {
    const listened = this.listening;
    this.#state = state;
    if (listened !== this.listening) this.#context.listeningChanged();
  }

  #reportFailure(): void {
    reportNoConnection(this.#context.host, Status.unknownConnection, ConnectionRole.central);
  }
}
