import type { Random } from '../../../lib/platform/random.js';
import { LeEvent, Status } from '../../../lib/hci/constants.js';
import type { Outcome } from '../outcome.js';
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
  readPublicKey(): Outcome {
    const pair = P256KeyPair.generate(this.#random);
    this.#pair = pair;
    return {
      status: Status.success,
      then: () => {
        this.#report(LeEvent.readLocalP256PublicKeyComplete, Status.success, pair.publicKey);
      },
    };
  }

  /** LE Generate DHKey [v1], 64 bytes: the peer's public key. */
  generate(p: Buffer): Outcome {
    if (this.#pair === undefined) return { status: Status.commandDisallowed };
    const key = this.#pair.dhKey(p);
    return {
      status: Status.success,
      then: () => {
        const status = key === undefined ? Status.invalidParameters : Status.success;
        const bytes = key ?? Buffer.alloc(DH_KEY_BYTES, 0xff);
        this.#report(LeEvent.generateDhKeyComplete, status, bytes);
      },
    };
  }

  reset(): void {
    this.#pair = undefined;
  }

  #report(subevent: number, status: number, key: Buffer): void {
    this.#host.leEvent(subevent, Buffer.concat([Buffer.from([status]), key]));
  }
}
