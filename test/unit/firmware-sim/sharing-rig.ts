import type { CarController } from '../../../firmware-sim/controller.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import type { Memory } from '../../../firmware-sim/memory/memory.js';
import { revocationsOf } from '../../../firmware-sim/rights/rights.js';
import { signLink } from '../../../lib/credentials/grant.js';
import type { GrantTerms } from '../../../lib/credentials/grant.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { sealRevocationList } from '../../../lib/credentials/revocation-list.js';
import type {
  EntryKind,
  RevocationEntry,
  RevocationList,
} from '../../../lib/credentials/revocation-list.js';
import type { KeyPair } from '../../../lib/crypto/suite.js';
import type { Role } from '../../../lib/domain/roles.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { concat } from '../../../lib/platform/bytes.js';
import type { CommandName } from '../../../lib/domain/commands.js';
import type { Command } from '../../../lib/domain/commands.js';
import { person, suite } from '../credentials/sample.js';
import type { Person } from '../credentials/sample.js';
import { commandOf, outcomeOf, rig, WALL_TIME } from './rig.js';
import type { Rig } from './rig.js';

/** A car among people with real keys: who grants, delegates, revokes, and tries. */

export const HOUR = 3600;
export const DAY = 24 * HOUR;

export interface Town extends Rig {
  /** Seconds since 1970, by a right clock. */
  readonly now: () => number;
  /** Lets time pass, in seconds. */
  readonly pass: (seconds: number) => void;
  /** Pairs, with the card. */
  readonly pair: (who: Person, role?: Role) => Promise<KeySlot>;
  /** What `who` gets from the owner: a chain of one link. */
  readonly grant: (who: Person, terms?: Partial<GrantTerms>, by?: Owner) => Uint8Array;
  /** The chain with one link more, from one of its subjects. */
  readonly delegate: (
    chain: Uint8Array,
    from: Person,
    to: Person,
    terms?: Partial<GrantTerms>,
  ) => Uint8Array;
  /** As at a first use: the key, or why not. */
  readonly admit: (who: Person, chain: Uint8Array) => Promise<KeySlot | string>;
  /** Admits and does. Gives the outcome or the refusal. */
  readonly attempt: (
    who: Person,
    command: CommandName | Command,
    chain?: Uint8Array,
  ) => Promise<string>;
  /** The next revocation list of an owner, in parts. */
  readonly revocationList: (
    entries: readonly RevocationEntry[],
    by?: Owner,
    more?: Partial<RevocationList>,
  ) => readonly Uint8Array[];
  /** The same, brought by a stranger. */
  readonly relay: (
    entries: readonly RevocationEntry[],
    by?: Owner,
    more?: Partial<RevocationList>,
  ) => Promise<void>;
  readonly entry: (who: Person, kind?: EntryKind, since?: number) => RevocationEntry;
}

export interface Owner {
  readonly person: Person;
  readonly slot: number;
}

export const ADA: Owner = { person: person(1), slot: 0 };
export const BOB = person(2);
export const CLEO = person(3);
export const DAN = person(4);

/** A car that Ada owns. */
export const town = async (
  options: { readonly memory?: Memory; readonly slots?: number } = {},
): Promise<Town> => {
  const wall = { ms: Date.parse(WALL_TIME) };
  const memory = options.memory ?? volatileMemory();
  const setup = await rig({ ...options, memory, wallTime: () => wall.ms });
  const result = townOf(setup, wall);
  if (setup.car.keys().length === 0) await result.pair(ADA.person);
  setup.seen();
  return result;
};

/** The people around a car. */
export const townOf = (setup: Rig, wall = { ms: Date.parse(WALL_TIME) }): Town => {
  const { car } = setup;
  const carPublicKey = (): Uint8Array => car.identity.publicKey;
  const now = (): number => Math.floor(wall.ms / 1000);
  const numbers = new Map<KeyPair, number>();
  const termsOf = (terms: Partial<GrantTerms>, ownerSlot: number): GrantTerms => ({
    role: 'guest',
    issuedAt: now(),
    notBefore: now(),
    notAfter: now() + DAY,
    uses: 0,
    leaseHours: 0,
    delegations: 0,
    epoch: car.status().epoch,
    ownerSlot,
    ...terms,
  });
  const result: Town = {
    ...setup,
    now,
    pass: (seconds) => {
      wall.ms += seconds * 1000;
    },
    pair: (who, role) => pairWith(car, role, { ...publicOf(who), name: 'paired' }),
    grant: (who, terms = {}, { person: { signing }, slot } = ADA) =>
      signLink(suite, signing, carPublicKey(), new Uint8Array(0), who, termsOf(terms, slot)),
    delegate: (chain, from, to, terms = {}) =>
      concat(chain, signLink(suite, from.signing, carPublicKey(), chain, to, termsOf(terms, 0))),
    admit: (who, grants) => car.credentials.admit(who.publicKey, { grants, name: 'granted' }),
    attempt: async (who, command, chain) => {
      const known =
        chain === undefined
          ? car.keys().find((key) => suite.equal(key.publicKey, who.publicKey))
          : await result.admit(who, chain);
      if (known === undefined || typeof known === 'string') return known ?? 'unknown';
      return outcomeOf(
        await car.execute(typeof command === 'string' ? commandOf(command) : command, known),
      );
    },
    revocationList: (entries, by = ADA, more = {}) => {
      const { signing } = by.person;
      const known = Math.max(numbers.get(signing) ?? 0, numberIn(setup, by));
      const number = more.number ?? known + 1;
      numbers.set(signing, Math.max(known, number));
      return sealRevocationList(
        suite,
        seededRandom(`revocation list ${String(number)}`),
        signing,
        carPublicKey(),
        {
          ownerSlot: by.slot,
          epoch: car.status().epoch,
          number,
          issuedAt: now(),
          floor: 0,
          entries,
          ...more,
        },
      );
    },
    relay: async (entries, by, more) => {
      for (const part of result.revocationList(entries, by, more)) {
        await car.credentials.receive(part);
      }
    },
    entry: (who, kind = 'revoked', since = now()) => ({
      fingerprint: fingerprint(suite, who.publicKey),
      since,
      kind,
    }),
  };
  return result;
};

/** Of the owner's last revocation list that the car has. */
const numberIn = ({ store }: Rig, { person: { publicKey } }: Owner): number =>
  revocationsOf(store.record, fingerprint(suite, publicKey)).number;

const publicOf = ({ publicKey, signingKey }: Person) => ({ publicKey, signingKey });

const pairWith = async (
  car: CarController,
  role: Role | undefined,
  phone: Parameters<CarController['pairing']['enrol']>[1],
): Promise<KeySlot> => {
  car.tap({ reader: 'console', purpose: 'pair', ...(role === undefined ? {} : { role }) });
  const window = car.pairing.window();
  if (window === undefined || !(await car.pairing.countTry(window))) throw new Error('closed');
  const enrolment = await car.pairing.enrol(window, phone);
  if (typeof enrolment === 'string') throw new Error(`not enrolled: ${enrolment}`);
  return car.keys().find(({ slot }) => slot === enrolment.slot)!;
};
