import { isNativeError } from 'node:util/types';
import {
  formatKeyFile,
  formatOffer,
  parseKeyFile,
  parseOffer,
} from '../../../cli/config/key-file.js';
import { decodeGeneration, encodeGeneration } from '../../../firmware-sim/memory/generation.js';
import { decodeRecord, encodeRecord, newRecord } from '../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { signLink } from '../../../lib/credentials/grant.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import { concat, sameBytes, utf8 } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { LENGTH } from '../../../lib/native/codec.js';
import { demand, refusing } from '../target.js';
import type { Target } from '../target.js';

const random = seededRandom('files');
const key = random(32);

const RECORD: CarRecord = {
  ...newRecord(key),
  pairingTries: 3,
  keys: [
    { slot: 0, publicKey: random(32), signingKey: random(32), name: 'Ann', role: 'owner' },
    { slot: 7, publicKey: random(32), signingKey: random(32), name: 'Bob ✓', role: 'driver' },
    {
      slot: 9,
      publicKey: random(32),
      signingKey: new Uint8Array(32),
      name: 'Cleo',
      role: 'guest',
      pairedAt: 0,
      grant: {
        terms: {
          role: 'guest',
          issuedAt: 5,
          notBefore: 6,
          notAfter: 7,
          uses: 8,
          leaseHours: 9,
          delegations: 0,
          epoch: 1,
          ownerSlot: 0,
        },
        path: [{ fingerprint: random(8), issuedAt: 5 }],
        used: 2,
      },
    },
  ],
  epoch: 1,
  own: {
    floor: { until: 3, pending: 9 },
    entries: [
      { fingerprint: random(8), kind: 'removed', until: 4, pending: 5, number: 0, issuedAt: 0 },
    ],
  },
  owners: [
    {
      owner: random(8),
      number: 3,
      issuedAt: 9,
      floor: { until: 0 },
      entries: [{ fingerprint: random(8), kind: 'revoked', until: 4, number: 3, issuedAt: 9 }],
      incoming: { number: 4, issuedAt: 10, parts: 2, have: 1, resumed: [random(8)] },
    },
  ],
  clock: { offset: -5, floor: 9, lost: true },
  pin: { salt: random(16), hash: random(32), tries: { owners: 0, others: 2 } },
};

const keyFile = (): string =>
  formatKeyFile({
    name: 'Blue car',
    state: 'paired',
    role: 'owner',
    slot: 0,
    carPublicKey: random(32),
    identity: nodeSuite.x25519KeyPair(key),
    signing: nodeSuite.ed25519KeyPair(key),
  });

const shared = (): string => {
  const times = { issuedAt: 5, notBefore: 6, notAfter: 7 };
  const counts = { uses: 0, leaseHours: 8, delegations: 0 };
  const identity = nodeSuite.x25519KeyPair(key);
  const signing = nodeSuite.ed25519KeyPair(key);
  const terms = { role: 'guest' as const, epoch: 1, ownerSlot: 0, ...times, ...counts };
  return formatKeyFile({
    name: 'Blue car',
    state: 'pending',
    role: 'guest',
    epoch: 1,
    carPublicKey: random(32),
    identity,
    signing,
    grant: signLink(nodeSuite, signing, random(32), new Uint8Array(0), identity, terms),
    ownName: 'Cleo',
    attHandle: 11,
    shared: [{ fingerprint: '0011223344556677', name: 'Dan', role: 'valet', ...times, ...counts }],
    revocationList: {
      number: 1,
      issuedAt: 2,
      floor: 1,
      entries: [{ fingerprint: random(8), since: 3, kind: 'suspended' }],
    },
    outbox: [{ part: random(LENGTH.revocationList), own: true }],
  });
};

const offer = (): string =>
  formatOffer({
    madeAt: 5,
    identity: nodeSuite.x25519KeyPair(key),
    signing: nodeSuite.ed25519KeyPair(key),
  });

const DICTIONARY = [
  '"',
  ':',
  ',',
  '{',
  '}',
  '[',
  ']',
  'null',
  '-1',
  '1e999',
  '0.5',
  '\\u0000',
  '"__proto__"',
  '\ufeff',
  '\u202e',
].map(utf8);

const textOf = (input: Uint8Array): string => new TextDecoder().decode(input);

/** What is wrong is an Error with a short text that quotes nothing of the record. */
const decode = <T>(parse: () => T): T | undefined => {
  try {
    return parse();
  } catch (error) {
    demand(isNativeError(error), 'an Error');
    demand(error.message.length < 60, 'its text says little');
    return undefined;
  }
};

export const fileTargets: readonly Target[] = [
  {
    name: 'key-file',
    seeds: () => [utf8(keyFile()), utf8(shared())],
    dictionary: DICTIONARY,
    maxLength: 4096,
    run(input) {
      const car = refusing(['keys.unreadable', 'keys.earlier-format'], () =>
        parseKeyFile(textOf(input)),
      );
      if (car === undefined) return;
      const text = formatKeyFile(car);
      demand(formatKeyFile(parseKeyFile(text)) === text, 'reads what it writes');
    },
  },
  {
    name: 'offer-file',
    seeds: () => [utf8(offer())],
    dictionary: DICTIONARY,
    maxLength: 1024,
    run(input) {
      const waiting = refusing(['keys.unreadable', 'keys.earlier-format'], () =>
        parseOffer(textOf(input)),
      );
      if (waiting === undefined) return;
      const text = formatOffer(waiting);
      demand(formatOffer(parseOffer(text)) === text, 'reads what it writes');
    },
  },
  {
    name: 'car-record',
    seeds: () => [utf8(encodeRecord(RECORD))],
    dictionary: DICTIONARY,
    maxLength: 2048,
    run(input) {
      const record = decode(() => decodeRecord(textOf(input)));
      if (record === undefined) return;
      const text = encodeRecord(record);
      demand(encodeRecord(decodeRecord(text)) === text, 'reads what it writes');
      const slots = record.keys.map(({ slot }) => slot);
      demand(new Set(slots).size === slots.length, 'no slot is taken twice');
    },
  },
  {
    name: 'car-generation',
    seeds: () => [
      Uint8Array.of(0, 0, 0),
      concat(Uint8Array.of(1, 0, 0), encodeGeneration({ sequence: 9, record: RECORD })),
    ],
    maxLength: 2048,
    run(input) {
      const good = encodeGeneration({ sequence: 9, record: RECORD });
      if (input[0] === 0) {
        // The medium has decayed in one byte, or was cut.
        const at = ((input[1] ?? 0) << 3) % good.length;
        const damaged = input.length > 3 ? good.slice(0, at) : good.slice();
        damaged[at] = (damaged[at] ?? 0) ^ (input[2] ?? 0);
        const read = decode(() => decodeGeneration(damaged));
        demand(read === undefined || sameBytes(damaged, good), 'damage is noticed');
        return;
      }
      const generation = decode(() => decodeGeneration(input.subarray(3)));
      if (generation === undefined) return;
      demand(sameBytes(encodeGeneration(generation), input.subarray(3)), 'one form of each');
    },
  },
];
