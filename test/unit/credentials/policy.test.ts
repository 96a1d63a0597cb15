import { BEHAVIORS } from '../../../firmware-sim/behaviors.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_TIME, NO_END } from '../../../lib/credentials/grant.js';
import type { GrantTerms } from '../../../lib/credentials/grant.js';
import type { KeySlot, PathStep } from '../../../lib/credentials/key-slot.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { decide, outOfTime, pathOf } from '../../../lib/credentials/policy.js';
import type { Circumstances } from '../../../lib/credentials/policy.js';
import { GRANTED_ROLES, ROLES, permits } from '../../../lib/domain/roles.js';
import type { Role } from '../../../lib/domain/roles.js';
import type { CommandName } from '../../../lib/domain/commands.js';
import { FRIEND, GUEST, HOUR, NOW, suite, TERMS } from './sample.js';

const paired = (role: Role, more: Partial<KeySlot> = {}): KeySlot => ({
  slot: 1,
  publicKey: GUEST.publicKey,
  signingKey: GUEST.signingKey,
  name: 'Bob',
  role,
  ...more,
});

const granted = (more: Partial<GrantTerms> = {}, used = 0, parents: PathStep[] = []): KeySlot => {
  const terms = { ...TERMS, ...more };
  const own = { fingerprint: fingerprint(suite, GUEST.publicKey), issuedAt: terms.issuedAt };
  return paired(terms.role, { grant: { terms, path: [...parents, own], used } });
};

const world = (more: Partial<Circumstances> = {}): Circumstances => ({
  now: NOW,
  isSuspended: () => false,
  lastIssuedAt: () => 0,
  ...more,
});

/** Of one that is suspended or revoked. */
const SUSPENDED = { isSuspended: () => true };

const ALLOWED = { speedLimit: undefined, counts: false };

describe('a key that was paired', () => {
  it('may what its role permits, at any time, also when nobody knows the time', () => {
    for (const name of ROLES) {
      for (const now of [0, NOW, undefined]) {
        const verdict = decide(paired(name), 'trunk', world({ now }));
        if (permits(name, 'trunk')) expect(verdict).toEqual(ALLOWED);
        else expect(verdict).toBe('not-permitted');
      }
    }
  });

  it('drives slowly as a valet', () => {
    expect(decide(paired('valet'), 'start', world())).toEqual({ speedLimit: 30, counts: false });
  });

  it('only brings lists once a revocation list suspends or revokes it', () => {
    for (const command of ['unlock', 'lock', 'removeKey', 'status'] as const) {
      expect(decide(paired('driver'), command, world(SUSPENDED))).toBe('suspended');
    }
    expect(decide(paired('driver'), 'deliver', world(SUSPENDED))).toEqual(ALLOWED);
    const isSuspended = ({ slot }: KeySlot): boolean => slot === 2;
    expect(decide(paired('driver'), 'unlock', world({ isSuspended }))).toEqual(ALLOWED);
    expect(decide(paired('driver', { slot: 2 }), 'unlock', world({ isSuspended }))).toBe(
      'suspended',
    );
  });

  it('of an owner cannot be locked out by another owner, only kept from driving and managing', () => {
    for (const command of ['unlock', 'lock', 'status', 'deliver'] as const) {
      expect(decide(paired('owner'), command, world(SUSPENDED))).toEqual(ALLOWED);
    }
    for (const command of [
      'start',
      'trunk',
      'listKeys',
      'removeKey',
      'setPin',
      'raiseEpoch',
      'setTime',
      'listRevocations',
    ] as const) {
      expect(decide(paired('owner'), command, world(SUSPENDED))).toBe('suspended');
    }
  });

  it('is a chain of itself, as if issued when it was paired', () => {
    const print = ({ publicKey }: KeySlot): Uint8Array => fingerprint(suite, publicKey);
    const own = print(paired('driver'));
    expect(pathOf(paired('driver'), print)).toEqual([{ fingerprint: own, issuedAt: 0 }]);
    const dated = paired('driver', { pairedAt: NOW });
    expect(pathOf(dated, print)).toEqual([{ fingerprint: own, issuedAt: NOW }]);
    const parent = { fingerprint: fingerprint(suite, FRIEND.publicKey), issuedAt: NOW - 1 };
    expect(pathOf(granted({}, 0, [parent]), print)).toEqual([
      parent,
      { fingerprint: own, issuedAt: NOW },
    ]);
  });
});

describe('a key that was granted', () => {
  const { notBefore, notAfter } = TERMS;

  it('holds from its first second to the one before its end', () => {
    expect(decide(granted(), 'unlock', world({ now: notBefore - 1 }))).toBe('not-yet');
    expect(decide(granted(), 'unlock', world({ now: notBefore }))).toEqual(ALLOWED);
    expect(decide(granted(), 'unlock', world({ now: notAfter - 1 }))).toEqual(ALLOWED);
    expect(decide(granted(), 'unlock', world({ now: notAfter }))).toBe('expired');
  });

  it('opens nothing while the car does not know the time, but locks', () => {
    const lost = world({ now: undefined });
    for (const command of ['unlock', 'start', 'trunk'] as const) {
      expect(decide(granted(), command, lost)).toBe('clock-lost');
    }
    for (const command of ['lock', 'status', 'deliver', 'removeKey'] as const) {
      expect(decide(granted(), command, lost)).toEqual(ALLOWED);
    }
  });

  it('unlocks and starts as often as it may; the rest is not counted', () => {
    expect(decide(granted({ uses: 2 }, 1), 'unlock', world())).toEqual({
      speedLimit: undefined,
      counts: true,
    });
    expect(decide(granted({ uses: 2 }, 2), 'unlock', world())).toBe('used-up');
    expect(decide(granted({ uses: 2 }, 2), 'start', world())).toBe('used-up');
    expect(decide(granted({ uses: 2 }, 2), 'lock', world())).toEqual(ALLOWED);
    expect(decide(granted({ uses: 0 }, 255), 'unlock', world())).toEqual(ALLOWED);
  });

  it('unlocks and does not drive once its lease is over; a fresh list of its owner renews it', () => {
    const key = granted({ leaseHours: 4 });
    const end = NOW + 4 * HOUR;
    expect(decide(key, 'start', world({ now: end - 1 }))).toEqual(ALLOWED);
    expect(decide(key, 'start', world({ now: end }))).toBe('lease-over');
    expect(decide(key, 'unlock', world({ now: end }))).toEqual(ALLOWED);
    const lastIssuedAt = (owner: number): number => (owner === 0 ? NOW + HOUR : NOW + 9 * HOUR);
    expect(decide(key, 'start', world({ now: end, lastIssuedAt }))).toEqual(ALLOWED);
    expect(decide(key, 'start', world({ now: end + HOUR, lastIssuedAt }))).toBe('lease-over');
  });

  it('may nothing once it is suspended or revoked', () => {
    expect(decide(granted(), 'unlock', world(SUSPENDED))).toBe('suspended');
    expect(decide(granted(), 'lock', world({ ...SUSPENDED, now: undefined }))).toBe('suspended');
  });

  it('has no end where its end is the highest time that can be written, also when that has come', () => {
    const endless = granted({ notAfter: NO_END });
    expect(decide(endless, 'unlock', world({ now: MAX_TIME }))).toEqual(ALLOWED);
    const last = granted({ notAfter: MAX_TIME - 1 });
    expect(decide(last, 'unlock', world({ now: MAX_TIME - 2 }))).toEqual(ALLOWED);
    expect(decide(last, 'unlock', world({ now: MAX_TIME - 1 }))).toBe('expired');
    expect(decide(endless, 'unlock', world({ now: undefined }))).toBe('clock-lost');
  });

  it('has a lease also where that would end after the highest time: it does not end then', () => {
    const key = granted({ notAfter: NO_END, leaseHours: 255 });
    const lastIssuedAt = (): number => MAX_TIME - 1;
    expect(decide(key, 'start', world({ now: MAX_TIME, lastIssuedAt }))).toEqual(ALLOWED);
    const long = (): number => MAX_TIME - 255 * HOUR;
    expect(decide(key, 'start', world({ now: MAX_TIME, lastIssuedAt: long }))).toBe('lease-over');
  });

  it('has terms that hold now, or a reason why not, whatever it is used for', () => {
    expect(outOfTime(TERMS, { now: notBefore })).toBeUndefined();
    expect(outOfTime(TERMS, { now: notAfter })).toBe('expired');
    expect(outOfTime(TERMS, { now: notBefore - 1 })).toBe('not-yet');
    expect(outOfTime(TERMS, { now: undefined })).toBe('clock-lost');
  });
});

/** Written down here once more: what a granted key still may, of what its role permits. */
describe('what is left to a granted key', () => {
  const { notBefore, notAfter } = TERMS;
  const opensNothing = ['lock', 'status', 'deliver', 'removeKey'];
  const cases: readonly (readonly [
    string,
    readonly string[] | 'all but start',
    Partial<GrantTerms>,
    number,
    Partial<Circumstances>,
  ])[] = [
    ['suspended', ['deliver'], {}, 0, SUSPENDED],
    ['clock-lost', opensNothing, {}, 0, { now: undefined }],
    ['not-yet', ['deliver', 'removeKey'], {}, 0, { now: notBefore - 1 }],
    ['expired', ['deliver', 'removeKey'], {}, 0, { now: notAfter }],
    ['used-up', opensNothing, { uses: 2 }, 2, {}],
    ['lease-over', 'all but start', { leaseHours: 1 }, 0, { now: NOW + HOUR }],
  ];

  it.each(cases)('that is refused as %s', (why, left, terms, used, circumstances) => {
    for (const role of GRANTED_ROLES) {
      for (const command of BEHAVIORS.keys()) {
        const verdict = decide(granted({ role, ...terms }, used), command, world(circumstances));
        const isLeft = left === 'all but start' ? command !== 'start' : left.includes(command);
        const told = { role, command, verdict: typeof verdict === 'string' ? verdict : 'allowed' };
        const refused = isLeft ? 'allowed' : why;
        expect(told).toEqual({
          role,
          command,
          verdict: permits(role, command) ? refused : 'not-permitted',
        });
      }
    }
  });

  it('is told by the first of several reasons', () => {
    const key = granted({ uses: 1, leaseHours: 1 }, 1);
    expect(decide(key, 'start', world({ ...SUSPENDED, now: undefined }))).toBe('suspended');
    expect(decide(key, 'start', world({ now: notAfter }))).toBe('expired');
    expect(decide(key, 'start', world({ now: NOW + HOUR }))).toBe('lease-over');
    expect(decide(key, 'unlock', world({ now: NOW + HOUR }))).toBe('used-up');
  });
});

describe('decide', () => {
  const commands = fc.constantFrom<CommandName>(...BEHAVIORS.keys());
  const keys = fc
    .record({
      role: fc.constantFrom('driver', 'guest', 'valet', 'service'),
      from: fc.integer({ min: -100, max: 100 }),
      hours: fc.integer({ min: 1, max: 100 }),
      uses: fc.nat(3),
      used: fc.nat(3),
      leaseHours: fc.nat(5),
    })
    .map(({ role, from, hours, uses, used, leaseHours }) =>
      granted(
        { role, notBefore: NOW + from, notAfter: NOW + from + hours * HOUR, uses, leaseHours },
        used,
      ),
    );

  it('never allows what the role does not permit, nor more as time, uses and revocation lists go on', () => {
    fc.assert(
      fc.property(keys, commands, fc.nat(200 * HOUR), fc.nat(200 * HOUR), (key, command, a, b) => {
        const [early, late] = [NOW + Math.min(a, b), NOW + Math.max(a, b)];
        const allowed = (candidate: KeySlot, circumstances: Circumstances): boolean =>
          typeof decide(candidate, command, circumstances) !== 'string';
        if (!permits(key.role, command)) expect(allowed(key, world({ now: early }))).toBe(false);
        const begun = (key.grant?.terms.notBefore ?? 0) <= early;
        if (begun && !allowed(key, world({ now: early })))
          expect(allowed(key, world({ now: late }))).toBe(false);
        const { grant } = key;
        const more = { ...key, grant: { ...grant!, used: grant!.used + 1 } };
        if (!allowed(key, world({ now: early })))
          expect(allowed(more, world({ now: early }))).toBe(false);
        if (command !== 'deliver')
          expect(allowed(key, world({ now: early, ...SUSPENDED }))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});
