import { isDeepStrictEqual } from 'node:util';
import type { CarEvent } from '../../../firmware-sim/events.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { fingerprint as fingerprintOf } from '../../../lib/credentials/key-slot.js';
import type { Applicant, KeySlot, Introduction } from '../../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { LAST_WORD_MS } from '../../../lib/native/car/link-state.js';
import type { FromCar } from '../../../lib/native/schema/gen/phonekey.js';
import { sameBytes, toHex } from '../../../lib/platform/bytes.js';
import type { Command } from '../../../lib/domain/commands.js';
import type { EnrolRefusal } from '../../../lib/car/host.js';
import type { Enrolment, Result } from '../../../lib/domain/outcomes.js';
import type { Role } from '../../../lib/domain/roles.js';
import { Violation } from '../target.js';
import { BY_REVOCATION_LIST, COMMAND_OF } from './acts.js';
import type { Acting, Admission, Credit, Delivery } from './acts.js';
import type { AttackLink } from './attack-link.js';
import { differences } from './compare.js';
import { Model } from './model.js';
import { fastestOf } from './model-key.js';
import type { ModelKey } from './model-key.js';
import { IssuedCredentials } from './issued-credentials.js';
import type { KeyHolder } from './key-holders.js';
import { Wishes } from './wishes.js';

const isOwner = ({ role }: KeySlot): boolean => role === 'owner';

/**
 * What must hold of the car whatever is sent to it. It knows each command that was really given and
 * everything that was signed, and keeps a model of rights of its own; whatever the car does must be owed
 * to one of these.
 */
export class Oracle {
  readonly issued = new IssuedCredentials();
  readonly model: Model;
  readonly #wishes: Wishes;
  readonly #violations: string[] = [];
  readonly #credits: Credit[] = [];
  /** Identities that a phone which knew the code has sent, not enrolled yet. */
  readonly #applicants: Uint8Array[] = [];
  readonly #acting: Acting[] = [];
  readonly #deliveries: Delivery[] = [];
  readonly #admissions: Admission[] = [];
  /** Of the last command that set one; several where it is not known which. */
  #lastPins: readonly string[] = [''];
  /** Phones that the car is about to enrol: what goes meanwhile, goes with what they were. */
  #enrolling = 0;
  /** To which the card at the screen sets the clock, in seconds since 1970. */
  cardTime = 0;
  readonly #goneSince = new Map<AttackLink, number>();
  /** The owner whose revocation list was taken last. */
  #revocationListBy: number | undefined;
  /** The person beside the car acts: card and hand may do something. */
  byHand = false;
  /** The car does one thing after the other: what it ought to do is known exactly. */
  strict = true;
  /** For the window that is open: the role that the tap asked for, and the shares given out. */
  #window: { readonly role: Role; shares: number } = { role: 'driver', shares: 0 };
  #openLinks = 0;

  /** @param wall seconds since 1970 by the clock that runs in the car */
  constructor(wall: () => number) {
    this.model = new Model(wall);
    this.#wishes = new Wishes(wall);
  }

  /** The keys that the car must have. */
  get keys(): readonly ModelKey[] {
    return this.model.keys;
  }

  get openLinks(): number {
    return this.#openLinks;
  }

  keyOf({ identity }: KeyHolder): ModelKey | undefined {
    return this.model.keyOf(identity.publicKey);
  }

  /** Somebody without a key shows a grant: whether the car must not treat him as a stranger. */
  mayShow({ identity }: KeyHolder, grant: Uint8Array | undefined): boolean {
    const links = grant && this.issued.grantOf(grant);
    if (!this.strict) return links !== undefined;
    return this.model.whyInvalid(identity.publicKey, links) === undefined;
  }

  fail(promise: string): void {
    this.#violations.push(promise);
  }

  /** @throws Violation with the first promise that was broken so far */
  check(): void {
    const [first] = this.#violations;
    if (first !== undefined) throw new Violation(first);
  }

  give(person: KeyHolder, command: Command): void {
    this.#credits.push({ person, command });
  }

  /** All that was given had its time: what the car has not obeyed by now it never is to obey. */
  settled(): void {
    this.#credits.length = 0;
    this.#deliveries.length = 0;
    this.#admissions.length = 0;
    this.model.pins = this.#lastPins;
    this.strict = true;
  }

  tapped(role: Role): void {
    this.#window = { role, shares: 0 };
  }

  /** A phone with the right code has committed to this identity. */
  applies(publicKey: Uint8Array): void {
    this.#applicants.push(publicKey);
  }

  executing(command: Command, key: KeySlot): Acting {
    const credit = this.#credits.findIndex(
      (given) =>
        sameBytes(given.person.identity.publicKey, key.publicKey) &&
        isDeepStrictEqual(given.command, command),
    );
    if (credit < 0) this.fail(`the car obeys ${command.type}, which nobody gave`);
    else this.#credits.splice(credit, 1);
    const whyNot = this.model.whyNot(this.model.keyOf(key.publicKey), command);
    const revocationList =
      command.type === 'deliver' ? this.receiving(command.revocationList, whyNot) : undefined;
    const isAnswered = this.#wishes.come(command, key.publicKey);
    const acting = { command, key, whyNot, revocationList, isAnswered };
    if (!isAnswered) this.#acting.push(acting);
    return acting;
  }

  executed(acting: Acting, { outcome }: Result): void {
    if (acting.isAnswered) return;
    this.#acting.splice(this.#acting.indexOf(acting), 1);
    const { command, key, whyNot, revocationList } = acting;
    if (revocationList !== undefined) this.received(revocationList);
    if (outcome.type === 'refused') return;
    const own = this.model.keyOf(key.publicKey);
    // With others at work a key may have been resumed before the oracle heard of it.
    if (whyNot !== undefined && (this.strict || this.model.whyNot(own, command) !== undefined)) {
      this.fail(whyNot);
    }
    if (revocationList?.taken === false)
      this.fail('the car says that it took a revocation list, and did not');
    if (revocationList?.old === true) this.fail('the car says that an old revocation list is new');
    if (own !== undefined && (command.type === 'unlock' || command.type === 'start')) {
      this.model.count(own);
    }
    if (command.type === 'removeKey' && this.strict) {
      const left = this.model.keyIn(command.slot ?? key.slot);
      if (left !== undefined) this.fail('the car says that it removed a key, and did not');
    }
  }

  /** A revocation list has reached the car. */
  receiving(bytes: Uint8Array, refused?: string): Delivery {
    const part = this.issued.revocationListOf(bytes);
    const good = refused === undefined && this.model.whyNotTaken(part) === undefined;
    const delivery = { part, good, taken: false, old: false };
    this.#deliveries.push(delivery);
    return delivery;
  }

  received({ good, taken }: Delivery): void {
    if (this.strict && good && !taken) this.fail('the car does not take a good revocation list');
  }

  admitting(publicKey: Uint8Array, introduction: Introduction): Admission {
    const links = this.issued.grantOf(introduction.grants);
    const whyNot = this.model.whyNotAdmitted(publicKey, links);
    const admission = { publicKey, introduction, links, whyNot, done: false };
    this.#admissions.push(admission);
    return admission;
  }

  admitted(admission: Admission, outcome: KeySlot | string): void {
    admission.done = true;
    const { publicKey, links } = admission;
    if (typeof outcome === 'string') {
      const isRefused = this.strict && admission.whyNot === undefined && outcome !== 'slots-full';
      if (isRefused) this.fail(`the car refuses a good grant: ${outcome}`);
      return;
    }
    if (this.model.keyOf(publicKey) !== undefined) return;
    const whyNot = this.model.whyNotAdmitted(publicKey, links) ?? 'without a word';
    this.fail(`the car admits by a grant ${whyNot}`);
  }

  enrolling({ publicKey }: Applicant): void {
    const applicant = this.#applicants.findIndex((known) => sameBytes(known, publicKey));
    if (applicant < 0) this.fail('the car enrols a key that never knew the code');
    else this.#applicants.splice(applicant, 1);
    this.#enrolling += 1;
  }

  enrolled({ name, ...phone }: Applicant, outcome: Enrolment | EnrolRefusal): void {
    this.#enrolling -= 1;
    if (typeof outcome === 'string') return;
    if (name === undefined) {
      this.fail('the car enrols a phone without a name');
      return;
    }
    const key = this.model.pair({ ...phone, name }, this.#window.role);
    if (typeof key === 'string') this.fail(`the car enrols, though there is ${key}`);
  }

  onEvent(event: CarEvent): void {
    const by = 'by' in event ? event.by : undefined;
    if (event.type === 'key-added' && event.key.grant !== undefined) this.#keyAdded(event);
    if (by === undefined || event.type === 'command-refused') return;
    if (by === 'card' || by === 'hand') {
      if (event.type === 'key-removed' && !this.byHand && this.#enrolling > 0) return;
      if (event.type === 'epoch-raised') this.model.setTimeByCard(this.cardTime);
      if (!this.byHand) this.fail(`${event.type} by nobody's ${by}`);
      if (event.type === 'key-removed') this.#removed(event.key.slot);
      return;
    }
    if (event.type === 'revocation-list-taken') this.#revocationListTaken(event);
    if (by === 'car') {
      if (event.type === 'key-removed') this.#evicted(event.key.slot);
      return;
    }
    const commands = COMMAND_OF[event.type] ?? [];
    const causes = this.#acting.filter(
      ({ command, key }) => key.slot === by.slot && commands.includes(command.type),
    );
    if (BY_REVOCATION_LIST.has(event.type) && by.slot === this.#revocationListBy)
      this.#followed(event, causes);
    else if (causes.length === 0) this.fail(`${event.type} by a key that did not ask for it`);
    else this.#did(event, causes);
  }

  onLink(type: 'link-opened' | 'link-closed'): void {
    this.#openLinks += type === 'link-opened' ? 1 : -1;
    if (this.#openLinks < 0) this.fail('a link closes twice');
  }

  /** What the car may say on a link follows from what was said to it there. */
  heard(kind: FromCar['message']['case'], link: AttackLink): void {
    switch (kind) {
      case 'hello':
      case 'pairRefusal':
        return;
      case 'sealed':
        if (!link.proved) this.fail('the car answers who has not proved anything');
        return;
      case 'pairShare':
        this.#window.shares += 1;
        if (this.#window.shares > 3) this.fail('a code can be tried more than three times');
        return;
      case 'pairOffer':
        if (!link.knowsCode) this.fail('the car says who it is without the code');
        return;
      case 'pairDone':
        if (!link.committed) this.fail('the car enrols who did not commit');
        return;
      case undefined:
        this.fail('the car sends what is no message');
    }
  }

  /** Compares with what the car keeps. */
  compare(record: CarRecord, now: number | null): void {
    for (const difference of differences(this.model, record, now)) this.fail(difference);
  }

  /** A link of a key that is gone is dropped at once, or after a last word. */
  holds(link: AttackLink, now: number): void {
    const { holder } = link;
    if (holder === undefined || this.keyOf(holder) !== undefined) {
      this.#goneSince.delete(link);
      return;
    }
    const since = this.#goneSince.get(link) ?? now;
    this.#goneSince.set(link, since);
    if (now - since > LAST_WORD_MS) this.fail('a link stays of a key that is gone');
  }

  #keyAdded({ key: { slot, fingerprint } }: Extract<CarEvent, { type: 'key-added' }>): void {
    const shown = this.#admissions.filter(
      ({ done, publicKey }) =>
        !done && fingerprint === toHex(fingerprintOf(defaultSuite, publicKey)),
    );
    const holds = ({ publicKey, links }: Admission): boolean =>
      this.model.whyNotAdmitted(publicKey, links) === undefined;
    const admission = shown.find(holds) ?? shown[0];
    if (admission === undefined) {
      this.fail('a key comes by a grant that nobody showed');
      return;
    }
    admission.done = true;
    const { publicKey, introduction, links } = admission;
    const whyNot = this.model.whyNotAdmitted(publicKey, links);
    if (whyNot !== undefined) this.fail(`the car admits by a grant ${whyNot}`);
    const { name } = introduction;
    if (name === undefined) {
      this.fail('the car admits a key without a name');
      return;
    }
    this.model.admit(publicKey, name, links ?? []);
    if (!sameBytes(this.model.keyIn(slot)?.publicKey ?? new Uint8Array(0), publicKey)) {
      this.fail('a key comes into the wrong slot');
    }
  }

  #revocationListTaken({
    by,
    number,
    entries,
  }: Extract<CarEvent, { type: 'revocation-list-taken' }>): void {
    const delivery = this.#deliveries.find(
      ({ part, taken }) => !taken && part?.number === number && part.entries.length === entries,
    );
    if (delivery?.part === undefined) {
      this.fail('the car takes a revocation list that nobody relayed');
      return;
    }
    const { part } = delivery;
    delivery.taken = true;
    this.#revocationListBy = typeof by === 'object' ? by.slot : undefined;
    const whyNot = this.model.whyNotTaken(part);
    if (whyNot !== undefined) this.fail(`the car takes a revocation list ${whyNot}`);
    delivery.old = this.model.take(part);
  }

  /** What a revocation list entailed is in the model already, when the car says so. */
  #followed(event: CarEvent, causes: readonly Acting[]): void {
    if (event.type === 'revocation-list-taken' || !('key' in event)) return;
    const key = this.model.keyIn(event.key.slot);
    if (event.type === 'key-removed') {
      if (key !== undefined && causes.length > 0) this.#did(event, causes);
      else if (key !== undefined) this.fail('a key goes that no revocation list revoked');
      return;
    }
    const stopped = key !== undefined && this.model.isStopped(key);
    if (stopped !== (event.type === 'key-suspended')) {
      this.fail(`${event.type}, which no revocation list says`);
    }
  }

  /** What a command changed. */
  #did(event: CarEvent, causes: readonly Acting[]): void {
    const commands = causes.map(({ command }) => command);
    if (event.type === 'key-removed') {
      for (const { command, key } of causes) {
        if (command.type === 'removeKey') this.#removed(command.slot ?? key.slot, key);
      }
      if (this.model.keyIn(event.key.slot) !== undefined) this.fail('a key goes unasked');
    } else if (event.type === 'epoch-raised') {
      this.model.raiseEpoch();
    } else if (event.type === 'pin-changed') {
      const given = commands.flatMap((each) => (each.type === 'setPin' ? [each.pin] : []));
      this.model.pins = this.strict ? given : [...this.model.pins, ...given];
      this.#lastPins = given;
    } else if (event.type === 'clock-set') {
      for (const each of commands) {
        if (each.type === 'setTime') this.model.setClock(each.seconds);
      }
    } else if (event.type === 'drive-authorised') {
      this.#drives(event, causes);
    }
  }

  /** Before it comes to this, a PIN is checked, which takes its time. */
  #drives(
    { speedLimit = Infinity }: Extract<CarEvent, { type: 'drive-authorised' }>,
    causes: readonly Acting[],
  ): void {
    for (const { key, command, whyNot } of causes) {
      const own = this.model.keyOf(key.publicKey);
      const late = this.model.whyNot(own, command);
      if (causes.length === 1 && whyNot === undefined && late !== undefined) this.fail(late);
      if (speedLimit > fastestOf(own)) this.fail('a key drives too fast');
    }
  }

  #removed(slot: number, by?: KeySlot): void {
    const key = this.model.keyIn(slot);
    if (key === undefined) return;
    if (by !== undefined && key.slot !== by.slot) {
      if (!isOwner(by)) this.fail("a driver removes another's key");
      if (isOwner(key)) this.fail("an owner removes another owner's key");
    }
    if (isOwner(key) && this.model.keys.filter(isOwner).length === 1) {
      this.fail('the last owner is removed');
    }
    this.model.remove(key);
  }

  #evicted(slot: number): void {
    const key = this.model.keyIn(slot);
    if (key === undefined) return;
    if (!this.model.isOver(key)) this.fail('a key makes room whose time is not over');
    this.model.evict(key);
  }
}
