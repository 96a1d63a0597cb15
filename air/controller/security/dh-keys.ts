import type { Random } from '../../../lib/platform/random.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeGenerateDhKeyComplete,
  LeReadLocalP256PublicKeyComplete,
} from '../../../lib/hci/events/general.js';
import type { CommandOutcome } from '../outcome.js';
import type { HostPort } from '../host-port.js';
import { P256KeyPair } from './p256.js';

const DH_KEY_BYTES = 32;

/** Elliptic curve Diffie-Hellman for hosts that leave it to the controller (Vol 4 Part E 7.8.36, 7.8.37). */
export class DhKeys {
  #pair: P256KeyPair | undefined;
  readonly #host: HostPort;
  readonly #random: Random;

  constructor(host: HostPort, random: Random) {
    this.#host = host;
    this.#random = random;
  }

  /** LE Read Local P-256 Public Key: makes a new pair of keys. */
  readPublicKey(): CommandOutcome<never> {
    const pair = P256KeyPair.generate(this.#random);
    this.#pair = pair;
    return {
      status: Status.success,
      then: () => {
        this.#host.event(LeReadLocalP256PublicKeyComplete, {
          status: Status.success,
          publicKey: pair.publicKey,
        });
      },
    };
  }

  /** LE Generate DHKey [v1], 64 bytes: the peer's public key. */
  generate(publicKey: Uint8Array): CommandOutcome<never> {
    if (this.#pair === undefined) return { status: Status.commandDisallowed };
    const key = this.#pair.dhKey(publicKey);
    return {
      status: Status.success,
      then: () => {
        const status = key === undefined ? Status.invalidParameters : Status.success;
        const bytes = key ?? new Uint8Array(DH_KEY_BYTES).fill(0xff);
        this.#host.event(LeGenerateDhKeyComplete, { status, key: bytes });
      },
    };
  }

  reset(): void {
    this.#pair = undefined;
  }
}
