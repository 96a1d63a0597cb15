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
    const { publicKey } = (this.#pair = P256KeyPair.generate(this.#random));
    const made = { status: Status.success, publicKey };
    const then = () => this.#host.event(LeReadLocalP256PublicKeyComplete, made);
    return { status: Status.success, then };
  }

  /** LE Generate DHKey [v1], 64 bytes: the peer's public key. */
  generate(publicKey: Uint8Array): CommandOutcome<never> {
    if (this.#pair === undefined) return { status: Status.commandDisallowed };
    const key = this.#pair.dhKey(publicKey);
    const made =
      key === undefined
        ? { status: Status.invalidParameters, key: new Uint8Array(DH_KEY_BYTES).fill(0xff) }
        : { status: Status.success, key };
    const then = () => this.#host.event(LeGenerateDhKeyComplete, made);
    return { status: Status.success, then };
  }

  reset(): void {
    this.#pair = undefined;
  }
}
