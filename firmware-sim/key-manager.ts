import type { AdmissionRefusal, CredentialHost } from '../lib/car/host.js';
import { findKey, fingerprint } from '../lib/credentials/key-slot.js';
import type { Introduction, KeySlot } from '../lib/credentials/key-slot.js';
import { revocationListTagKey, openRevocationList } from '../lib/credentials/revocation-list.js';
import type { RevocationListPart } from '../lib/credentials/revocation-list.js';
import { decide, isSuspended } from '../lib/credentials/policy.js';
import type { Allowance, PolicyRefusal } from '../lib/credentials/policy.js';
import type { KeyPair, Suite } from '../lib/crypto/suite.js';
import type { CommandName } from '../lib/domain/commands.js';
import type { Refusal } from '../lib/domain/refusals.js';
import { sameBytes } from '../lib/platform/bytes.js';
import { admitKey } from './admission.js';
import type { AdmittedKey } from './admission.js';
import { raiseFloor } from './car-clock.js';
import { circumstancesOf, ownerKeyIn } from './circumstances.js';
import type { Actor, CarEventDetail } from './events.js';
import { isLastOwner } from './key-slots.js';
import { actor, summarise } from './key-summary.js';
import { MOST_EPOCH } from './memory/record.js';
import type { CarRecord } from './memory/record.js';
import type { RecordStore } from './memory/store.js';
import { takePart } from './revocation-lists.js';
import { dropRevoked, removeFrom } from './removed-keys.js';
import type { Removal } from './removed-keys.js';

export interface KeyManagerOptions {
  readonly store: RecordStore;
  readonly suite: Suite;
  /** The car's; another one after a factory reset. */
  readonly identity: () => KeyPair;
  /** How many keys it holds, 1 to MAX_CAR_SLOTS. */
  readonly slots: number;
  /** Milliseconds since 1970, by the clock that runs in the car; the events' time, too. */
  readonly wallTime: () => number;
  readonly emit: (detail: CarEventDetail) => void;
  /** May open nothing any more, or not all of what it did: drop its links, and what it authorised. */
  readonly onKeyWeakened: (key: KeySlot, why: 'key-removed' | 'key-suspended') => void;
}

/**
 * Everything that changes who may do what, but for pairing: grants, revocation lists, removals, a new
 * epoch. Each change is durable before it takes effect.
 */
export class KeyManager implements CredentialHost {
  readonly #options: KeyManagerOptions;
  #tagKey: { readonly of: Uint8Array; readonly key: Uint8Array } | undefined;

  constructor(options: KeyManagerOptions) {
    this.#options = options;
  }

  async admit(
    publicKey: Uint8Array,
    introduction: Introduction,
  ): Promise<KeySlot | AdmissionRefusal> {
    const { store, suite, identity, slots, wallTime, emit } = this.#options;
    const context = { suite, identity: identity(), slots, wallMs: wallTime() };
    const admission = await store.update<AdmittedKey | AdmissionRefusal>((record) => {
      const value = admitKey(record, publicKey, introduction, context);
      return { record: typeof value === 'string' ? undefined : value.record, value };
    });
    if (typeof admission === 'string') {
      if (admission !== 'grant-invalid') {
        emit({ type: 'key-refused', name: introduction.name, reason: admission });
      }
      return admission;
    }
    const { key, record, replaced, evicted } = admission;
    if (record === undefined) return key;
    if (evicted !== undefined) this.gone([evicted], 'car');
    emit({ type: 'key-added', key: summarise(suite, key, record), replaced });
    return key;
  }

  async receive(revocationList: Uint8Array): Promise<void> {
    await this.deliver(revocationList);
  }

  /** As `receive`, for who has a key and is told whether it was new. */
  async deliver(revocationList: Uint8Array): Promise<Refusal | undefined> {
    const { store, suite, identity } = this.#options;
    const taken = await store.update<Taken | Refusal>((record) => {
      const part = openRevocationList(suite, revocationList, {
        identity: identity(),
        tagKey: this.#revocationListTagKey(),
        ownerKey: ownerKeyIn(suite, record),
      });
      if (part === undefined) return { value: 'notice-invalid' };
      if (namesItsSigner(suite, part, record)) return { value: 'own-key' };
      const revocationLists = takePart(record.revocationLists, part);
      if (typeof revocationLists === 'string') return { value: 'notice-invalid' };
      const clock = raiseFloor(record.clock, part.issuedAt);
      const after = dropRevoked(suite, { ...record, revocationLists, clock });
      return {
        record: after.record,
        erases: after.gone.length > 0,
        value: { part, before: record, ...after },
      };
    });
    if (typeof taken === 'string') return taken;
    this.#tell(taken);
    return undefined;
  }

  /** What the policy says; where the key's uses are limited, one is counted, durably, before `allow`. */
  async ask(key: KeySlot, command: CommandName): Promise<Allowance | PolicyRefusal> {
    const { store, suite } = this.#options;
    const verdict = this.#decide(key, command, store.record);
    if (typeof verdict === 'string' || !verdict.counts) return verdict;
    return store.update<Allowance | PolicyRefusal>((record) => {
      const now = findKey(suite, record.keys, key.publicKey);
      if (now?.grant === undefined) return { value: 'not-permitted' };
      const value = this.#decide(now, command, record);
      if (typeof value === 'string') return { value };
      const counted: KeySlot = { ...now, grant: { ...now.grant, used: now.grant.used + 1 } };
      const keys = record.keys.map((other) => (other === now ? counted : other));
      return { record: { ...record, keys }, value };
    });
  }

  /** As `ask`, after something that took its time, and for a use that was counted. */
  askAgain(key: KeySlot, command: CommandName): PolicyRefusal | undefined {
    const { store, suite } = this.#options;
    const now = findKey(suite, store.record.keys, key.publicKey);
    if (now === undefined) return 'not-permitted';
    const uncounted = now.grant === undefined ? now : { ...now, grant: { ...now.grant, used: 0 } };
    const verdict = this.#decide(uncounted, command, store.record);
    return typeof verdict === 'string' ? verdict : undefined;
  }

  #decide(key: KeySlot, command: CommandName, record: CarRecord): Allowance | PolicyRefusal {
    const { suite, wallTime } = this.#options;
    return decide(key, command, circumstancesOf(suite, record, wallTime()));
  }

  /**
   * A key asks over the air, or a person at the screen, with the card on the console: the latter for any key
   * but the last owner's.
   */
  async remove(slot: number, by: KeySlot | 'card'): Promise<Refusal | undefined> {
    const { store, suite } = this.#options;
    const outcome = await store.update<readonly KeySlot[] | Refusal>((record) => {
      const key = record.keys.find((candidate) => candidate.slot === slot);
      if (key === undefined) return { value: 'no-such-key' };
      const refusal = refusesRemoval(suite, record, key, by);
      if (refusal !== undefined) return { value: refusal };
      const itself = by !== 'card' && by.slot === slot;
      const removal = removeFrom(suite, record, key, itself ? 'itself' : 'others');
      if (removal === undefined) return { value: 'slots-full' };
      return { record: removal.record, erases: true, value: removal.gone };
    });
    if (typeof outcome === 'string') return outcome;
    this.gone(outcome, by === 'card' ? by : actor(by));
    return undefined;
  }

  /** Every grant of before is dead, and every key that is no owner's is gone. */
  async raiseEpoch(by: Actor): Promise<Refusal | undefined> {
    const { store, emit } = this.#options;
    const raised = await store.update((record) => {
      if (record.epoch === MOST_EPOCH) return { value: undefined };
      const epoch = record.epoch + 1;
      const keys = record.keys.filter(({ role }) => role === 'owner');
      return {
        // Revocation lists stay for their numbers, and for owners whom others have suspended.
        record: { ...record, epoch, keys, removed: [] },
        erases: true,
        value: { epoch, gone: record.keys.filter((key) => !keys.includes(key)) },
      };
    });
    if (raised === undefined) return 'not-permitted';
    emit({ type: 'epoch-raised', epoch: raised.epoch, by });
    this.gone(raised.gone, by);
    return undefined;
  }

  #tell({ part, before, record, gone }: Taken): void {
    const { suite, emit, onKeyWeakened } = this.#options;
    const { ownerSlot, number, entries } = part;
    const owner = record.keys.find(({ slot }) => slot === ownerSlot);
    const by = owner === undefined ? 'car' : actor(owner);
    emit({ type: 'notice-taken', by, number, entries: entries.length });
    this.gone(gone, by);
    for (const key of record.keys) {
      const was = isSuspended(key, circumstancesOf(suite, before, 0));
      const is = isSuspended(key, circumstancesOf(suite, record, 0));
      if (was === is) continue;
      const type = is ? 'key-suspended' : 'key-resumed';
      emit({ type, key: summarise(suite, key, record), by });
      if (is) onKeyWeakened(key, 'key-suspended');
    }
  }

  /** Keys that the record has no more. */
  gone(keys: readonly KeySlot[], by: Actor): void {
    const { suite, store, emit, onKeyWeakened } = this.#options;
    for (const key of keys) {
      emit({ type: 'key-removed', key: summarise(suite, key, store.record), by });
      onKeyWeakened(key, 'key-removed');
    }
  }

  #revocationListTagKey(): Uint8Array {
    const { suite, identity } = this.#options;
    const { publicKey } = identity();
    if (this.#tagKey?.of !== publicKey) {
      this.#tagKey = { of: publicKey, key: revocationListTagKey(suite, publicKey) };
    }
    return this.#tagKey.key;
  }
}

interface Taken extends Removal {
  readonly part: RevocationListPart;
  readonly before: CarRecord;
}

const refusesRemoval = (
  suite: Suite,
  { keys }: CarRecord,
  key: KeySlot,
  by: KeySlot | 'card',
): Refusal | undefined => {
  if (by !== 'card') {
    // Whoever asks may have been removed while this waited its turn.
    if (findKey(suite, keys, by.publicKey) === undefined) return 'not-permitted';
    if (key.role === 'owner' && key.slot !== by.slot) return 'owner-key';
  }
  return isLastOwner(key, keys) ? 'last-owner' : undefined;
};

/** An owner does not take its own rights away: the last one's would be gone for good. */
const namesItsSigner = (
  suite: Suite,
  { ownerSlot, entries }: RevocationListPart,
  { keys }: CarRecord,
): boolean => {
  const signer = keys.find(({ slot }) => slot === ownerSlot);
  if (signer === undefined) return false;
  const own = fingerprint(suite, signer.publicKey);
  return entries.some((entry) => sameBytes(entry.fingerprint, own));
};
