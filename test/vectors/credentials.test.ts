import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { newRecord } from '../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../firmware-sim/memory/record.js';
import { admitKey, signingKeyIn } from '../../firmware-sim/rights/admission.js';
import { noRevocations } from '../../firmware-sim/rights/revocations.js';
import type { OwnerRevocations } from '../../firmware-sim/rights/rights.js';
import { takePart } from '../../firmware-sim/rights/take-list.js';
import { verifyChain } from '../../lib/credentials/chain.js';
import { parseChain, TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { Introduction, KeySlot } from '../../lib/credentials/key-slot.js';
import { revocationListTagKey, openRevocationList } from '../../lib/credentials/revocation-list.js';
import { formatUri, parseUri } from '../../lib/credentials/uri.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import { goodName } from '../../lib/domain/names.js';
import { permits } from '../../lib/domain/roles.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { decodeRequest } from '../../lib/native/commands.js';
import type { Request } from '../../lib/native/commands.js';
import { toHex } from '../../lib/platform/bytes.js';
import { KEYS } from '../../scripts/example-keys.js';
import { grantVectors } from '../../scripts/grant-vectors.js';
import { revocationListVectors } from '../../scripts/revocation-list-vectors.js';
import { LINKS } from '../../scripts/sharing-examples.js';
import { uriVectors } from '../../scripts/uri-vectors.js';
import { fromHex, suites } from './support.js';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8'));

const grants = read('grants') as ReturnType<typeof grantVectors>;
const revocationLists = read('revocation-lists') as ReturnType<typeof revocationListVectors>;
const uris = read('uris') as ReturnType<typeof uriVectors>;

describe('vector files of credentials', () => {
  it('are what their generator writes', () => {
    expect(grants).toEqual(grantVectors());
    expect(revocationLists).toEqual(revocationListVectors());
    expect(uris).toEqual(uriVectors());
  });

  it('are mostly about what is refused', () => {
    for (const list of [grants.chains, grants.admissions, revocationLists.parts]) {
      const good = list.filter(({ expect: wanted }) => /^(accepted|admitted)$/.test(wanted));
      expect(good.length).toBeGreaterThan(0);
      expect(list.length).toBeGreaterThan(2 * good.length);
    }
    expect(uris.invalid.length).toBeGreaterThan(2 * uris.valid.length);
  });
});

const ownerKey =
  (owners: readonly { readonly slot: number; readonly signing_public: string }[]) =>
  (slot: number): Uint8Array | undefined => {
    const owner = owners.find((each) => each.slot === slot);
    return owner === undefined ? undefined : fromHex(owner.signing_public);
  };

const outcomeOf = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    if (error instanceof PhoneKeyError) return error.code;
    throw error;
  }
};

const CODES = {
  accepted: 'accepted',
  malformed: 'protocol.malformed',
  invalid: 'grant.invalid',
} as const;

const car = nodeSuite.x25519KeyPair(fromHex(grants.car_private));

describe.each(suites)('chains of grants, suite $name', (suite) => {
  const context = {
    carPublicKey: car.publicKey,
    epoch: grants.epoch,
    ownerKey: ownerKey(grants.owners),
  };

  it.each(grants.chains)('$expect: $name', ({ chain, expect: wanted }) => {
    expect(outcomeOf(() => verifyChain(suite, fromHex(chain), context))).toBe(CODES[wanted]);
    // What cannot be taken apart is refused before any signature is looked at.
    const apart = outcomeOf(() => parseChain(fromHex(chain)));
    expect(apart).toBe(wanted === 'malformed' ? CODES.malformed : 'accepted');
  });
});

type AdmissionVector = (typeof grants.admissions)[number];

const slotOf = (owner: (typeof grants.owners)[number]): KeySlot => ({
  slot: owner.slot,
  publicKey: fromHex(owner.public),
  signingKey: fromHex(owner.signing_public),
  name: 'owner',
  role: 'owner',
  pairedAt: 0,
});

/** The car that the vectors are about. Its clock is right, and only what the vector says is known. */
const carOf = ({ now, entries, floor }: AdmissionVector): CarRecord => {
  const [first, other] = grants.owners.map((owner): OwnerRevocations => ({
    owner: fingerprint(nodeSuite, fromHex(owner.public)),
    number: 0,
    issuedAt: 0,
    ...noRevocations,
  }));
  const against = entries.map(({ fingerprint: about, since, kind }) => ({
    fingerprint: fromHex(about),
    kind,
    until: since + TOLERANCE_SECONDS,
    number: 1,
    issuedAt: since,
  }));
  return {
    ...newRecord(car.privateKey),
    keys: grants.owners.map(slotOf),
    epoch: grants.epoch,
    clock: { offset: 0, floor: 0, lost: now === null },
    owners: [
      { ...first!, floor: { until: floor } },
      { ...other!, entries: against },
    ],
  };
};

describe.each(suites)('keys that come by a grant, suite $name', (suite) => {
  it.each(grants.admissions)('$expect: $name', (vector) => {
    const { now, bearer, chain, room, known, called, expect: wanted } = vector;
    const context = {
      suite,
      carPublicKey: car.publicKey,
      // Slot 0 is an owner's.
      slots: room ? 19 : 1,
      wallMs: (now ?? 0) * 1000,
    };
    const admit = (record: CarRecord, grant: string) =>
      admitKey(
        record,
        fromHex(bearer),
        { grants: fromHex(grant), name: goodName(grant === chain ? called : 'phone') },
        context,
      );
    let record = carOf(vector);
    if (known !== null) {
      const before = admit(record, known);
      if (typeof before === 'string' || before.rights === undefined) throw new Error('not known');
      record = before.rights;
    }
    const outcome = admit(record, chain);
    expect(answerTo(outcome, known !== null)).toBe(wanted);
    if (typeof outcome === 'string') return;
    const last = parseChain(fromHex(chain)).at(-1);
    expect(toHex(outcome.key.publicKey)).toBe(bearer);
    expect(outcome.key.grant?.terms).toEqual(last?.terms);
    expect(outcome.replaced).toBe(known !== null);
    expect(fingerprint(suite, outcome.key.publicKey)).toEqual(
      outcome.key.grant?.path.at(-1)?.fingerprint,
    );
  });
});

describe('commands with grants', () => {
  const bearer = KEYS.guest.publicKey;
  const context = { suite: nodeSuite, carPublicKey: car.publicKey, slots: 19 };

  it.each(grants.introductions)('$expect: $name', ({ command, known, expect: wanted }) => {
    const vector = { ...grants.admissions[0]!, known: known ? toHex(LINKS.first) : null };
    const admit = (record: CarRecord, introduction: Introduction) =>
      admitKey(record, bearer, introduction, { ...context, wallMs: vector.now! * 1000 });
    let record = carOf(vector);
    if (known) {
      const before = admit(record, { grants: LINKS.first, name: 'phone' });
      if (typeof before === 'string' || before.rights === undefined) throw new Error('not known');
      record = before.rights;
    }
    const request = requestIn(fromHex(command));
    const answer = (): string => {
      if (request.introduction === undefined) return known ? 'UNKNOWN_COMMAND' : 'HELLO';
      const outcome = admit(record, request.introduction);
      if (typeof outcome === 'string') return answerTo(outcome, known);
      const how = outcome.rights === undefined ? 'decided' : 'admitted';
      if (request.command === undefined) return `${how}, UNKNOWN_COMMAND`;
      return permits(outcome.key.role, request.command.type) ? how : `${how}, NOT_PERMITTED`;
    };
    expect(answer()).toBe(wanted);
  });
});

const requestIn = (encoded: Uint8Array): Partial<Request> => {
  try {
    return decodeRequest(encoded);
  } catch (error) {
    if (error instanceof PhoneKeyError) return {};
    throw error;
  }
};

/** What the phone hears: lib/native/car/link-machine.ts turns the outcome into this. */
const answerTo = (outcome: ReturnType<typeof admitKey>, known: boolean): string => {
  if (typeof outcome !== 'string') return 'admitted';
  if (outcome === 'grant-invalid') return known ? 'GRANT_INVALID' : 'HELLO';
  return outcome.toUpperCase().replaceAll('-', '_');
};

describe.each(suites)('revocation lists, suite $name', (suite) => {
  const identity = suite.x25519KeyPair(fromHex(revocationLists.car_private));
  const context = {
    identity,
    tagKey: revocationListTagKey(suite, identity.publicKey),
    ownerKey: ownerKey(revocationLists.owners),
  };

  it.each(revocationLists.parts)(
    '$expect: $name',
    ({ revocation_list: revocationList, expect: wanted }) => {
      const part = openRevocationList(suite, fromHex(revocationList), context);
      expect(part === undefined ? 'refused' : 'accepted').toBe(wanted);
    },
  );

  it.each(revocationLists.sequences)('$name', ({ steps, known }) => {
    const wallMs = revocationLists.now * 1000;
    let rights: CarRecord = {
      ...newRecord(identity.privateKey),
      keys: revocationLists.owners.map(slotOf),
      epoch: revocationLists.epoch,
    };
    for (const { revocation_list: revocationList, expect: wanted } of steps) {
      const owners = { ...context, ownerKey: signingKeyIn(suite, rights) };
      const part = openRevocationList(suite, fromHex(revocationList), owners);
      const taken =
        part === undefined ? 'revocation-list-invalid' : takePart(rights, part, { suite, wallMs });
      const answer = typeof taken === 'string' ? taken : taken.old ? 'revocation-list-old' : 'done';
      expect(answer.replaceAll('-', '_')).toBe(wanted);
      if (typeof taken !== 'string') ({ rights } = taken);
    }
    const found = rights.owners.flatMap(({ entries }) =>
      entries.map(({ fingerprint: about, kind }) => `${toHex(about)} ${kind}`),
    );
    expect(found.sort()).toEqual(known.map((each) => `${each.fingerprint} ${each.kind}`).sort());
  });
});

describe('phonekey: URIs', () => {
  it.each(uris.valid)('of a $what', ({ uri, what, bytes }) => {
    const parsed = parseUri(uri);
    expect(parsed.what).toBe(what);
    expect(Buffer.from(uri.split('/')[1]!, 'base64url').toString('hex')).toBe(bytes);
    expect(formatUri(parsed)).toBe(uri.trim());
  });

  it.each(uris.invalid)('refused: $name', ({ uri }) => {
    expect(() => parseUri(uri)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});
