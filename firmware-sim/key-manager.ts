import type { AdmissionRefusal, CredentialHost } from '../lib/car/host.js';
import { findKey } from '../lib/credentials/key-slot.js';
import type { Introduction, KeySlot } from '../lib/credentials/key-slot.js';
import { revocationListTagKey, openRevocationList } from '../lib/credentials/revocation-list.js';
import type { RevocationListPart } from '../lib/credentials/revocation-list.js';
import { decide } from '../lib/credentials/policy.js';
import type { Allowance, PolicyRefusal } from '../lib/credentials/policy.js';
import type { KeyPair, Suite } from '../lib/crypto/suite.js';
import type { CommandName } from '../lib/domain/commands.js';
import type { Refusal } from '../lib/domain/refusals.js';
import { cardNamed, newCard, summariseCard } from './cards.js';
import type { KeyCard } from './cards.js';
import type { Actor, CarEventDetail } from './events.js';
import { actor, summarise } from './key-summary.js';
import type { CarRecord } from './memory/record.js';
import type { Change, RecordStore } from './memory/store.js';
import { admitKey, signingKeyIn } from './rights/admission.js';
import type { AdmittedKey } from './rights/admission.js';
import { withoutKey } from './rights/departure.js';
import type { Departure } from './rights/departure.js';
import { raiseEpoch, setTime, setTimeByCard } from './rights/rekey.js';
import { circumstancesOf, isSuspended, ownerIn } from './rights/rights.js';
import type { RightsContext } from './rights/rights.js';
import { isLastOwner, withKey } from './rights/slots.js';
import { takePart } from './rights/take-list.js';
import type { TakenPart } from './rights/take-list.js';
import { useKey } from './rights/use.js';

export interface KeyManagerOptions {
  readonly store: RecordStore;
  readonly suite: Suite;
  /** The car's; another one after a factory reset. */
  readonly identity: () => KeyPair;
  /** How many keys it holds besides cards, 1 to FIRST_CARD_SLOT. */
  readonly slots: number;
  /** Milliseconds since 1970, by the clock that runs in the car; the events' time, too. */
  readonly wallTime: () => number;
  readonly emit: (detail: CarEventDetail) => void;
  /** May open nothing any more, or not all of what it did: drop its links, and what it authorised. */
  readonly onKeyWeakened: (key: KeySlot, why: 'key-removed' | 'key-suspended') => void;
  /** Opens nothing any more: what it began ends. */
  readonly onCardRemoved: (card: KeyCard) => void;
}

/**
 * Everything that changes who may do what, but for pairing: grants, revocation lists, removals, cards, a
 * new epoch. Each change is durable before it takes effect.
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
    const { store, suite, identity, slots, emit } = this.#options;
    const carPublicKey = identity().publicKey;
    const admission = await store.update<AdmittedKey<CarRecord> | AdmissionRefusal>((record) => {
      const context = { ...this.#context(), carPublicKey, slots };
      const value = admitKey(record, publicKey, introduction, context);
      return { record: typeof value === 'string' ? undefined : value.rights, value };
    });
    if (typeof admission === 'string') {
      if (admission !== 'grant-invalid') {
        const { name } = introduction;
        emit({ type: 'key-refused', ...(name !== undefined && { name }), reason: admission });
      }
      return admission;
    }
    const { key, rights, replaced, evicted } = admission;
    if (rights === undefined) return key;
    if (evicted !== undefined) this.left([evicted], 'car');
    emit({ type: 'key-added', key: summarise(suite, key, rights), replaced });
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
        ownerKey: signingKeyIn(suite, record),
      });
      if (part === undefined) return { value: 'revocation-list-invalid' };
      const value = takePart(record, part, this.#context());
      if (typeof value === 'string') return { value };
      return {
        record: value.rights,
        erases: value.gone.length > 0,
        value: { ...value, part, before: record },
      };
    });
    if (typeof taken === 'string') return taken;
    this.#tell(taken);
    return taken.old ? 'revocation-list-old' : undefined;
  }

  /** What the policy says; where the key's uses are limited, one is counted, durably, before `allow`. */
  async ask(key: KeySlot, command: CommandName): Promise<Allowance | PolicyRefusal> {
    const { store, suite } = this.#options;
    const verdict = this.#decide(key, command, store.record);
    if (typeof verdict === 'string' || !verdict.counts) return verdict;
    return store.update<Allowance | PolicyRefusal>((record) => {
      const now = findKey(suite, record.keys, key.publicKey);
      if (now?.grant === undefined) return { value: 'not-permitted' };
      const use = useKey(record, now, command, this.#context());
      return typeof use === 'string'
        ? { value: use }
        : { record: use.rights, value: use.allowance };
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
    return decide(key, command, circumstancesOf(record, this.#context()));
  }

  /**
   * A key asks over the air, or a person at the screen, with a card on the console: the latter for any key
   * but the last owner's, and any card but the last.
   * @param slot undefined: of the key that asks
   * @param card the name of the one on the console; the first by default
   */
  async remove(
    slot: number | undefined,
    by: KeySlot | 'card',
    card?: string,
  ): Promise<Refusal | undefined> {
    const { store, suite, emit, onCardRemoved } = this.#options;
    const outcome = await store.update<readonly KeySlot[] | KeyCard | Refusal>((record) => {
      // As it is enrolled now: it may have been removed while this waited its turn.
      const own = by === 'card' ? undefined : findKey(suite, record.keys, by.publicKey);
      const key = slot === undefined ? own : record.keys.find((each) => each.slot === slot);
      const refusal =
        (by === 'card' ? this.refuseCard(card, record) : refusesRemoval(own, key)) ??
        (key !== undefined && isLastOwner(key, record.keys) ? 'last-owner' : undefined);
      if (refusal !== undefined) return { value: refusal };
      return key === undefined
        ? withoutCard(record, slot)
        : departed(withoutKey(record, key, this.#context()));
    });
    if (typeof outcome === 'string') return outcome;
    const who = by === 'card' ? by : actor(by);
    if ('name' in outcome) {
      emit({ type: 'card-removed', card: summariseCard(suite, outcome), by: who });
      onCardRemoved(outcome);
    } else this.left(outcome, who);
    return undefined;
  }

  /** A person at the console, who taps an enrolled card and then the new one. */
  async addCard(name: string, card?: string): Promise<Refusal | undefined> {
    const { store, suite, emit } = this.#options;
    const added = await store.update<KeyCard | Refusal>((record) => {
      const value = this.refuseCard(card, record) ?? newCard(record.cards, name);
      if (typeof value === 'string') return { value };
      return { record: { ...record, cards: withKey(record.cards, value) }, value };
    });
    if (typeof added === 'string') return added;
    emit({ type: 'card-added', card: summariseCard(suite, added), by: 'card' });
    return undefined;
  }

  /** Every grant of before is dead, and every key that is no owner's is gone. */
  async raiseEpoch(by: Actor): Promise<Refusal | undefined> {
    return this.#rekeyed(by, (record) => raiseEpoch(record, this.#context()));
  }

  /** A card at the screen sets the time, also back: a re-key. */
  async setTimeByCard(seconds: number, card?: string): Promise<Refusal | undefined> {
    const refusal = await this.#rekeyed(
      'card',
      (record) => this.refuseCard(card, record) ?? setTimeByCard(record, seconds, this.#context()),
    );
    if (refusal === undefined) this.#options.emit({ type: 'clock-set', now: seconds, by: 'card' });
    return refusal;
  }

  /** Sets a clock that was lost; one that was not stays as it is. */
  async setTime(seconds: number, by: Actor): Promise<undefined> {
    const { store, emit } = this.#options;
    const set = await store.update((record) => {
      const rights = setTime(record, seconds, this.#context());
      return { record: rights, value: rights !== undefined };
    });
    if (set) emit({ type: 'clock-set', now: Math.max(seconds, store.record.clock.floor), by });
  }

  async #rekeyed(
    by: Actor,
    change: (record: CarRecord) => Departure<CarRecord> | Refusal | undefined,
  ): Promise<Refusal | undefined> {
    const { store, emit } = this.#options;
    const gone = await store.update<readonly KeySlot[] | Refusal>((record) => {
      const departure = change(record) ?? 'not-permitted';
      return typeof departure === 'string' ? { value: departure } : departed(departure);
    });
    if (typeof gone === 'string') return gone;
    emit({ type: 'epoch-raised', epoch: store.record.epoch, by });
    this.left(gone, by);
    return undefined;
  }

  /** Undefined for a card that is enrolled: somebody who has it is at the console. */
  refuseCard(card: string | undefined, { cards }: CarRecord): Refusal | undefined {
    if (cardNamed(cards, card) !== undefined) return undefined;
    this.#options.emit({ type: 'card-refused', reader: 'console', card: card ?? '' });
    return 'card-unknown';
  }

  #tell({ part, before, rights, gone }: Taken): void {
    const { suite, emit, onKeyWeakened } = this.#options;
    const { ownerSlot, number, entries } = part;
    const owner = ownerIn(rights, ownerSlot);
    const by = owner === undefined ? 'car' : actor(owner);
    emit({ type: 'revocation-list-taken', by, number, entries: entries.length });
    this.left(gone, by);
    for (const key of rights.keys) {
      const was = isSuspended(suite, before, key);
      const is = isSuspended(suite, rights, key);
      if (was === is) continue;
      const type = is ? 'key-suspended' : 'key-resumed';
      emit({ type, key: summarise(suite, key, rights), by });
      if (is) onKeyWeakened(key, 'key-suspended');
    }
  }

  /** Keys are gone from the memory: tells of them, and drops what they hold. */
  left(keys: readonly KeySlot[], by: Actor): void {
    const { suite, store, emit, onKeyWeakened } = this.#options;
    for (const key of keys) {
      emit({ type: 'key-removed', key: summarise(suite, key, store.record), by });
      onKeyWeakened(key, 'key-removed');
    }
  }

  #context(): RightsContext {
    const { suite, wallTime } = this.#options;
    return { suite, wallMs: wallTime() };
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

interface Taken extends TakenPart<CarRecord> {
  readonly part: RevocationListPart;
  readonly before: CarRecord;
}

/** Commits what is left, so that damage does not bring back who is gone. */
const departed = ({ rights, gone }: Departure<CarRecord>): Change<readonly KeySlot[]> => ({
  record: rights,
  erases: true,
  value: gone,
});

const withoutCard = (record: CarRecord, slot?: number): Change<KeyCard | Refusal> => {
  const card = record.cards.find((candidate) => candidate.slot === slot);
  if (card === undefined) return { value: 'no-such-key' };
  if (record.cards.length === 1) return { value: 'last-card' };
  const cards = record.cards.filter((other) => other !== card);
  return { record: { ...record, cards }, erases: true, value: card };
};

/**
 * Over the air an owner removes any key but another owner's, and cards; others their own key alone: to them,
 * another's slot and an empty one look the same.
 */
const refusesRemoval = (
  own: KeySlot | undefined,
  key: KeySlot | undefined,
): Refusal | undefined => {
  if (own === undefined || (key !== own && own.role !== 'owner')) return 'not-permitted';
  return key?.role === 'owner' && key !== own ? 'owner-key' : undefined;
};
