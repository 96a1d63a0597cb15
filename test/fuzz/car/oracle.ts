import { placeKey } from '../../../firmware-sim/key-slots.js';
import type { CarEvent } from '../../../firmware-sim/events.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { Role } from '../../../lib/credentials/roles.js';
import type { AnyCommand, CommandName } from '../../../lib/wire/commands.js';
import type { FromCar, PhoneIdentity, Result } from '../../../lib/wire/gen/phonekey_pb.js';
import { sameBytes, Violation } from '../target.js';
import type { AttackLink } from './attack-link.js';
import { ENROLLED } from './people.js';
import type { Person } from './people.js';

/** A command that was really given: fresh, on its own link, by somebody who is enrolled. */
interface Credit {
  readonly person: Person;
  readonly command: AnyCommand;
}

/** What the event of a command's effect is called. */
const COMMAND_OF: Partial<Record<CarEvent['type'], readonly CommandName[]>> = {
  unlocked: ['unlock'],
  locked: ['lock'],
  'drive-authorised': ['start'],
  'door-opened': ['trunk', 'frunk'],
  'key-removed': ['removeKey'],
};

/** Written down here once more, so that a slip in the car's own table is noticed. */
const DRIVER_MAY: ReadonlySet<CommandName> = new Set([
  'unlock',
  'lock',
  'start',
  'trunk',
  'frunk',
  'status',
  'removeKey',
]);

const isOwner = ({ role }: KeySlot): boolean => role === Role.OWNER;

/**
 * What must hold of the car whatever is sent to it. It knows each command that was really given, and
 * keeps a list of keys of its own; whatever the car does must be owed to one of these.
 */
export class Oracle {
  readonly #violations: string[] = [];
  readonly #credits: Credit[] = [];
  #keys: readonly KeySlot[] = ENROLLED;
  /** Identities that a phone which knew the code has sent, not enrolled yet. */
  readonly #applicants: Uint8Array[] = [];
  /** What the car carries out at this moment. */
  #acting: { readonly command: AnyCommand; readonly key: KeySlot } | undefined;
  /** The person beside the car acts: card and hand may do something. */
  byHand = false;
  /** For the window that is open: the role that the tap asked for, and the shares given out. */
  #window = { role: Role.DRIVER, shares: 0 };
  #openLinks = 0;

  /** The keys that the car must have. */
  get keys(): readonly KeySlot[] {
    return this.#keys;
  }

  get openLinks(): number {
    return this.#openLinks;
  }

  keyOf({ identity }: Person): KeySlot | undefined {
    return this.#keys.find(({ publicKey }) => sameBytes(publicKey, identity.publicKey));
  }

  fail(promise: string): void {
    this.#violations.push(promise);
  }

  /** @throws Violation with the first promise that was broken so far */
  check(): void {
    const [first] = this.#violations;
    if (first !== undefined) throw new Violation(first);
  }

  /** The person gives this command now. Without a key it must not be obeyed. */
  give(person: Person, command: AnyCommand): void {
    if (this.keyOf(person) !== undefined) this.#credits.push({ person, command });
  }

  /** Whatever was not obeyed by now never is. */
  forgetCredits(): void {
    this.#credits.length = 0;
  }

  tapped(role: Role): void {
    this.#window = { role, shares: 0 };
  }

  /** A phone with the right code has committed to this identity. */
  applies(publicKey: Uint8Array): void {
    this.#applicants.push(publicKey);
  }

  executing(command: AnyCommand, key: KeySlot): void {
    const credit = this.#credits.findIndex(
      (given) =>
        sameBytes(given.person.identity.publicKey, key.publicKey) &&
        given.command.case === command.case &&
        slotOf(given.command) === slotOf(command),
    );
    if (credit < 0) this.fail(`the car obeys ${command.case}, which nobody gave`);
    else this.#credits.splice(credit, 1);
    this.#acting = { command, key };
  }

  executed(command: AnyCommand, key: KeySlot, { outcome }: Result): void {
    this.#acting = undefined;
    const by = this.#keys.find(({ publicKey }) => sameBytes(publicKey, key.publicKey));
    const obeyed = outcome.case !== 'refusal';
    if (by === undefined) {
      if (obeyed) this.fail('the car obeys a key that is gone');
      return;
    }
    if (!obeyed) return;
    if (!isOwner(by) && !DRIVER_MAY.has(command.case)) {
      this.fail(`a driver may not ${command.case}`);
    }
    if (command.case === 'removeKey') this.#removed(command.value.slot, by);
  }

  enrolling({ publicKey }: PhoneIdentity): void {
    const applicant = this.#applicants.findIndex((known) => sameBytes(known, publicKey));
    if (applicant < 0) this.fail('the car enrols a key that never knew the code');
    else this.#applicants.splice(applicant, 1);
  }

  enrolled(phone: PhoneIdentity, slots: number): void {
    const placed = placeKey(this.#keys, phone, this.#window.role, slots, 0);
    if (placed === undefined) this.fail('the car has more keys than slots');
    else this.#keys = placed.keys;
  }

  onEvent(event: CarEvent): void {
    const by = 'by' in event ? event.by : undefined;
    if (by === undefined || event.type === 'command-refused') return;
    if (by === 'card' || by === 'hand') {
      if (!this.byHand) this.fail(`${event.type} by nobody's ${by}`);
    } else if (by !== 'car') {
      const { command, key } = this.#acting ?? {};
      const commands = COMMAND_OF[event.type] ?? [];
      if (command === undefined || by.slot !== key?.slot || !commands.includes(command.case)) {
        this.fail(`${event.type} by a key that did not ask for it`);
      }
    }
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

  /** Compares with the keys that the car has. */
  compare(keys: readonly KeySlot[]): void {
    const text = (list: readonly KeySlot[]): string =>
      list
        .map(({ slot, name, role, publicKey }) =>
          [slot, name, role, Buffer.from(publicKey).toString('hex', 0, 4)].join(' '),
        )
        .join(', ');
    if (text(keys) !== text(this.#keys)) {
      this.fail(`the car has the keys ${text(keys)}, not ${text(this.#keys)}`);
    }
  }

  #removed(slot: number, by: KeySlot): void {
    const key = this.#keys.find((candidate) => candidate.slot === slot);
    if (key === undefined) {
      this.fail('the car removes a key that is not there');
      return;
    }
    if (!isOwner(by) && key !== by) this.fail("a driver removes another's key");
    if (isOwner(key) && this.#keys.filter(isOwner).length === 1) {
      this.fail('the last owner is removed');
    }
    this.#keys = this.#keys.filter((other) => other !== key);
  }
}

const slotOf = (command: AnyCommand): number | undefined =>
  command.case === 'removeKey' ? command.value.slot : undefined;
