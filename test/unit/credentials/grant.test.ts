import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { narrows, verifyChain } from '../../../lib/credentials/chain.js';
import {
  DELEGABLE_BYTES,
  LEAF_BYTES,
  parseChain,
  signLink,
  type GrantTerms,
} from '../../../lib/credentials/grant.js';
import { Role, ROLE_NAMES, roleFromName } from '../../../lib/credentials/roles.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { concat } from '../../../lib/platform/bytes.js';
import {
  CHAIN_CONTEXT,
  delegate,
  FRIEND,
  grantTo,
  GUEST,
  HOUR,
  NOW,
  OWNER,
  person,
  suite,
  TERMS,
} from './sample.js';

const verify = (chain: Uint8Array) => verifyChain(suite, chain, CHAIN_CONTEXT);
const refusal = (chain: Uint8Array): string => {
  try {
    verify(chain);
  } catch (error) {
    if (error instanceof PhoneKeyError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
};

const terms: fc.Arbitrary<GrantTerms> = fc
  .record({
    role: fc.constantFrom(Role.DRIVER, Role.GUEST, Role.VALET, Role.SERVICE),
    issuedAt: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    notBefore: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
    length: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    uses: fc.nat(255),
    leaseHours: fc.nat(255),
    delegations: fc.nat(3),
    epoch: fc.nat(0xffff),
    ownerSlot: fc.nat(255),
  })
  .map(({ length, ...rest }) => ({
    ...rest,
    notAfter: Math.min(2 ** 32 - 1, rest.notBefore + length),
    uses: rest.delegations > 0 ? 0 : rest.uses,
  }));

describe('a link', () => {
  it('has 115 bytes, and 147 where it may be delegated on', () => {
    expect([LEAF_BYTES, DELEGABLE_BYTES]).toEqual([115, 147]);
    expect(grantTo()).toHaveLength(115);
    expect(grantTo({ delegations: 2 })).toHaveLength(147);
  });

  it('is read as it was written, whatever the terms', () => {
    fc.assert(
      fc.property(terms, (given) => {
        const [link, ...rest] = parseChain(grantTo(given));
        expect(link.terms).toEqual(given);
        expect(link.subject.publicKey).toEqual(GUEST.publicKey);
        expect(link.subject.signingKey).toEqual(
          given.delegations > 0 ? GUEST.signingKey : undefined,
        );
        expect(rest).toEqual([]);
      }),
    );
  });

  it.each<[string, Partial<GrantTerms>]>([
    ['an owner', { role: Role.OWNER }],
    ['no role', { role: Role.UNSPECIFIED }],
    ['an end before the beginning', { notAfter: NOW }],
    ['too many delegations', { delegations: 4 }],
    ['too many uses', { uses: 256 }],
    ['uses and delegations', { uses: 1, delegations: 1 }],
    ['a long lease', { leaseHours: 256 }],
    ['half an hour of lease', { leaseHours: 0.5 }],
    ['a time before 1970', { issuedAt: -1 }],
    ['a time after 2106', { notAfter: 2 ** 32 }],
    ['a large epoch', { epoch: 65_536 }],
    ['a large slot', { ownerSlot: 256 }],
  ])('does not say %s', (_, wrong) => {
    expect(() => grantTo(wrong)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });

  it.each([0, 1, 6, 255])('of role number %i is not read', (role) => {
    const bytes = grantTo();
    bytes[1] = role;
    expect(() => parseChain(bytes)).toThrow(
      expect.objectContaining({ code: 'protocol.malformed' }),
    );
  });

  it('needs a key that signs where it may be delegated on', () => {
    const subject = { publicKey: GUEST.publicKey };
    expect(() => grantTo({ delegations: 1 }, subject)).toThrow(
      expect.objectContaining({ code: 'usage.invalid' }),
    );
  });
});

describe('a chain', () => {
  const first = grantTo({ delegations: 2 });
  const second = delegate(first, GUEST, FRIEND, { delegations: 1 });
  const third = delegate(second, FRIEND, person(4));

  it('of one, two and three links holds, with the terms of the last and all its keys', () => {
    const subjects = (chain: Uint8Array): Uint8Array[] =>
      verify(chain).links.map(({ subject }) => subject.publicKey);
    expect(verify(grantTo()).terms).toEqual(TERMS);
    expect(subjects(grantTo())).toEqual([GUEST.publicKey]);
    expect(verify(third).terms).toEqual(TERMS);
    expect(subjects(third)).toEqual([GUEST.publicKey, FRIEND.publicKey, person(4).publicKey]);
    expect(third).toHaveLength(147 + 147 + 115);
  });

  it('with the key of the car has at most 180 bytes with one link, and 340 with two', () => {
    expect(32 + first.length).toBeLessThanOrEqual(180);
    expect(32 + delegate(first, GUEST, FRIEND).length).toBeLessThanOrEqual(340);
  });

  it('with any bit flipped does not hold', () => {
    fc.assert(
      fc.property(fc.nat(third.length * 8 - 1), (bit) => {
        const broken = third.slice();
        broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(refusal(broken)).toMatch(/^(grant.invalid|protocol.malformed)/);
      }),
      { numRuns: 300 },
    );
  });

  it('cut short, or with something behind it, does not hold', () => {
    for (let length = 0; length < third.length; length++) {
      const holds = length === first.length || length === second.length;
      expect(refusal(third.slice(0, length)) === 'accepted').toBe(holds);
    }
    expect(refusal(concat(third, Uint8Array.of(0)))).not.toBe('accepted');
    expect(refusal(concat(third, grantTo()))).not.toBe('accepted');
  });

  it.each<[string, Uint8Array]>([
    ['signed by a stranger', grantTo({}, GUEST, person(7).signing)],
    ['signed by the guest for itself', grantTo({}, GUEST, GUEST.signing)],
    ['of an owner who is none', grantTo({ ownerSlot: 1 })],
    ['of an earlier epoch', grantTo({ epoch: 0 })],
    [
      'for another car',
      signLink(suite, OWNER.signing, person(8).publicKey, new Uint8Array(0), GUEST, TERMS),
    ],
    ['of links in another order', concat(second.slice(147), first)],
    ['without its first link', third.slice(147)],
    [
      'whose second link belongs to another first one',
      concat(grantTo({ delegations: 2, leaseHours: 5 }), second.slice(147)),
    ],
    ['delegated by who may not', delegate(grantTo(), GUEST, FRIEND)],
    ['delegated by who is not its subject', delegate(first, FRIEND, FRIEND)],
    ['whose second link the owner signed', delegate(first, OWNER, FRIEND)],
    [
      'of five links',
      [GUEST, FRIEND, person(4), person(5)].reduce(
        (chain, from, index) =>
          delegate(chain, from, person(40 + index), { delegations: Math.max(0, 2 - index) }),
        grantTo({ delegations: 3 }),
      ),
    ],
  ])('%s does not hold', (_, chain) => {
    expect(refusal(chain)).toMatch(/^(grant.invalid|protocol.malformed)/);
  });

  it.each<[string, Partial<GrantTerms>, Partial<GrantTerms>]>([
    ['a stronger role', {}, { role: Role.DRIVER }],
    ['a role that may something else', {}, { role: Role.SERVICE }],
    ['an earlier beginning', {}, { notBefore: NOW - 1 }],
    ['a later end', {}, { notAfter: TERMS.notAfter + 1 }],
    ['a longer lease', { leaseHours: 5 }, { leaseHours: 6 }],
    ['no lease', { leaseHours: 5 }, { leaseHours: 0 }],
    ['as many delegations', { delegations: 1 }, { delegations: 1 }],
    ['an earlier time of issue', {}, { issuedAt: NOW - 1 }],
    ['another owner', {}, { ownerSlot: 2 }],
  ])('that gives %s than its issuer has does not hold', (_, outer, inner) => {
    const chain = delegate(grantTo({ delegations: 1, ...outer }), GUEST, FRIEND, {
      ...outer,
      delegations: 0,
      ...inner,
    });
    expect(refusal(chain)).toMatch(/^grant.invalid/);
  });

  it.each<[string, Partial<GrantTerms>, Partial<GrantTerms>]>([
    ['a weaker role', {}, { role: Role.VALET }],
    ['fewer hours', {}, { notBefore: NOW + HOUR, notAfter: NOW + 2 * HOUR }],
    ['a use where there was no limit', {}, { uses: 1 }],
    ['a shorter lease', { leaseHours: 5 }, { leaseHours: 5 }],
  ])('that gives %s holds', (_, outer, inner) => {
    const chain = delegate(grantTo({ delegations: 1, ...outer }), GUEST, FRIEND, {
      ...outer,
      delegations: 0,
      ...inner,
    });
    expect(refusal(chain)).toBe('accepted');
  });
});

describe('narrowing', () => {
  it('is transitive, and never of itself', () => {
    fc.assert(
      fc.property(terms, terms, terms, (a, b, c) => {
        expect(narrows(a, a)).toBe(false);
        if (narrows(a, b) && narrows(b, c)) expect(narrows(a, c)).toBe(true);
      }),
    );
  });

  it('never reaches a role whose commands are not all in the first one', () => {
    const names = ROLE_NAMES.filter((name) => name !== 'owner');
    const pairs = names.flatMap((outer) =>
      names
        .filter((inner) =>
          narrows(
            { ...TERMS, delegations: 1, role: roleFromName(outer) },
            { ...TERMS, role: roleFromName(inner) },
          ),
        )
        .map((inner) => `${outer} > ${inner}`),
    );
    expect(pairs).toEqual([
      'driver > driver',
      'driver > guest',
      'driver > valet',
      'driver > service',
      'guest > guest',
      'guest > valet',
      'valet > valet',
      'service > valet',
      'service > service',
    ]);
  });
});
