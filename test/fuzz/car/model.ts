import { sameBytes } from '../../../lib/platform/bytes.js';
import type { PhoneIdentity } from '../../../lib/credentials/key-slot.js';
import { ROLES } from '../../../lib/domain/roles.js';
import type { Role } from '../../../lib/domain/roles.js';
import type { Command, CommandName } from '../../../lib/domain/commands.js';
import { Heard } from '../sharing/heard.js';
import { ROLE } from '../../../lab/forged-credentials.js';
import { isWritable, mayEver, whatGrows } from '../sharing/rights.js';
import type { MadeEntry, MadeLink, SignedPart } from './issued-credentials.js';
import { ENROLLED, SLOTS } from './key-holders.js';
import { LAST_SECOND, Memory, TOLERANCE } from './memory.js';
import type { Said } from './memory.js';
import { idOf, isOwner, leftOf, pathOf, stepOf } from './model-key.js';
import type { ModelKey } from './model-key.js';

/** Where the time is not known, or no use is left, what opens nothing goes on. */
const OPENS_NOTHING: ReadonlySet<CommandName> = new Set(['lock', 'status', 'deliver', 'removeKey']);
/** And outside of the time of a grant. */
const OUTSIDE: ReadonlySet<CommandName> = new Set(['deliver', 'removeKey']);
/** What an owner keeps whom another one has suspended. */
const LEFT_TO_OWNERS: ReadonlySet<CommandName> = new Set(['unlock', 'lock', 'status', 'deliver']);

/** The last second stands for no end. */
const hasEnded = (end: number, now: number): boolean => now >= end && end !== LAST_SECOND;

/**
 * Who may do what at this moment, by what was really signed, and by what the car was heard to take. All
 * of it is written down here once more: nothing is asked of lib/credentials, nor of the car.
 */
export class Model {
  keys: readonly ModelKey[] = ENROLLED;
  epoch = 0;
  /** PINs of which one is right; an empty one stands for none. */
  pins: readonly string[] = [''];
  readonly #memory = new Memory();
  readonly #heard = new Map<string, Heard<MadeEntry>>();
  readonly #used = new Map<ModelKey, number>();
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
    const running = this.#running;
    return running === null ? null : Math.max(running, this.#clock.floor);
  }

  /** By the clock alone, whatever was signed. */
  get #running(): number | null {
    const { offset, lost } = this.#clock;
    return lost ? null : Math.min(LAST_SECOND, Math.max(0, this.#wall() + offset));
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
    const isLeft = name === 'deliver' || (isOwner(key) && LEFT_TO_OWNERS.has(name));
    if (this.isStopped(key) && !isLeft) {
      return `a key may ${name} that was revoked or suspended`;
    }
    const late = this.#whyNotNow(links, name);
    if (late !== undefined) return `a key may ${name} ${late}`;
    const uses = links.at(-1)?.fields.uses ?? 0;
    if (uses > 0 && !OPENS_NOTHING.has(name) && (this.#used.get(key) ?? 0) >= uses) {
      return `a key may ${name} too often`;
    }
    const knows = (pin = ''): boolean => this.pins.includes('') || this.pins.includes(pin);
    if (command.type === 'start' && !knows(command.pin)) return 'a key may drive without the PIN';
    if (command.type === 'setPin' && !knows(command.oldPin))
      return 'a PIN goes without the old one';
    return undefined;
  }

  count(key: ModelKey): void {
    this.#used.set(key, (this.#used.get(key) ?? 0) + 1);
  }

  /** An entry in force is about the key, or about one that it came from. */
  isStopped(key: ModelKey): boolean {
    return this.#against(key).length > 0;
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
    if (path.some(({ date }) => this.#isAhead(date))) return 'that is dated ahead';
    if (this.#memory.about(path, false).length > 0) return 'that was revoked or suspended';
    if (path.some((step) => this.#memory.isMarked(step))) return 'of a key that was removed';
    const giver = this.#owner(links[0]?.fields.ownerSlot ?? -1);
    const word = { key: giver === undefined ? '' : idOf(giver), date: path[0]?.date ?? 0 };
    if (this.#memory.isMarked(word)) return 'of an owner who was removed since';
    if (this.#memory.isBelow(word)) return 'that its owner has declared void';
    // What an owner has signed says what time it is at least.
    const now = this.now === null ? null : Math.max(this.now, links[0]?.fields.issuedAt ?? 0);
    return this.#whyNotNow(links, 'unlock', now);
  }

  admit(publicKey: Uint8Array, name: string, links: readonly MadeLink[]): void {
    const known = this.keyOf(publicKey);
    const free = Array.from({ length: SLOTS }, (_, slot) => slot);
    const slot = known?.slot ?? free.find((each) => this.keyIn(each) === undefined) ?? -1;
    const role = ROLES[(links.at(-1)?.fields.role ?? 0) - 1] ?? 'guest';
    this.#put(known, { slot, publicKey, signingKey: new Uint8Array(32), name, role, links });
    this.#raiseFloor(links[0]?.fields.issuedAt ?? 0);
  }

  /** A phone with the code: the key that it has now, or why it has none. */
  pair(phone: PhoneIdentity, asked: Role): ModelKey | string {
    const same = this.keyOf(phone.publicKey);
    const role = this.keys.some(isOwner) ? asked : 'owner';
    if (same !== undefined) {
      const isOther = !sameBytes(same.signingKey, phone.signingKey);
      if (same.links === undefined && isOther) return 'another signing key';
      const others = this.keys.filter((key) => key !== same);
      if (isOwner(same) && role !== 'owner' && !others.some(isOwner)) return 'the last owner';
    }
    const free = Array.from({ length: SLOTS }, (_, each) => each);
    const slot = same?.slot ?? free.find((each) => this.keyIn(each) === undefined);
    if (slot === undefined) return 'no slot';
    const stopped = this.#stoppedOwners();
    if (same?.links !== undefined) this.#memory.markAt(leftOf(same));
    else if (same !== undefined && isOwner(same) && role !== 'owner') this.remove(same);
    const said = this.#memory.said
      .filter(({ key }) => key === idOf(phone))
      .map(({ until, issuedAt }) => Math.min(until, issuedAt + TOLERANCE) + 1);
    const { floor } = this.#clock;
    const pairedAt = Math.min(LAST_SECOND, Math.max(this.now ?? floor, floor + 1, ...said));
    const key: ModelKey = { ...phone, slot, role, pairedAt };
    this.#put(same, key);
    this.#voidMeanwhile(stopped);
    return key;
  }

  whyNotTaken(part: SignedPart | undefined): string | undefined {
    if (part === undefined) return 'that nobody signed';
    const owner = this.#owner(part.ownerSlot);
    if (!part.forThisCar) return 'for another car';
    if (owner === undefined || !sameBytes(owner.signingKey, part.by.signingKey)) {
      return 'that no owner signed';
    }
    if (part.epoch !== this.epoch) return 'of another epoch';
    if (this.#isAhead(part.issuedAt)) return 'that is dated ahead';
    const own = part.entries.some(({ about }) => about && idOf(about.identity) === idOf(owner));
    return own ? 'that names its own signer' : undefined;
  }

  /** True where it was an old one, which takes away and gives nothing back. */
  take(part: SignedPart): boolean {
    const owner = this.#owner(part.ownerSlot);
    if (owner === undefined) return true;
    const by = idOf(owner);
    const heard = this.#heard.get(by) ?? new Heard<MadeEntry>();
    this.#heard.set(by, heard);
    const { number, issuedAt, floor } = part;
    const isOld = heard.isOld(part) || this.#memory.isMarked({ key: by, date: issuedAt });
    const entries = part.entries.filter(
      ({ kind }) => kind === 'revoked' || (!isOld && kind === 'suspended'),
    );
    for (const entry of entries) {
      const { about } = entry;
      this.#memory.add(by, number, issuedAt, entry, about ? idOf(about.identity) : '');
    }
    if (floor > 0) this.#memory.raiseFloor(by, Math.min(floor, issuedAt));
    const whole = isOld ? undefined : heard.take(part);
    if (whole !== undefined) {
      this.#raiseFloor(issuedAt);
      this.#resume(by, number, issuedAt, whole);
    }
    const leaving = this.keys.filter((key) => !isOwner(key) && this.#goes(key, entries));
    for (const key of leaving) {
      const own = this.#against(key).filter((each) => each.kind === 'revoked');
      const until = own.filter((each) => each.key === idOf(key)).map((each) => each.until);
      this.#memory.mark(leftOf(key), this.#running, Math.max(0, ...until));
    }
    this.keys = this.keys.filter((key) => !leaving.includes(key));
    return isOld;
  }

  /** With a key go those that came from it; nothing that was signed before brings them back. */
  remove(key: ModelKey): void {
    const fallen = this.keys.filter(
      (other) =>
        other !== key &&
        (other.links?.some(({ subject }) => idOf(subject.identity) === idOf(key)) === true ||
          (isOwner(key) && other.links?.[0]?.fields.ownerSlot === key.slot)),
    );
    this.#memory.mark(leftOf(key), this.#running);
    for (const other of fallen) this.#memory.markAt(leftOf(other));
    this.keys = this.keys.filter((other) => other !== key && !fallen.includes(other));
  }

  /** A key makes room whose time is over. */
  evict(key: ModelKey): void {
    this.#memory.markAt(leftOf(key));
    this.keys = this.keys.filter((other) => other !== key);
  }

  /** True for a key that has to make room for another one. */
  isOver({ links }: ModelKey): boolean {
    const end = links?.at(-1)?.fields.notAfter ?? Infinity;
    return this.now !== null && hasEnded(end, this.now);
  }

  raiseEpoch(): void {
    this.epoch += 1;
    this.keys = this.keys.filter(isOwner);
    const about = this.keys.flatMap((key) => this.#against(key));
    this.#memory.forget(this.#memory.said.filter((each) => about.includes(each)));
    this.#heard.clear();
  }

  /** With the card, also back. */
  setTimeByCard(seconds: number): void {
    this.raiseEpoch();
    this.#clock = { offset: seconds - this.#wall(), floor: 0, lost: false };
    this.#memory.notAfter(seconds);
    this.keys = this.keys.map(({ pairedAt = 0, ...key }) => ({
      ...key,
      pairedAt: Math.min(pairedAt, seconds),
    }));
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
    if (!lost) return;
    this.#clock = { floor, offset: Math.max(seconds, floor) - this.#wall(), lost: false };
    const now = this.#running ?? 0;
    this.#memory.settle(now);
    for (const heard of this.#heard.values()) {
      heard.issuedAt = Math.min(heard.issuedAt, now + TOLERANCE);
    }
  }

  /** Of every owner, by its public key in hex: the last whole number, and the highest one. */
  numbers(): ReadonlyMap<string, readonly [whole: number, highest: number]> {
    return new Map([...this.#heard].map(([key, { whole, highest }]) => [key, [whole, highest]]));
  }

  #whyNotNow(links: readonly MadeLink[], command: CommandName, now = this.now): string | undefined {
    if (links.length === 0) return undefined;
    if (now === null) return OPENS_NOTHING.has(command) ? undefined : 'though no time is known';
    for (const { fields } of links) {
      if (now < fields.notBefore && !OUTSIDE.has(command)) return 'before its grant begins';
      if (hasEnded(fields.notAfter, now) && !OUTSIDE.has(command))
        return 'after its grant has ended';
      const giver = this.keyIn(fields.ownerSlot);
      const lastHeard = Math.max(
        links[0]?.fields.issuedAt ?? 0,
        (giver && this.#heard.get(idOf(giver))?.issuedAt) ?? 0,
      );
      const { leaseHours } = fields;
      if (command === 'start' && leaseHours > 0 && now >= lastHeard + leaseHours * 3600) {
        return 'without a fresh signature of the owner';
      }
    }
    return undefined;
  }

  #against(key: ModelKey): readonly Said[] {
    return this.#memory.about(pathOf(key), key.links === undefined);
  }

  /** By these entries: it is revoked, or came by what a suspended owner signed from then on. */
  #goes(key: ModelKey, entries: readonly MadeEntry[]): boolean {
    if (this.#against(key).some(({ kind }) => kind === 'revoked')) return true;
    const first = key.links?.[0];
    const giver = first && this.keyIn(first.fields.ownerSlot);
    if (giver === undefined || !this.isStopped(giver)) return false;
    return entries.some(
      ({ about, since }) =>
        first !== undefined &&
        about !== undefined &&
        idOf(about.identity) === idOf(giver) &&
        first.fields.issuedAt >= since,
    );
  }

  /** A whole list gives back what it names: of its owner by earlier lists, and of owners that left. */
  #resume(by: string, number: number, issuedAt: number, entries: readonly MadeEntry[]): void {
    const stopped = this.#stoppedOwners();
    const named = entries.flatMap(({ about, kind }) =>
      kind === 'resumed' ? [about ? idOf(about.identity) : ''] : [],
    );
    const owners = this.keys.filter(isOwner).map(idOf);
    this.#memory.lift(
      (each) =>
        named.includes(each.key) &&
        each.issuedAt <= issuedAt &&
        (each.by === by ? each.number < number : !owners.includes(each.by)),
    );
    this.#voidMeanwhile(stopped);
  }

  #stoppedOwners(): readonly string[] {
    return this.keys.filter((key) => isOwner(key) && this.isStopped(key)).map(idOf);
  }

  /** Of an owner who is free again, all that it signed until now is void. */
  #voidMeanwhile(stopped: readonly string[]): void {
    for (const key of this.keys) {
      if (isOwner(key) && stopped.includes(idOf(key)) && !this.isStopped(key)) {
        this.#memory.mark({ ...leftOf(key), date: 0 }, this.#running);
      }
    }
  }

  /** Judged by the clock that runs, where it is known. */
  #isAhead(date: number): boolean {
    const now = this.#running;
    return now !== null && date > now + TOLERANCE;
  }

  /** One whose word counts. */
  #owner(slot: number): ModelKey | undefined {
    const key = this.keyIn(slot);
    return key !== undefined && isOwner(key) && !this.isStopped(key) ? key : undefined;
  }

  #put(before: ModelKey | undefined, key: ModelKey): void {
    this.keys = [
      ...this.keys.filter((each) => each !== before && each.slot !== key.slot),
      key,
    ].sort((a, b) => a.slot - b.slot);
  }

  #raiseFloor(seconds: number): void {
    const { floor, lost } = this.#clock;
    if (!lost) this.#clock = { ...this.#clock, floor: Math.max(floor, seconds) };
  }
}
