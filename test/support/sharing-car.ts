import { admitKey, signingKeyIn } from '../../firmware-sim/rights/admission.js';
import { withoutKey } from '../../firmware-sim/rights/departure.js';
import { raiseEpoch } from '../../firmware-sim/rights/rekey.js';
import { noRevocations } from '../../firmware-sim/rights/revocations.js';
import { circumstancesOf, revocationsOf } from '../../firmware-sim/rights/rights.js';
import type { Rights } from '../../firmware-sim/rights/rights.js';
import { takePart } from '../../firmware-sim/rights/take-list.js';
import { revocationPage, signingTerms } from '../../firmware-sim/rights/terms.js';
import type { AdmissionRefusal, CredentialHost } from '../../lib/car/host.js';
import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { Introduction, KeySlot } from '../../lib/credentials/key-slot.js';
import { decide } from '../../lib/credentials/policy.js';
import { revocationListTagKey, openRevocationList } from '../../lib/credentials/revocation-list.js';
import { refused } from '../../lib/domain/outcomes.js';
import type { Result } from '../../lib/domain/outcomes.js';
import type { Refusal } from '../../lib/domain/refusals.js';
import type { Role } from '../../lib/domain/roles.js';
import { defaultSuite as suite } from '../../lib/crypto/index.js';
import type { Command } from '../../lib/domain/commands.js';
import { DONE, resultOf, TestHost } from './test-car.js';

const refusal = (why: Refusal): Result => resultOf(refused(why));

/** A TestHost with the rights of a car: grants and revocation lists count as there, and are kept in memory. */
export class SharingHost extends TestHost {
  epoch = 0;
  /** Seconds since 1970, when the clock began. */
  now = 0;
  /** Which goes on from then, in milliseconds. */
  passed = (): number => 0;
  clockLost = false;
  pin = '';
  mostRevocations = 512;
  /** What came, whether it was good for something or not. */
  readonly received: Uint8Array[] = [];
  readonly introductions: Introduction[] = [];
  #memory: Pick<Rights, 'own' | 'owners'> = { own: noRevocations, owners: [] };
  #floor = 0;

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
    this.#keep({
      ...this.rights,
      keys: [...this.enrolled.filter(({ slot }) => slot !== key.slot), key],
    });
    return key;
  }

  override async execute(command: Command, asking: KeySlot): Promise<Result> {
    this.executed.push(command.type);
    const { outcome } = await this.#answer(command, asking);
    const key = this.enrolled.find(({ publicKey }) => suite.equal(publicKey, asking.publicKey));
    const { clockLost } = this;
    return { outcome, clockLost, ...signingTerms(this.rights, key, command.type, this.#context) };
  }

  /** Forgets a key, as a car does that needs the slot. */
  evict(slot: number): void {
    this.#keep({ ...this.rights, keys: this.enrolled.filter((key) => key.slot !== slot) });
  }

  /** As a person does at the screen. */
  remove(slot: number): void {
    const key = this.enrolled.find((each) => each.slot === slot);
    if (key !== undefined) this.#keep(withoutKey(this.rights, key, this.#context).rights);
  }

  /** Of the last whole list of the owner in a slot; 0: none. */
  listNumber(slot = 0): number {
    const key = this.enrolled.find((each) => each.slot === slot);
    return key === undefined
      ? 0
      : revocationsOf(this.rights, fingerprint(suite, key.publicKey)).number;
  }

  get rights(): Rights {
    const { enrolled, epoch, clockLost } = this;
    const clock = { offset: 0, floor: this.#floor, lost: clockLost };
    return { ...this.#memory, keys: enrolled, epoch, clock };
  }

  get #context() {
    return {
      suite,
      wallMs: this.now * 1000 + this.passed(),
      mostRevocations: this.mostRevocations,
    };
  }

  #keep({ keys, epoch, own, owners, clock }: Rights): void {
    this.enrolled.splice(0, Infinity, ...[...keys].sort((a, b) => a.slot - b.slot));
    this.epoch = epoch;
    this.#memory = { own, owners };
    this.#floor = clock.floor;
  }

  async #answer(command: Command, key: KeySlot): Promise<Result> {
    const allowed = decide(key, command.type, circumstancesOf(this.rights, this.#context));
    if (typeof allowed === 'string') return refusal(allowed);
    switch (command.type) {
      case 'deliver': {
        const why = this.#take(command.revocationList);
        return why === undefined ? DONE : refusal(why);
      }
      case 'listRevocations':
        return resultOf({
          type: 'revocations',
          ...revocationPage(this.rights, key, command.page, this.#context),
        });
      case 'setTime':
        this.now = command.seconds - Math.floor(this.passed() / 1000);
        this.clockLost = false;
        return DONE;
      case 'setPin':
        if (this.pin !== '' && !command.oldPin) return refusal('pin-needed');
        if (this.pin !== '' && command.oldPin !== this.pin) return refusal('pin-wrong');
        this.pin = command.pin;
        return DONE;
      case 'start':
        return (command.pin ?? '') === this.pin ? DONE : refusal('pin-wrong');
      case 'raiseEpoch':
        this.#keep(raiseEpoch(this.rights, this.#context)!.rights);
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

  #admit(publicKey: Uint8Array, introduction: Introduction): KeySlot | AdmissionRefusal {
    this.introductions.push(introduction);
    const { identity, slots } = this;
    const context = { ...this.#context, carPublicKey: identity.publicKey, slots };
    const admission = admitKey(this.rights, publicKey, introduction, context);
    if (typeof admission === 'string') return admission;
    if (admission.rights !== undefined) this.#keep(admission.rights);
    return admission.key;
  }

  #take(revocationList: Uint8Array): Refusal | undefined {
    this.received.push(revocationList);
    const { identity } = this;
    const part = openRevocationList(suite, revocationList, {
      identity,
      tagKey: revocationListTagKey(suite, identity.publicKey),
      ownerKey: signingKeyIn(suite, this.rights),
    });
    if (part === undefined) return 'revocation-list-invalid';
    const taken = takePart(this.rights, part, this.#context);
    if (typeof taken === 'string') return taken;
    this.#keep(taken.rights);
    return taken.old ? 'revocation-list-old' : undefined;
  }
}
