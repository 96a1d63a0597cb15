import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { flip } from '../../../lab/flip.js';
import { narrows, verifyChain } from '../../../lib/credentials/chain.js';
import {
  DELEGABLE_BYTES,
  LEAF_BYTES,
  MOST_CHAIN_BYTES,
  MOST_LINKS,
  NO_END,
  parseChain,
  signLink,
} from '../../../lib/credentials/grant.js';
import type { GrantTerms } from '../../../lib/credentials/grant.js';
import { ROLES } from '../../../lib/domain/roles.js';
import type { Role } from '../../../lib/domain/roles.js';
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
    role: fc.constantFrom('driver', 'guest', 'valet', 'service'),
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

const OVERFLOWS: readonly [string, Partial<GrantTerms>][] = [
  ['too many uses', { uses: 256 }],
  ['a negative number of uses', { uses: -1 }],
  ['a long lease', { leaseHours: 256 }],
  ['half an hour of lease', { leaseHours: 0.5 }],
  ['a negative number of delegations', { delegations: -1 }],
  ['a time of issue before 1970', { issuedAt: -1 }],
  ['a time of issue after 2106', { issuedAt: 2 ** 32 }],
  ['a beginning before 1970', { notBefore: -1 }],
  ['an end after 2106', { notAfter: 2 ** 32 }],
  ['a large epoch', { epoch: 65_536 }],
  ['a large slot', { ownerSlot: 256 }],
];

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

  it.each<[string, Partial<GrantTerms>, string]>([
    ['an owner', { role: 'owner' }, 'an owner is made at the car, not by a grant'],
    ['no role', { role: 'none' as Role }, 'a grant of an unknown role'],
    ['an end before the beginning', { notAfter: NOW - 1 }, 'a grant that ends before it begins'],
    ['an end at the beginning', { notAfter: NOW }, 'a grant that ends before it begins'],
    ['too many delegations', { delegations: 4 }, 'a grant that may be delegated too often'],
    [
      'uses and delegations',
      { uses: 1, delegations: 1 },
      'a grant of limited uses cannot be delegated on',
    ],
    ...OVERFLOWS.map(([what, wrong]): [string, Partial<GrantTerms>, string] => [
      what,
      wrong,
      'a number of the grant is too large',
    ]),
  ])('does not say %s', (_, wrong, message) => {
    expect(() => grantTo(wrong)).toThrow(
      expect.objectContaining({ code: 'usage.invalid', message }),
    );
  });

  it('without an end ends as late as can be written', () => {
    expect(parseChain(grantTo({ notAfter: NO_END }))[0].terms.notAfter).toBe(NO_END);
    expect(() => grantTo({ notAfter: NO_END + 1 })).toThrow('too large');
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
      expect.objectContaining({
        code: 'usage.invalid',
        message: 'a grant to be delegated on needs a signing key',
      }),
    );
    expect(grantTo({}, subject)).toEqual(grantTo());
  });
});

const UNSIGNED = 'grant.invalid: a grant that was not signed by who could';
const TOO_WIDE = 'grant.invalid: a grant that gives more than its issuer has';
const EARLY = 'protocol.malformed: a grant that ends too early';

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
    const four = [2, 1, 0].reduce<Uint8Array>(
      (chain, delegations) => delegate(chain, GUEST, GUEST, { delegations }),
      grantTo({ delegations: 3 }),
    );
    expect(verify(four).links).toHaveLength(MOST_LINKS);
    expect(four).toHaveLength(MOST_CHAIN_BYTES);
  });

  it('with the key of the car has at most 180 bytes with one link, and 340 with two', () => {
    expect(32 + first.length).toBeLessThanOrEqual(180);
    expect(32 + delegate(first, GUEST, FRIEND).length).toBeLessThanOrEqual(340);
  });

  it('with any bit flipped does not hold', () => {
    fc.assert(
      fc.property(fc.nat(third.length * 8 - 1), (bit) => {
        expect(refusal(flip(third, bit))).toMatch(/^(grant.invalid|protocol.malformed)/);
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

  it.each<[string, Uint8Array, string]>([
    ['of nothing', new Uint8Array(0), 'protocol.malformed: an empty chain of grants'],
    ['that ends too early', first.slice(0, 146), EARLY],
    ['whose second link ends too early', third.slice(0, 147 + 146), EARLY],
    [
      'of version 2',
      Uint8Array.from(grantTo(), (byte, at) => (at === 0 ? 0x20 : byte)),
      'protocol.malformed: a grant of an unknown version',
    ],
    ['signed by a stranger', grantTo({}, GUEST, person(7).signing), UNSIGNED],
    ['signed by the guest for itself', grantTo({}, GUEST, GUEST.signing), UNSIGNED],
    ['of an owner who is none', grantTo({ ownerSlot: 1 }), UNSIGNED],
    ['of an earlier epoch', grantTo({ epoch: 0 }), 'grant.invalid: a grant of another epoch'],
    [
      'for another car',
      signLink(suite, OWNER.signing, person(8).publicKey, new Uint8Array(0), GUEST, TERMS),
      UNSIGNED,
    ],
    ['of links in another order', concat(second.slice(147), first), UNSIGNED],
    ['without its first link', third.slice(147), UNSIGNED],
    [
      'whose second link belongs to another first one',
      concat(grantTo({ delegations: 2, issuedAt: NOW - 1 }), second.slice(147)),
      UNSIGNED,
    ],
    ['delegated by who may not', delegate(grantTo(), GUEST, FRIEND), TOO_WIDE],
    ['delegated by who is not its subject', delegate(first, FRIEND, FRIEND), UNSIGNED],
    ['whose second link the owner signed', delegate(first, OWNER, FRIEND), UNSIGNED],
    [
      'of five links',
      [3, 2, 1, 0, 0].reduce<Uint8Array>(
        (chain, delegations) => delegate(chain, OWNER, OWNER, { delegations }),
        new Uint8Array(0),
      ),
      'protocol.malformed: a chain of too many grants',
    ],
  ])('%s does not hold', (_, chain, reason) => {
    expect(refusal(chain)).toBe(reason);
  });

  it.each<[string, Partial<GrantTerms>, Partial<GrantTerms>]>([
    ['a stronger role', {}, { role: 'driver' }],
    ['a role that may something else', {}, { role: 'service' }],
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
    expect(refusal(chain)).toBe(TOO_WIDE);
  });

  it.each<[string, Partial<GrantTerms>, Partial<GrantTerms>]>([
    ['a weaker role', {}, { role: 'valet' }],
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

  it('keeps to the epoch, also where no car is there to ask', () => {
    const outer = { ...TERMS, delegations: 1 };
    expect(narrows(outer, TERMS)).toBe(true);
    expect(narrows(outer, { ...TERMS, epoch: TERMS.epoch + 1 })).toBe(false);
  });

  it('never reaches a role whose commands are not all in the first one', () => {
    const names = ROLES.filter((name) => name !== 'owner');
    const pairs = names.flatMap((outer) =>
      names
        .filter((inner) =>
          narrows({ ...TERMS, delegations: 1, role: outer }, { ...TERMS, role: inner }),
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
