import { sameBytes } from '../../../lib/platform/bytes.js';
import type { KeySlot, PhoneIdentity } from '../../../lib/credentials/key-slot.js';
import { ROLES } from '../../../lib/domain/roles.js';
import type { Role } from '../../../lib/domain/roles.js';
import type { Command, CommandName } from '../../../lib/domain/commands.js';
import { Heard } from '../sharing/heard.js';
import { ROLE } from '../../../lab/forged-credentials.js';
import { isWritable, mayEver, whatGrows } from '../sharing/rights.js';
import type { MadeEntry, MadeLink, SignedPart } from './issued-credentials.js';
import { ENROLLED, SLOTS } from './key-holders.js';

/** A key that the car must have. */
export interface ModelKey extends KeySlot {
  /** Of a key that came by a grant. */
  readonly links?: readonly MadeLink[];
}

interface Tomb {
  readonly publicKey: Uint8Array;
  readonly since: number;
}

/** Where the time is not known, what opens nothing goes on. */
const WITHOUT_TIME: ReadonlySet<CommandName> = new Set(['lock', 'status', 'deliver', 'removeKey']);
/** What an owner keeps whom another one has suspended. */
const LEFT_TO_OWNERS: ReadonlySet<CommandName> = new Set(['unlock', 'lock', 'status', 'deliver']);
const LAST_SECOND = 2 ** 32 - 1;

const isOwner = ({ role }: KeySlot): boolean => role === 'owner';

/**
 * Who may do what at this moment, by what was really signed, and by what the car was heard to take. All
 * of it is written down here once more: nothing is asked of lib/credentials.
 */
export class Model {
  keys: readonly ModelKey[] = ENROLLED;
  epoch = 0;
  /** PINs of which one is right; an empty one stands for none. */
  pins: readonly string[] = [''];
  readonly #revocationLists = new Map<number, Heard<MadeEntry>>();
  readonly #used = new Map<ModelKey, number>();
  #removed: readonly Tomb[] = [];
  #clock = { offset: 0, floor: 0, lost: false };
  readonly #wall: () => number;

  /** @param wall seconds since 1970 by the clock that runs in the car */
  constructor(wall: () => number) {
    this.#wall = wall;
  }

  keyIn(slot: number): ModelKey | undefined {
    return this.keys.find((key) => key.slot === slot);
  }

  keyOf(publicKey: Uint8Array): ModelKey | undefined {
    return this.keys.find((key) => sameBytes(key.publicKey, publicKey));
  }

  /** Seconds since 1970; null where the car has lost the time. */
  get now(): number | null {
    const { offset, floor, lost } = this.#clock;
    const running = Math.min(LAST_SECOND, Math.max(0, this.#wall() + offset));
    return lost ? null : Math.max(running, floor);
  }

  /** Ends an authorisation, or never was one: in words, undefined where the key may do this now. */
  whyNot(key: ModelKey | undefined, command: Command): string | undefined {
    if (key === undefined) return 'the car obeys a key that is gone';
    const name = command.type;
    const { role, links = [] } = key;
    if (!mayEver(ROLE[role], name)) return `a ${role} may not ${name}`;
    if (!links.every(({ fields }) => mayEver(fields.role, name))) {
      return `a key may ${name}, which it was never given`;
    }
    if (this.isStopped(key) && !(isOwner(key) && LEFT_TO_OWNERS.has(name))) {
      return `a key may ${name} that was revoked or suspended`;
    }
    const late = this.#whyNotNow(links, name);
    if (late !== undefined) return `a key may ${name} ${late}`;
    if (name === 'unlock' || name === 'start') {
      const uses = links.at(-1)?.fields.uses ?? 0;
      if (uses > 0 && (this.#used.get(key) ?? 0) >= uses) return `a key may ${name} too often`;
    }
    if (
      command.type === 'start' &&
      !this.pins.includes('') &&
      !this.pins.includes(command.pin ?? '')
    ) {
      return 'a key may drive without the PIN';
    }
    return undefined;
  }

  count(key: ModelKey): void {
    this.#used.set(key, (this.#used.get(key) ?? 0) + 1);
  }

  /** An entry in force is about the key, or about one that it came from. */
  isStopped(key: ModelKey): boolean {
    return areConcerned(pathOf(key), this.#entries());
  }

  /** Why a chain does not hold for this key, whatever the time is. */
  whyInvalid(publicKey: Uint8Array, links: readonly MadeLink[] | undefined): string | undefined {
    if (links === undefined) return 'that nobody signed';
    if (!sameBytes(links.at(-1)?.subject.identity.publicKey ?? publicKey, publicKey)) {
      return 'of somebody else';
    }
    for (const [index, { fields, signer, forThisCar }] of links.entries()) {
      if (!forThisCar) return 'for another car';
      if (!isWritable(fields)) return 'that nobody can mean';
      if (fields.epoch !== this.epoch) return 'of another epoch';
      const before = links[index - 1];
      if (before === undefined) {
        const owner = this.#owner(fields.ownerSlot);
        if (owner === undefined || !sameBytes(owner.signingKey, signer.signingKey)) {
          return 'that no owner signed';
        }
        continue;
      }
      if (before.subject !== signer) return 'that was not delegated by its bearer';
      const grows = whatGrows(before.fields, fields);
      if (grows !== undefined) return `by which rights grow on the way: ${grows}`;
    }
    return undefined;
  }

  whyNotAdmitted(
    publicKey: Uint8Array,
    links: readonly MadeLink[] | undefined,
  ): string | undefined {
    const invalid = this.whyInvalid(publicKey, links);
    if (invalid !== undefined || links === undefined) return invalid;
    const path = links.map(stepOf);
    if (areConcerned(path, this.#removed)) return 'of a key that was removed';
    if (areConcerned(path, this.#entries())) return 'that was revoked or suspended';
    // What an owner has signed says what time it is at least.
    const now = this.now === null ? null : Math.max(this.now, links[0]?.fields.issuedAt ?? 0);
    return this.#whyNotNow(links, 'unlock', now);
  }

  admit(publicKey: Uint8Array, name: string, links: readonly MadeLink[]): void {
    const known = this.keyOf(publicKey);
    const free = Array.from({ length: SLOTS }, (_, slot) => slot);
    const slot = known?.slot ?? free.find((each) => this.keyIn(each) === undefined) ?? -1;
    const role = ROLES[(links.at(-1)?.fields.role ?? 0) - 1] ?? 'guest';
    const key: ModelKey = { slot, publicKey, signingKey: new Uint8Array(32), name, role, links };
    this.keys = [...this.keys.filter((each) => each !== known), key].sort(
      (a, b) => a.slot - b.slot,
    );
    this.#raiseFloor(links[0]?.fields.issuedAt ?? 0);
  }

  /** Why a phone that knew the code must not get into a slot, whatever keys it has proved. */
  whyNotEnrolled({ publicKey, signingKey }: PhoneIdentity, role: Role): string | undefined {
    const known = this.keyOf(publicKey);
    if (known === undefined) return this.keys.length < SLOTS ? undefined : 'more than it has slots';
    if (known.links === undefined && !sameBytes(known.signingKey, signingKey)) {
      return 'a known key with another signing key';
    }
    const last = this.keys.filter(isOwner).length === 1;
    return isOwner(known) && role !== 'owner' && last ? 'its last owner as less' : undefined;
  }

  /** What a window gives is what it was opened for; an owner who becomes less is removed as such. */
  enrol(phone: PhoneIdentity, role: Role): void {
    const known = this.keyOf(phone.publicKey);
    const free = Array.from({ length: SLOTS }, (_, slot) => slot);
    const slot = known?.slot ?? free.find((each) => this.keyIn(each) === undefined) ?? -1;
    if (known !== undefined && isOwner(known) && role !== 'owner') this.remove(known);
    // Later than whatever owners had signed.
    const pairedAt = Math.min(LAST_SECOND, Math.max(this.now ?? 0, this.#clock.floor + 1));
    this.keys = [
      ...this.keys.filter((each) => each !== known),
      { ...phone, slot, role, pairedAt },
    ].sort((a, b) => a.slot - b.slot);
  }

  whyNotTaken(part: SignedPart | undefined): string | undefined {
    if (part === undefined) return 'that nobody signed';
    const owner = this.#owner(part.ownerSlot);
    if (!part.forThisCar) return 'for another car';
    if (owner === undefined || !sameBytes(owner.signingKey, part.by.signingKey)) {
      return 'that no owner signed';
    }
    const heard = this.#revocationLists.get(part.ownerSlot) ?? new Heard();
    return heard.isNew(part) ? undefined : 'whose number goes back';
  }

  take(part: SignedPart): void {
    const heard = this.#revocationLists.get(part.ownerSlot) ?? new Heard<MadeEntry>();
    this.#revocationLists.set(part.ownerSlot, heard);
    heard.take(part);
    this.#raiseFloor(part.issuedAt);
    const revoked = this.#entries().filter(({ kind }) => kind === 'revoked');
    this.keys = this.keys.filter((key) => isOwner(key) || !areConcerned(pathOf(key), revoked));
  }

  /** With a key go those that came from it; none of their grants brings them back. */
  remove(key: ModelKey): void {
    const last = key.links?.at(-1);
    const tombs =
      last === undefined
        ? (isOwner(key) ? (this.#revocationLists.get(key.slot)?.said() ?? []) : []).flatMap(tombOf)
        : [stepOf(last)];
    this.#removed = [...this.#removed, ...tombs];
    if (isOwner(key)) this.#revocationLists.delete(key.slot);
    this.keys = this.keys.filter(
      (other) =>
        other !== key &&
        !other.links?.some(({ subject }) => sameBytes(subject.identity.publicKey, key.publicKey)) &&
        !(isOwner(key) && other.links?.[0]?.fields.ownerSlot === key.slot),
    );
  }

  /** True for a key that has to make room for another one. */
  isOver({ links }: ModelKey): boolean {
    const end = links?.at(-1)?.fields.notAfter ?? Infinity;
    return this.now !== null && this.now >= end;
  }

  raiseEpoch(): void {
    this.epoch += 1;
    this.#removed = [];
    this.keys = this.keys.filter(isOwner);
  }

  loseClock(): void {
    this.#clock = { ...this.#clock, lost: true };
  }

  advanceClock(seconds: number): void {
    this.#clock = { ...this.#clock, offset: this.#clock.offset + seconds };
  }

  /** Of a clock that was lost; a running one stays. */
  setClock(seconds: number): void {
    const { floor, lost } = this.#clock;
    const offset = Math.max(seconds, floor) - this.#wall();
    if (lost) this.#clock = { floor, offset, lost: false };
  }

  /** Of every owner: the last whole number, and the highest one. */
  numbers(): ReadonlyMap<number, readonly [whole: number, highest: number]> {
    return new Map(
      [...this.#revocationLists].map(([slot, { whole, highest }]) => [slot, [whole, highest]]),
    );
  }

  #whyNotNow(links: readonly MadeLink[], command: CommandName, now = this.now): string | undefined {
    if (links.length === 0) return undefined;
    if (now === null) return WITHOUT_TIME.has(command) ? undefined : 'though no time is known';
    for (const { fields } of links) {
      if (now < fields.notBefore) return 'before its grant begins';
      if (now >= fields.notAfter) return 'after its grant has ended';
      const lastHeard = Math.max(
        links[0]?.fields.issuedAt ?? 0,
        this.#revocationLists.get(fields.ownerSlot)?.issuedAt ?? 0,
      );
      const { leaseHours } = fields;
      if (command === 'start' && leaseHours > 0 && now >= lastHeard + leaseHours * 3600) {
        return 'without a fresh signature of the owner';
      }
    }
    return undefined;
  }

  #entries(): readonly MadeEntry[] {
    return [...this.#revocationLists.values()].flatMap((heard) => heard.said());
  }

  /** One whose word counts. */
  #owner(slot: number): ModelKey | undefined {
    const key = this.keyIn(slot);
    return key !== undefined && isOwner(key) && !this.isStopped(key) ? key : undefined;
  }

  #raiseFloor(seconds: number): void {
    this.#clock = { ...this.#clock, floor: Math.max(this.#clock.floor, seconds) };
  }
}

const stepOf = ({ subject, fields }: MadeLink): Tomb => ({
  publicKey: subject.identity.publicKey,
  since: fields.issuedAt,
});

/** A paired key is a chain of itself. */
const pathOf = ({ publicKey, links, pairedAt = 0 }: ModelKey): readonly Tomb[] =>
  links?.map(stepOf) ?? [{ publicKey, since: pairedAt }];

const areConcerned = (path: readonly Tomb[], by: readonly (MadeEntry | Tomb)[]): boolean =>
  path.some((step) => by.some((entry) => concerns(entry, step)));

const tombOf = ({ about, since, kind }: MadeEntry): Tomb[] =>
  about === undefined || kind === 'suspended'
    ? []
    : [{ publicKey: about.identity.publicKey, since }];

/** Whether an entry, or what is remembered of a removed key, is about a link that was signed then. */
const concerns = (entry: MadeEntry | Tomb, { publicKey, since }: Tomb): boolean => {
  const about = 'publicKey' in entry ? entry.publicKey : entry.about?.identity.publicKey;
  return about !== undefined && since <= entry.since && sameBytes(about, publicKey);
};
