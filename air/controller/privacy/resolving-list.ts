import { sameBytes } from '../../../lib/platform/bytes.js';
import type { Clock } from '../../../lib/platform/clock.js';
import type { Random } from '../../../lib/platform/random.js';
import type {
  LeAddToResolvingList,
  LeRemoveFromResolvingList,
  LeSetPrivacyMode,
} from '../../../lib/hci/commands/addresses.js';
import { Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { addressTypeByte, sameAddress } from '../../medium/pdu.js';
import type { DeviceAddress } from '../../medium/pdu.js';
import { ok } from '../outcome.js';
import { generateRpa, isResolvable, resolves } from './rpa.js';

/** Another device as the host is told of it. */
export interface Peer {
  /** Its identity where that is known, or else the address that it uses. */
  readonly address: DeviceAddress;
  /** The resolvable private address that it uses, where that was resolved. */
  readonly rpa?: DeviceAddress;
}

/** 0x00 public, 0x01 random; 0x02 and 0x03 the same of an identity whose private address was resolved. */
export const peerTypeByte = ({ address, rpa }: Peer): number =>
  addressTypeByte(address) | (rpa === undefined ? 0 : 0b10);

/** Of types above 1 the last bit counts. */
export const deviceAddress = (type: number, bytes: Uint8Array): DeviceAddress => ({
  type: (type & 1) === 1 ? 'random' : 'public',
  bytes,
});

type PeerIdentity = ParametersOf<typeof LeRemoveFromResolvingList>;

export const RESOLVING_LIST_SIZE = 16;

const DEFAULT_TIMEOUT_S = 900;

/** A private address that was made here. */
interface Generated {
  readonly address: DeviceAddress;
  readonly at: number;
}

interface Entry {
  readonly peer: DeviceAddress;
  /** Undefined where the host gave zeros: that side uses its identity address. */
  readonly peerIrk: Uint8Array | undefined;
  readonly localIrk: Uint8Array | undefined;
  /** Device privacy mode: the peer may use its identity address, too. */
  devicePrivacy: boolean;
  local?: Generated;
  /** For a peer that is advertised to. */
  target?: Generated;
  /** The address that the peer used last, or that was used for it. */
  peerRpa?: DeviceAddress;
}

/**
 * The resolving list (Vol 4 Part E 7.8.38 to 7.8.45 and 7.8.77; Vol 6 Part B 4.7 and 6): whose private
 * addresses are resolved, and the own ones that each of them sees.
 */
export class ResolvingList {
  readonly #entries: Entry[] = [];
  #enabled = false;
  #timeoutMs = DEFAULT_TIMEOUT_S * 1000;
  readonly #clock: Clock;
  readonly #random: Random;
  /** True while advertising, scanning or initiating. */
  readonly #inUse: () => boolean;

  constructor(clock: Clock, random: Random, inUse: () => boolean) {
    this.#inUse = inUse;
    this.#clock = clock;
    this.#random = random;
  }

  add(p: ParametersOf<typeof LeAddToResolvingList>): number {
    if (this.#isLocked()) return Status.commandDisallowed;
    const peer = deviceAddress(p.addressType, p.address);
    const peerIrk = key(p.peerIrk);
    const known = this.#entries.some(
      (entry) =>
        sameAddress(entry.peer, peer) ||
        (peerIrk && entry.peerIrk && sameBytes(peerIrk, entry.peerIrk)),
    );
    if (known) return Status.invalidParameters;
    if (this.#entries.length >= RESOLVING_LIST_SIZE) return Status.memoryCapacityExceeded;
    this.#entries.push({ peer, peerIrk, localIrk: key(p.localIrk), devicePrivacy: false });
    return Status.success;
  }

  remove(p: PeerIdentity): number {
    if (this.#isLocked()) return Status.commandDisallowed;
    const entry = this.#named(p);
    if (entry === undefined) return Status.unknownConnection;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    return Status.success;
  }

  clear(): number {
    if (this.#isLocked()) return Status.commandDisallowed;
    this.#entries.length = 0;
    return Status.success;
  }

  /** LE Read Peer Resolvable Address. */
  readPeer(p: PeerIdentity) {
    return found(this.#named(p)?.peerRpa);
  }

  /** LE Read Local Resolvable Address. */
  readLocal(p: PeerIdentity) {
    return found(this.#named(p)?.local?.address);
  }

  /** LE Set Address Resolution Enable. */
  setEnable(enable: number): number {
    if (this.#inUse()) return Status.commandDisallowed;
    this.#enabled = enable === 1;
    return Status.success;
  }

  /** LE Set Resolvable Private Address Timeout. */
  setTimeout(seconds: number): void {
    this.#timeoutMs = seconds * 1000;
  }

  setPrivacyMode(p: ParametersOf<typeof LeSetPrivacyMode>): number {
    if (this.#isLocked()) return Status.commandDisallowed;
    const entry = this.#named(p);
    if (entry === undefined) return Status.unknownConnection;
    entry.devicePrivacy = p.mode === 1;
    return Status.success;
  }

  /**
   * Who is behind an address that was heard. Undefined for an identity address that network privacy
   * mode ignores, because its owner is expected to use private ones.
   */
  identify(address: DeviceAddress): Peer | undefined {
    if (!this.#enabled) return { address };
    if (isResolvable(address)) {
      const entry = this.#entries.find(
        ({ peerIrk }) => peerIrk !== undefined && resolves(peerIrk, address),
      );
      if (entry === undefined) return { address };
      entry.peerRpa = address;
      return { address: entry.peer, rpa: address };
    }
    const entry = this.#find(address);
    const ignored = entry?.peerIrk !== undefined && !entry.devicePrivacy;
    return ignored ? undefined : { address };
  }

  /** True for a private address that was made with a local key: somebody means this device. */
  isLocal(address: DeviceAddress): boolean {
    return (
      this.#enabled &&
      this.#entries.some(({ localIrk }) => localIrk !== undefined && resolves(localIrk, address))
    );
  }

  /** The own private address that `peer` (an identity) sees; undefined without a key for that. */
  localAddress(peer: DeviceAddress): DeviceAddress | undefined {
    const entry = this.#find(peer);
    if (entry?.localIrk === undefined) return undefined;
    entry.local = this.#current(entry.local, entry.localIrk);
    return entry.local.address;
  }

  /** A private address of `peer` (an identity), to advertise to; undefined without a key for that. */
  targetAddress(peer: DeviceAddress): DeviceAddress | undefined {
    const entry = this.#find(peer);
    if (entry?.peerIrk === undefined) return undefined;
    entry.target = this.#current(entry.target, entry.peerIrk);
    entry.peerRpa = entry.target.address;
    return entry.target.address;
  }

  /** Milliseconds until an address that was made for `peer` just now is too old. */
  rotatesIn(
    peer: DeviceAddress,
    which: { readonly local: boolean; readonly target: boolean },
  ): number {
    const entry = this.#find(peer);
    const made = [which.local && entry?.local, which.target && entry?.target];
    const since = made.map((address) => (address ? address.at : Infinity));
    return Math.min(...since) + this.#timeoutMs - this.#clock.now();
  }

  reset(): void {
    this.#entries.length = 0;
    this.#enabled = false;
    this.#timeoutMs = DEFAULT_TIMEOUT_S * 1000;
  }

  #current(made: Generated | undefined, irk: Uint8Array): Generated {
    const now = this.#clock.now();
    if (made !== undefined && now - made.at < this.#timeoutMs) return made;
    return { address: generateRpa(irk, this.#random), at: now };
  }

  #find(peer: DeviceAddress): Entry | undefined {
    return this.#entries.find((entry) => sameAddress(entry.peer, peer));
  }

  #named({ addressType, address }: PeerIdentity): Entry | undefined {
    return this.#find(deviceAddress(addressType, address));
  }

  #isLocked(): boolean {
    return this.#enabled && this.#inUse();
  }
}

/** A key of zeros is none. */
const key = (bytes: Uint8Array): Uint8Array | undefined =>
  bytes.some((byte) => byte !== 0) ? bytes : undefined;

const found = (address: DeviceAddress | undefined) =>
  address === undefined ? Status.unknownConnection : ok({ address: address.bytes });
