import type { DeviceAddress } from '../medium/pdu.js';
import type { ResolvingList } from './privacy/resolving-list.js';

/** An address that this device uses. */
export interface OwnAddress {
  readonly address: DeviceAddress;
  /** Made by the controller, with the local key of the resolving list. */
  readonly isPrivate: boolean;
}

/**
 * The addresses of a controller: its public one, the random one that the host may set, and private ones.
 * Own_Address_Type is 0 for public, 1 for random; 2 and 3 for a private address, or (where the resolving
 * list has no key for the peer) public and random respectively.
 */
export class Identity {
  readonly public: DeviceAddress;
  /** As the host has set it. */
  random: DeviceAddress | undefined;
  readonly #resolvingList: ResolvingList;

  /** `publicAddress`: 6 bytes, little-endian. */
  constructor(publicAddress: Uint8Array, resolvingList: ResolvingList) {
    this.#resolvingList = resolvingList;
    this.public = { type: 'public', bytes: publicAddress };
  }

  /** The own address towards `peer` (an identity); undefined when a random one is needed and not set. */
  own(
    type: number,
    peer: DeviceAddress | undefined,
    random: DeviceAddress | undefined = this.random,
  ): OwnAddress | undefined {
    const rpa = type < 2 || peer === undefined ? undefined : this.#resolvingList.localAddress(peer);
    if (rpa !== undefined) return { address: rpa, isPrivate: true };
    const address = this.identityAddress(type, random);
    return address && { address, isPrivate: false };
  }

  /** The address behind the private ones. */
  identityAddress(
    type: number,
    random: DeviceAddress | undefined = this.random,
  ): DeviceAddress | undefined {
    return (type & 1) === 0 ? this.public : random;
  }
}
