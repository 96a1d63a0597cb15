import type { AdmissionRefusal, CredentialHost } from '../../lib/car/host.js';
import { verifyChain } from '../../lib/credentials/chain.js';
import { parseChain } from '../../lib/credentials/grant.js';
import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { Introduction, KeySlot } from '../../lib/credentials/key-slot.js';
import { revocationListTagKey, openRevocationList } from '../../lib/credentials/revocation-list.js';
import type { RevocationListPart } from '../../lib/credentials/revocation-list.js';
import { refused } from '../../lib/domain/outcomes.js';
import type { Result } from '../../lib/domain/outcomes.js';
import type { Refusal } from '../../lib/domain/refusals.js';
import { permits } from '../../lib/domain/roles.js';
import type { Role } from '../../lib/domain/roles.js';
import { defaultSuite as suite } from '../../lib/crypto/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { toHex } from '../../lib/platform/bytes.js';
import type { Command } from '../../lib/domain/commands.js';
import { DONE, resultOf, TestHost } from './test-car.js';

const refusal = (why: Refusal): Result => resultOf(refused(why));

/** A TestHost that knows grants and revocation lists: verified for real, kept in memory. */
export class SharingHost extends TestHost {
  epoch = 0;
  /** Seconds since 1970. */
  now = 0;
  clockLost = false;
  pin = '';
  /** Revocation lists of owners by slot, newest parts alone. */
  readonly heard = new Map<number, RevocationListPart[]>();
  /** What came, whether it was good for something or not. */
  readonly received: Uint8Array[] = [];
  readonly introductions: Introduction[] = [];
  readonly #chains = new Map<number, Uint8Array>();

  readonly credentials: CredentialHost = {
    admit: async (publicKey, introduction) => this.#admit(publicKey, introduction),
    receive: async (revocationList) => {
      this.#take(revocationList);
    },
  };

  override enrol(
    publicKey: Uint8Array,
    role: Role = 'owner',
    name = 'phone',
    signingKey: Uint8Array = new Uint8Array(32),
  ): KeySlot {
    const key = { ...super.enrol(publicKey, role, name), signingKey };
    this.enrolled[key.slot] = key;
    return key;
  }

  override async execute(command: Command, key: KeySlot): Promise<Result> {
    this.executed.push(command.type);
    const result = await this.#answer(command, key);
    return {
      ...result,
      clockLost: this.clockLost,
      ...(key.role === 'owner' ? { epoch: this.epoch } : {}),
    };
  }

  /** Forgets a key, as a car does that needs the slot. */
  evict(slot: number): void {
    this.enrolled.splice(slot, 1);
  }

  async #answer(command: Command, key: KeySlot): Promise<Result> {
    const why = this.#refusal(command, key);
    if (why !== undefined) return refusal(why);
    switch (command.type) {
      case 'deliver':
        return this.#take(command.revocationList) ? DONE : refusal('notice-invalid');
      case 'setTime':
        this.now = command.seconds;
        this.clockLost = false;
        return DONE;
      case 'setPin':
        this.pin = command.pin;
        return DONE;
      case 'start':
        return (command.pin ?? '') === this.pin ? DONE : refusal('pin-wrong');
      case 'raiseEpoch':
        this.epoch += 1;
        return DONE;
      case 'status':
        return resultOf({
          type: 'status',
          status: {
            locked: true,
            open: [],
            driveSecondsLeft: 0,
            speedLimit: null,
            pinNeeded: false,
          },
        });
      case 'unlock':
      case 'lock':
      case 'trunk':
      case 'frunk':
      case 'listKeys':
      case 'removeKey':
        return this.answer(command, key);
    }
  }

  #refusal(command: Command, { slot, role }: KeySlot): Refusal | undefined {
    if (!permits(role, command.type)) return 'not-permitted';
    const chain = this.#chains.get(slot);
    if (chain === undefined || command.type === 'deliver') return undefined;
    if (this.#isSuspended(chain)) return 'suspended';
    const { terms } = parseChain(chain).at(-1)!;
    if (this.now < terms.notBefore) return 'not-yet';
    return this.now >= terms.notAfter ? 'expired' : undefined;
  }

  #isSuspended(chain: Uint8Array): boolean {
    const entries = [...this.heard.values()].flat().flatMap((part) => part.entries);
    return parseChain(chain).some(({ subject, terms }) =>
      entries.some(
        (entry) =>
          toHex(entry.fingerprint) === toHex(fingerprint(suite, subject.publicKey)) &&
          terms.issuedAt <= entry.since,
      ),
    );
  }

  #admit(publicKey: Uint8Array, introduction: Introduction): KeySlot | AdmissionRefusal {
    this.introductions.push(introduction);
    const { grants, name } = introduction;
    try {
      const { identity, epoch } = this;
      const context = { carPublicKey: identity.publicKey, epoch, ownerKey: this.#ownerKey };
      const { terms } = verifyChain(suite, grants, context);
      const bearer = parseChain(grants).at(-1)!.subject.publicKey;
      if (!suite.equal(bearer, publicKey)) return 'grant-invalid';
      if (this.#isSuspended(grants)) return 'suspended';
      if (this.now < terms.notBefore) return 'not-yet';
      if (this.now >= terms.notAfter) return 'expired';
      if (this.enrolled.length >= this.slots) return 'slots-full';
      const key = this.enrol(publicKey, terms.role, name);
      this.#chains.set(key.slot, grants);
      return key;
    } catch (error) {
      if (error instanceof PhoneKeyError) return 'grant-invalid';
      throw error;
    }
  }

  /** False for what is none, or not newer. */
  #take(revocationList: Uint8Array): boolean {
    this.received.push(revocationList);
    const { identity } = this;
    const tagKey = revocationListTagKey(suite, identity.publicKey);
    const part = openRevocationList(suite, revocationList, {
      identity,
      tagKey,
      ownerKey: this.#ownerKey,
    });
    if (part === undefined) return false;
    const parts = this.heard.get(part.ownerSlot) ?? [];
    const last = parts[0]?.number ?? 0;
    const again = parts.some((each) => each.part === part.part);
    if (part.number < last || (part.number === last && again)) return false;
    this.heard.set(part.ownerSlot, part.number > last ? [part] : [...parts, part]);
    return true;
  }

  readonly #ownerKey = (slot: number): Uint8Array | undefined => {
    const key = this.enrolled[slot];
    return key?.role === 'owner' ? key.signingKey : undefined;
  };
}
