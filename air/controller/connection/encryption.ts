import { timingSafeEqual } from 'node:crypto';
import { concat } from '../../../lib/platform/bytes.js';
import type { LeEnableEncryption } from '../../../lib/hci/commands/links.js';
import { ConnectionRole, Status } from '../../../lib/hci/constants.js';
import {
  EncryptionChange,
  EncryptionKeyRefreshComplete,
  LeLongTermKeyRequest,
} from '../../../lib/hci/events/links.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { EncryptionRequestPdu, EncryptionStartPdu } from '../../medium/control-pdu.js';
import { encryptBlock } from '../security/cipher.js';
import { Procedure } from './procedure.js';

type State =
  | { readonly name: 'idle' }
  /** The central's: the request is on its way. */
  | { readonly name: 'requested'; readonly key: Uint8Array; readonly skd: Uint8Array }
  /** The peripheral's: its host has been asked for the key. */
  | { readonly name: 'asked'; readonly request: EncryptionRequestPdu }
  /** The peripheral's: it has shown that it has a key. */
  | { readonly name: 'proved' };

const IDLE: State = { name: 'idle' };

/**
 * Encryption of one link, as hosts see it (Vol 6 Part B 5.1.3): the long-term keys of both are compared
 * by a proof over fresh randomness of both. What is sent afterwards is not enciphered.
 *
 * No key at the peripheral: Encryption Change with status 0x06 at the central, and the link stays.
 * Another key: the first enciphered packet would have a bad MIC, so Encryption Change with status 0x3d
 * at the central, and both lose the link with reason 0x3d. With encryption on already, it is a refresh
 * of the key, which ends in Encryption Key Refresh Complete, or in the loss of the link.
 */
export class Encryption extends Procedure {
  #state: State = IDLE;
  #on = false;

  start({ key, random, diversifier }: ParametersOf<typeof LeEnableEncryption>): number {
    if (this.link.end.role !== ConnectionRole.central || this.#state !== IDLE)
      return Status.commandDisallowed;
    const skd = this.link.random(8);
    this.#state = { name: 'requested', key, skd };
    this.ask({ kind: 'encryption-request', random, diversifier, skd });
    return Status.success;
  }

  /** LE Long Term Key Request Reply; `key`: 16 bytes. */
  reply(key: Uint8Array): number {
    if (this.#state.name !== 'asked') return Status.commandDisallowed;
    const skd = this.link.random(8);
    const proof = encryptBlock(key, concat(this.#state.request.skd, skd));
    this.#state = { name: 'proved' };
    this.link.end.control({ kind: 'encryption-start', skd, proof });
    return Status.success;
  }

  /** LE Long Term Key Request Negative Reply. */
  refuse(): number {
    if (this.#state.name !== 'asked') return Status.commandDisallowed;
    this.#state = IDLE;
    // Encryption was paused for the refresh, and must not stay so.
    if (this.#on) this.link.end.terminate(Status.keyMissing);
    else this.link.end.control({ kind: 'encryption-reject', reason: Status.keyMissing });
    return Status.success;
  }

  requested(request: EncryptionRequestPdu): void {
    this.#state = { name: 'asked', request };
    const { random, diversifier } = request;
    // A host that does not want to be asked has no key.
    const asked = { handle: this.link.handle, random, diversifier };
    if (!this.link.host.event(LeLongTermKeyRequest, asked)) this.refuse();
  }

  rejected(reason: number): void {
    if (this.#state.name === 'requested') this.#finish(reason);
  }

  proved({ skd, proof }: EncryptionStartPdu): void {
    if (this.#state.name !== 'requested') return;
    const expected = encryptBlock(this.#state.key, concat(this.#state.skd, skd));
    if (timingSafeEqual(expected, proof)) {
      this.link.end.control({ kind: 'encryption-started' });
      this.#finish(Status.success);
    } else {
      this.#finish(Status.micFailure);
      this.link.end.fail(Status.micFailure);
    }
  }

  started(): void {
    if (this.#state.name === 'proved') this.#finish(Status.success);
  }

  override close(): void {
    super.close();
    this.#state = IDLE;
  }

  #finish(status: number): void {
    this.close();
    const handle = this.link.handle;
    if (this.#on) {
      this.link.host.event(EncryptionKeyRefreshComplete, { status, handle });
      return;
    }
    this.#on = status === Status.success;
    this.link.host.event(EncryptionChange, { status, handle, enabled: this.#on ? 1 : 0 });
  }
}
