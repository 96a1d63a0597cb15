import {
  ROLE,
  sealPart,
  withLink,
  writeFields,
  writePart,
} from '../../../lab/forged-credentials.js';
import type { LinkFields } from '../../../lab/forged-credentials.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { concat } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import type { Operation, Run } from './operations.js';
import type { MadeEntry, MadeRevocationList } from './issued-credentials.js';
import { KEY_HOLDERS } from './key-holders.js';
import type { KeyHolder } from './key-holders.js';
import type { Step } from './program.js';

const HOUR = 3600;
const LAST_SECOND = 2 ** 32 - 1;
const FULL_PART = 144;
const random = seededRandom('papers');

/** Programs choose by numbers, of which there are more than things to choose from. */
export const at = <T>(list: readonly T[], index: number): T | undefined =>
  list[index % list.length];

/** By right clocks; the car's may go wrong. */
const now = ({ world }: Run): number => world.wallSeconds;

type Terms = Partial<LinkFields> & { readonly from?: number; readonly until?: number };

/** Times are seconds from now. Programs name them by number: new ones go to the end. */
export const TERMS = {
  guest: {},
  delegable: { delegations: 1 },
  driverDelegable: { role: ROLE.driver, delegations: 2 },
  valet: { role: ROLE.valet },
  service: { role: ROLE.service },
  once: { uses: 1 },
  leased: { leaseHours: 1, until: 48 * HOUR },
  short: { until: 5 },
  later: { from: HOUR, until: 2 * HOUR },
  driver: { role: ROLE.driver, until: LAST_SECOND },
  owner: { role: ROLE.owner },
  valetDelegable: { role: ROLE.valet, delegations: 1 },
  over: { from: -HOUR, until: 0 },
  onceDelegable: { uses: 1, delegations: 1 },
  leasedDelegable: { leaseHours: 2, delegations: 3, until: 48 * HOUR },
} as const satisfies Record<string, Terms>;

/** Who signs, beside the one who may. Programs name them by number: new ones go to the end. */
export const SIGNERS = {
  whoMay: undefined,
  owner: KEY_HOLDERS.owner,
  newcomer: KEY_HOLDERS.newcomer,
  driver: KEY_HOLDERS.driver,
  stranger: KEY_HOLDERS.stranger,
  guest: KEY_HOLDERS.guest,
} as const;

const signerOf = ({ message }: Step): KeyHolder | undefined =>
  at(Object.values<KeyHolder | undefined>(SIGNERS), message);

const personOf = ({ person }: Step): KeyHolder =>
  at(Object.values<KeyHolder>(KEY_HOLDERS), person) ?? KEY_HOLDERS.stranger;

const carKey = (run: Run, forThisCar: boolean): Uint8Array =>
  forThisCar ? run.world.controller.identity.publicKey : KEY_HOLDERS.stranger.identity.publicKey;

const slotOf = ({ world }: Run, signer: KeyHolder): number => world.oracle.keyOf(signer)?.slot ?? 0;

/** One thing about a paper is not as it should be. Bits of `xor`. */
const ODD = {
  otherCar: 1,
  otherEpoch: 2,
  otherSlot: 4,
  older: 8,
  newer: 16,
  ahead: 32,
  floor: 64,
} as const;

const hasBit = ({ xor }: Step, bit: number): boolean => (xor & bit) !== 0;

/** By a right clock, or by one that is an hour wrong, or within what is believed. */
const dated = (run: Run, step: Step): number =>
  now(run) +
  (hasBit(step, ODD.newer) ? HOUR : 0) -
  (hasBit(step, ODD.older) ? HOUR : 0) +
  (hasBit(step, ODD.ahead) ? 250 : 0);

/** A link for somebody: the first of a chain, or (`at` above 0) behind that many newest grant's. */
export const grant: Operation = (run, step) => {
  const { grants } = run.world.oracle.issued;
  const parent = step.at === 0 ? undefined : at(grants.toReversed(), step.at - 1);
  const before = parent?.links ?? [];
  const last = before.at(-1);
  const signer = signerOf(step) ?? last?.subject ?? KEY_HOLDERS.owner;
  const subject = personOf(step);
  const terms: Terms = at(Object.values<Terms>(TERMS), step.parameter) ?? {};
  const { from = 0, until = HOUR, ...given } = terms;
  const time = dated(run, step);
  const rootSlot = last?.fields.ownerSlot ?? slotOf(run, signer);
  const fields: LinkFields = {
    version: 1,
    delegations: 0,
    role: ROLE.guest,
    ownerSlot: rootSlot + (hasBit(step, ODD.otherSlot) ? 1 : 0),
    epoch: run.world.oracle.model.epoch + (hasBit(step, ODD.otherEpoch) ? 1 : 0),
    issuedAt: time,
    // What is delegated may begin and end with what it comes from.
    notBefore: Math.max(now(run) + from, last?.fields.notBefore ?? 0),
    notAfter: Math.min(LAST_SECOND, now(run) + until),
    uses: 0,
    leaseHours: 0,
    ...given,
  };
  const forThisCar = !hasBit(step, ODD.otherCar);
  const bytes = withLink(
    parent?.bytes ?? new Uint8Array(0),
    signer,
    carKey(run, forThisCar),
    writeFields(fields),
    subject,
  );
  // Behind bytes that nobody signed like this, nothing holds either.
  if (parent !== undefined && parent.links === undefined) grants.push({ bytes });
  else grants.push({ bytes, links: [...before, { subject, signer, forThisCar, fields }] });
};

/** Changes a byte of a grant, cuts it, or puts the last link of another one behind it. */
export const alterGrant: Operation = ({ world }, { at: number, parameter, xor, chunk }) => {
  const { grants } = world.oracle.issued;
  const newest = grants.toReversed();
  const chosen = at(newest, number);
  const other = at(newest, number + 1);
  if (chosen === undefined || other === undefined) return;
  const bytes = chosen.bytes.slice();
  const where = chunk % bytes.length;
  const changes = [
    () => {
      bytes[where] = (bytes[where] ?? 0) ^ xor;
      return bytes;
    },
    () => bytes.subarray(0, where),
    () => concat(bytes, other.bytes.subarray(-115)),
  ];
  grants.push({ bytes: at(changes, parameter)?.() ?? bytes });
};

/** Programs name them by number: new ones go to the end. */
export const SAYINGS = {
  revoke: { kind: 'revoked', parts: 1 },
  suspend: { kind: 'suspended', parts: 1 },
  nothing: { kind: undefined, parts: 1 },
  revokeLast: { kind: 'revoked', parts: 2, last: true },
  suspendFirst: { kind: 'suspended', parts: 2, last: false },
  resume: { kind: 'resumed', parts: 1 },
  resumeLast: { kind: 'resumed', parts: 2, last: true },
} as const;

interface Saying {
  readonly kind: MadeEntry['kind'] | undefined;
  readonly parts: 1 | 2;
  /** The entry is in the last part. */
  readonly last?: boolean;
}

/** From which second on a grant is a new one, seconds from now. */
const SINCE = [0, -HOUR, -LAST_SECOND, LAST_SECOND] as const;
/** Numbers from the one that the owner would take: most often 0. */
const NUMBERS = [0, -1, 5, -1_000] as const;

/**
 * A revocation list of somebody, in parts. `parameter`: what it says of `person`; `at`: since when (low bits) and by
 * which number (the next).
 */
export const sign: Operation = (run, step) => {
  const { revocationLists } = run.world.oracle.issued;
  const by = signerOf(step) ?? KEY_HOLDERS.owner;
  const { kind, parts, last }: Saying =
    at(Object.values<Saying>(SAYINGS), step.parameter) ?? SAYINGS.nothing;
  const highest = Math.max(
    0,
    ...revocationLists.flatMap(({ signed }) => (signed?.by === by ? [signed.number] : [])),
  );
  const since = Math.min(LAST_SECOND, Math.max(0, now(run) + (SINCE[step.at & 3] ?? 0)));
  const own: MadeEntry[] = kind === undefined ? [] : [{ about: personOf(step), since, kind }];
  const filling = Array.from({ length: parts === 2 ? FULL_PART : 0 }, () => NOBODY);
  const entries = last === true ? [...filling, ...own] : [...own, ...filling];
  const revocationList = {
    version: 1,
    ownerSlot: slotOf(run, by) + (hasBit(step, ODD.otherSlot) ? 1 : 0),
    number: Math.max(0, highest + 1 + (NUMBERS[(step.at >> 2) & 3] ?? 0)),
    issuedAt: dated(run, step),
    epoch: run.world.oracle.model.epoch + (hasBit(step, ODD.otherEpoch) ? 1 : 0),
    floor: hasBit(step, ODD.floor) ? now(run) : 0,
    parts,
    by,
    forThisCar: !hasBit(step, ODD.otherCar),
  };
  for (let part = 0; part < parts; part++) {
    const some = entries.slice(part * FULL_PART, (part + 1) * FULL_PART);
    revocationLists.push(seal(run, { ...revocationList, part, count: some.length, entries: some }));
  }
};

const NOBODY: MadeEntry = { about: undefined, since: 0, kind: 'suspended' };

const seal = (run: Run, signed: NonNullable<MadeRevocationList['signed']>): MadeRevocationList => {
  const entries = signed.entries.map(({ about, since, kind }) => ({
    fingerprint: about ? fingerprint(defaultSuite, about.identity.publicKey) : new Uint8Array(8),
    since,
    kind,
  }));
  const body = writePart({ ...signed, entries });
  const bytes = sealPart(random, signed.by.signing, carKey(run, signed.forThisCar), body);
  return { bytes, signed };
};

/** Changes a byte of a revocation list. */
export const alterRevocationList: Operation = ({ world }, { at: number, xor, chunk }) => {
  const { revocationLists } = world.oracle.issued;
  const chosen = at(revocationLists.toReversed(), number);
  if (chosen === undefined) return;
  const bytes = chosen.bytes.slice();
  const where = (chunk << 3) % bytes.length;
  bytes[where] = (bytes[where] ?? 0) ^ xor;
  revocationLists.push({ bytes });
};

/** The card on the console, and a key taken away on the screen. */
export const removeAtScreen: Operation = async ({ world }, { parameter }) => {
  const { oracle, controller } = world;
  oracle.byHand = true;
  await controller.credentials.remove(parameter % 6, 'card');
  oracle.byHand = false;
};

const AHEAD = [60, HOUR, 48 * HOUR] as const;

/** The clock in the car stands still, or time passes. */
export const clock: Operation = async ({ world }, { parameter }) => {
  const { oracle, controller } = world;
  const ahead = at([undefined, ...AHEAD], parameter);
  oracle.byHand = true;
  await (ahead === undefined ? controller.loseClock() : controller.advanceClock(ahead));
  oracle.byHand = false;
  if (ahead === undefined) oracle.model.loseClock();
  else oracle.model.advanceClock(ahead);
};

const CARD_TIMES = [0, -HOUR, 48 * HOUR] as const;

/** The card on the console, and the time set on the screen. */
export const cardClock: Operation = async ({ world }, { parameter }) => {
  const { oracle, controller, wallSeconds } = world;
  oracle.cardTime = wallSeconds + (at(CARD_TIMES, parameter) ?? 0);
  oracle.byHand = true;
  await controller.credentials.setTimeByCard(oracle.cardTime);
  oracle.byHand = false;
};
