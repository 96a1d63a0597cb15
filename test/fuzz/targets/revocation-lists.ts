import { isDeepStrictEqual } from 'node:util';
import {
  ENTRY_BYTES,
  HEADER_BYTES,
  readPart,
  sealPart,
  writePart,
} from '../../../lab/forged-credentials.js';
import type { ForgedEntry, PartFields } from '../../../lab/forged-credentials.js';
import { decodeRecord, encodeRecord, newRecord } from '../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { MOST_REVOCATIONS } from '../../../firmware-sim/rights/revocations.js';
import type { Revocation } from '../../../firmware-sim/rights/revocations.js';
import { circumstancesOf, revocationsOf } from '../../../firmware-sim/rights/rights.js';
import { takePart } from '../../../firmware-sim/rights/take-list.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import {
  isRevocationListFor,
  revocationListTagKey,
  openRevocationList,
} from '../../../lib/credentials/revocation-list.js';
import type {
  RevocationEntry,
  RevocationListPart,
} from '../../../lib/credentials/revocation-list.js';
import { defaultSuite as suite } from '../../../lib/crypto/index.js';
import { concat, sameBytes, toHex } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { CAR, OTHER_CAR, ownerIn, ownerKey, STRANGER } from '../sharing/test-keys.js';
import { Heard } from '../sharing/heard.js';
import { demand, Violation } from '../target.js';
import type { Target } from '../target.js';

const FULL_PART = 144;
const MOST_PARTS = 8;

const CONTEXT = {
  identity: CAR,
  tagKey: revocationListTagKey(suite, CAR.publicKey),
  ownerKey,
};

/** How an input is signed and sealed; the first byte says which. */
const WAYS = ['as it should', 'by a stranger', 'for another car', 'not at all'] as const;
const by = (way: (typeof WAYS)[number], body: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(WAYS.indexOf(way)), body);

const seal = (body: Uint8Array, way: (typeof WAYS)[number]): Uint8Array => {
  const owner = ownerIn(body[1] ?? 0) ?? STRANGER;
  const signer = way === 'by a stranger' ? STRANGER : owner;
  const car = way === 'for another car' ? OTHER_CAR : CAR;
  return sealPart(seededRandom('seal'), signer.signing, car.publicKey, body);
};

const partWith = (entries: readonly ForgedEntry[], more: Partial<PartFields> = {}): Uint8Array =>
  writePart({ ownerSlot: 0, number: 5, issuedAt: 1_800_000_000, ...more, entries });
const entry = (number: number, kind = 1): ForgedEntry => ({
  fingerprint: new Uint8Array(8).fill(number),
  since: 1_800_000_000,
  kind,
});
const filled = (count: number): ForgedEntry[] => Array.from({ length: count }, (_, i) => entry(i));

const bodies = (): Uint8Array[] => [
  partWith([]),
  partWith([entry(1), entry(2, 2), entry(3, 3)], { ownerSlot: 3, epoch: 9, floor: 8 }),
  partWith(filled(FULL_PART), { parts: 2 }),
  partWith([entry(1)], { part: 1, parts: 2 }),
  partWith([entry(1)], { parts: 2 }),
  partWith([], { ownerSlot: 1 }),
];

/** By the text of the specification: a part that an owner may have meant. */
const isPart = (body: Uint8Array): boolean => {
  if (body.length < HEADER_BYTES) return false;
  const { version, ownerSlot, part, parts, count } = readPart(body);
  const kinds = Array.from({ length: count }, (_, i) => body[HEADER_BYTES + ENTRY_BYTES * i + 12]);
  return (
    version === 1 &&
    ownerIn(ownerSlot) !== undefined &&
    parts <= MOST_PARTS &&
    part < parts &&
    count <= FULL_PART &&
    (part === parts - 1 || count === FULL_PART) &&
    body.length === HEADER_BYTES + ENTRY_BYTES * count &&
    kinds.every((kind) => kind !== undefined && kind >= 1 && kind <= 3)
  );
};

/** Of one part in an input of `revocation-list-parts`: owner, number, when it was
 * issued, part and parts, key, size and kind. */
const STRIDE = 6;
const MANY = 150;

const KINDS = ['revoked', 'suspended', 'resumed', 'suspended'] as const;

const partOf = (record: Uint8Array): RevocationListPart => {
  const [slot = 0, number = 0, issuedAt = 0, place = 0, key = 0, what = 0] = record;
  const parts = 1 + ((place >> 4) % MOST_PARTS);
  const count = what % 5 === 4 ? MANY : what % 5 === 3 ? 0 : 1;
  return {
    ownerSlot: slot % 2,
    epoch: 0,
    number,
    issuedAt,
    floor: 0,
    part: (place & 0x0f) % parts,
    parts,
    entries: Array.from({ length: count }, (_, i) => ({
      fingerprint: Uint8Array.of(0, 0, 0, 0, 0, count === MANY ? number : 0, i, key % 8),
      since: what,
      kind: KINDS[what >> 6] ?? 'revoked',
    })),
  };
};

/** Long after all that is signed here. */
const NOW = 1_800_000_000;
const TOLERANCE = 300;

type Known = Pick<Revocation, 'until' | 'number' | 'issuedAt' | 'kind'>;

/** What one owner has said and not lifted, by key and kind; the later of it holds. */
class Said {
  readonly heard = new Heard<RevocationEntry>();
  readonly known = new Map<string, Known>();

  take(part: RevocationListPart): boolean {
    const { number, issuedAt } = part;
    const old = this.heard.isOld(part);
    for (const { fingerprint, since, kind } of part.entries) {
      if (kind === 'resumed' || (old && kind === 'suspended')) continue;
      const key = `${toHex(fingerprint)} ${kind}`;
      const before = this.known.get(key);
      this.known.set(key, {
        kind,
        until: Math.max(since + TOLERANCE, before?.until ?? 0),
        number: Math.max(number, before?.number ?? 0),
        issuedAt: Math.max(issuedAt, before?.issuedAt ?? 0),
      });
    }
    for (const { fingerprint, kind } of (old ? undefined : this.heard.take(part)) ?? []) {
      const key = `${toHex(fingerprint)} suspended`;
      const found = this.known.get(key);
      if (kind !== 'resumed' || found === undefined) continue;
      if (found.number < number && found.issuedAt <= issuedAt) this.known.delete(key);
    }
    return old;
  }

  /** For what has folded, the floor speaks. */
  fold(entries: ReadonlySet<string>, floor: number): void {
    for (const [key, { until }] of this.known) {
      if (!entries.has(key) && until <= floor) this.known.delete(key);
    }
  }
}

const takeAll = (input: Uint8Array): void => {
  const prints = [CAR, OTHER_CAR].map(({ publicKey }) => fingerprint(suite, publicKey));
  const context = { suite, wallMs: NOW * 1000 };
  let record: CarRecord = {
    ...newRecord(CAR.privateKey),
    keys: [CAR, OTHER_CAR].map(({ publicKey }, slot) => {
      return { slot, publicKey, signingKey: publicKey, name: 'owner', role: 'owner', pairedAt: 0 };
    }),
  };
  const owners = [new Said(), new Said()] as const;
  for (let at = 0; at + STRIDE <= input.length; at += STRIDE) {
    const part = partOf(input.subarray(at, at + STRIDE));
    const owner = owners[part.ownerSlot === 0 ? 0 : 1];
    const taken = takePart(record, part, context);
    if (typeof taken === 'string') throw new Violation('a part of an owner is taken');
    demand(taken.old === owner.take(part), 'a list is old that is not newer than a whole one');
    record = taken.rights;
    prints.forEach((print, slot) => {
      const { number, issuedAt, entries, floor } = revocationsOf(record, print);
      const said = owners[slot === 0 ? 0 : 1];
      const kept = new Map(
        entries.map(({ fingerprint: about, ...known }) => {
          return [`${toHex(about)} ${known.kind}`, known] as const;
        }),
      );
      said.fold(new Set(kept.keys()), floor.until);
      demand(entries.length <= MOST_REVOCATIONS, 'a car keeps no more than it has room for');
      demand(kept.size === entries.length, 'and each key and kind once');
      demand(isDeepStrictEqual(kept, said.known), 'what was said is kept, and no more');
      demand(number === said.heard.whole, 'a revocation list number goes back');
      demand(issuedAt === said.heard.issuedAt, 'leases begin with a whole list');
    });
  }
  const { lastIssuedAt } = circumstancesOf(record, context);
  owners.forEach(({ heard }, slot) => {
    demand(lastIssuedAt(slot) === heard.issuedAt, 'and the policy is told');
  });
  demand(isDeepStrictEqual(decodeRecord(encodeRecord(record)), record), 'and reads what it keeps');
};

/** What owners say to the car, and how it keeps it. */
export const revocationListTargets: readonly Target[] = [
  {
    name: 'revocation-list',
    seeds: () => [
      ...bodies().map((body) => by('as it should', body)),
      by('by a stranger', bodies()[0] ?? new Uint8Array(0)),
      by('for another car', bodies()[1] ?? new Uint8Array(0)),
      ...bodies().map((body) => by('not at all', seal(body, 'as it should'))),
    ],
    dictionary: [Uint8Array.of(0, 144), Uint8Array.of(0, 145), Uint8Array.of(1, 2), filledEntry()],
    maxLength: 2200,
    batch: 16,
    run(input) {
      const way = WAYS[(input[0] ?? 0) % WAYS.length] ?? 'as it should';
      const body = input.subarray(1);
      const revocationList = way === 'not at all' ? body : seal(body, way);
      const part = openRevocationList(suite, revocationList, CONTEXT);
      demand(
        part === undefined || isRevocationListFor(suite, CAR.publicKey, revocationList),
        'who relays it can tell for which car it is',
      );
      switch (way) {
        case 'as it should':
          demand((part !== undefined) === isPart(body), 'what an owner may mean is taken');
          if (part !== undefined) demand(sameBytes(writePart(part), body), 'as it was meant');
          return;
        case 'not at all':
          if (part === undefined) return;
          demand(
            bodies().some((known) => sameBytes(seal(known, 'as it should'), revocationList)),
            'nobody speaks for an owner',
          );
          return;
        case 'by a stranger':
        case 'for another car':
          demand(part === undefined, `a car takes what was signed ${way}`);
      }
    },
  },
  {
    name: 'revocation-list-parts',
    seeds: () => [
      Uint8Array.of(0, 1, 9, 0, 1, 0, 0, 2, 10, 0, 2, 0x80, 0, 1, 9, 0, 1, 0),
      Uint8Array.of(0, 1, 9, 0x10, 1, 0, 0, 1, 9, 0x11, 2, 0, 0, 1, 9, 0x11, 2, 0),
      Uint8Array.of(
        0,
        1,
        9,
        0x10,
        1,
        0,
        0,
        2,
        9,
        0x10,
        2,
        0,
        0,
        1,
        9,
        0x11,
        2,
        0,
        0,
        2,
        9,
        0x11,
        3,
        3,
      ),
      Uint8Array.of(
        0,
        1,
        9,
        0x20,
        1,
        0,
        0,
        1,
        8,
        0x21,
        1,
        0,
        0,
        1,
        9,
        0x11,
        1,
        0,
        1,
        1,
        9,
        0,
        1,
        0,
      ),
      Uint8Array.from(
        { length: STRIDE * 10 },
        (_, i) => [i >> 2, i, 9, 0x71, 1, 4][i % STRIDE] ?? 0,
      ),
    ],
    stride: STRIDE,
    maxLength: STRIDE * 40,
    batch: 16,
    run: takeAll,
  },
];

function filledEntry(): Uint8Array {
  return partWith([entry(7)]).subarray(HEADER_BYTES);
}
