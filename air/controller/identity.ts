import type { DeviceAddress } from '../medium/pdu.js';

/** The two addresses of a controller: its public one, and the random one that the host may set. */
export class Identity {
  readonly public: DeviceAddress;
  #random: DeviceAddress | undefined;

  /** `publicAddress`: 6 bytes, little-endian. */
  constructor(publicAddress: Buffer) {
    this.public = { type: 'public', bytes: publicAddress };
  }

  setRandom(bytes: Buffer): void {
    this.#random = { type: 'random', bytes: Buffer.from(bytes) };
  }

  reset(): void {
    this.#random = undefined;
  }

  /** The own address for Own_Address_Type 0 or 1; undefined when a random one is not set. */
  own(type: number): DeviceAddress | undefined {
    return type === 0 ? this.public : this.#random;
  }
}
