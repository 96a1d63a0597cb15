import { describe, expect, it } from '@jest/globals';
import { pairKey } from '../../../../firmware-sim/rights/pairing.js';
import type { PairedKey } from '../../../../firmware-sim/rights/pairing.js';
import type { Rights } from '../../../../firmware-sim/rights/rights.js';
import type { Applicant, KeySlot, PhoneIdentity } from '../../../../lib/credentials/key-slot.js';
import type { Role } from '../../../../lib/domain/roles.js';
import {
  AHEAD,
  at,
  granted,
  KEYS,
  keyIn,
  known,
  LATEST,
  listOf,
  LOST,
  NOW,
  paired,
  rightsOf,
  SIGNED,
  slots,
} from './cast.js';

const UNTIL = NOW + AHEAD;

const phone = (id: number, more: Partial<PhoneIdentity> = {}): PhoneIdentity => {
  const { publicKey, signingKey, name } = paired(id, 'driver');
  return { publicKey, signingKey, name, ...more };
};

const pair = (
  rights: Rights,
  who: PhoneIdentity,
  asked: Role,
  count = 19,
  context = at(),
): PairedKey<Rights> => {
  const result = pairKey(rights, who, asked, { ...context, slots: count });
  if (typeof result === 'string') throw new Error(result);
  return result;
};

const refusal = (rights: Rights, who: Applicant, asked: Role, count = 19) =>
  pairKey(rights, who, asked, { ...at(), slots: count });

const rightsWith = (...keys: KeySlot[]): Rights => rightsOf({ keys });

describe('a phone that pairs', () => {
  it('is an owner where the car has none, and else what the window is for', () => {
    const first = pair(rightsOf({ keys: [] }), phone(1), 'driver');
    expect(first.key).toEqual({ ...phone(1), slot: 0, role: 'owner', pairedAt: NOW });
    expect(first).toMatchObject({ before: undefined, gone: [], rights: { keys: [first.key] } });
    const { key } = pair(first.rights, phone(2), 'valet');
    expect(key).toMatchObject({ slot: 1, role: 'valet' });
    const ownerless = rightsWith(paired(0, 'driver'), granted(3, 0));
    expect(pair(ownerless, phone(2), 'valet').key).toMatchObject({ slot: 1, role: 'owner' });
  });

  it('gets the lowest free slot, or none', () => {
    const rights = rightsWith(paired(0, 'owner'), paired(2, 'driver'));
    expect(pair(rights, phone(9), 'driver', 3).key.slot).toBe(1);
    expect(refusal(rights, phone(9), 'driver', 1)).toBe('slots-full');
    const full = pair(rights, phone(9), 'driver', 3).rights;
    expect(refusal(full, phone(8), 'driver', 3)).toBe('slots-full');
  });

  it('keeps what kind of thing it is', () => {
    const watch = phone(9, { formFactor: 'watch' });
    expect(pair(rightsOf(), watch, 'driver').key.formFactor).toBe('watch');
    expect(pair(rightsOf(), phone(9), 'driver').key.formFactor).toBeUndefined();
  });

  it('and is known keeps its slot, also where all are taken, with name and role of now', () => {
    const again = pair(rightsOf(), phone(2, { name: 'renamed' }), 'owner', 6);
    expect(again.key).toMatchObject({ slot: 2, name: 'renamed', role: 'owner', pairedAt: NOW });
    expect(again.before).toBe(KEYS[2]);
    expect(slots(again.rights.keys)).toEqual(slots(KEYS));
    expect(pair(rightsOf(), phone(2), 'valet').key.role).toBe('valet');
  });

  it('without a name that is permitted is told so, before anything else is asked', () => {
    for (const id of [9, 2, 0]) {
      const nameless = { ...phone(id), name: undefined };
      expect(refusal(rightsOf(), nameless, 'driver', 1)).toBe('name-invalid');
    }
  });

  it('is known by all bytes of its key', () => {
    const nearly = phone(2).publicKey.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    for (const publicKey of [nearly, new Uint8Array([...phone(2).publicKey, 1])]) {
      expect(pair(rightsOf(), phone(2, { publicKey }), 'driver').key.slot).toBe(6);
    }
  });

  it('with another signing key than the car knows is refused, whoever it is', () => {
    const signingKey = new Uint8Array(32).fill(9);
    for (const role of ['owner', 'driver'] as const) {
      expect(refusal(rightsOf(), phone(0, { signingKey }), role)).toBe('key-mismatch');
      expect(refusal(rightsOf(), phone(2, { signingKey }), role)).toBe('key-mismatch');
    }
  });

  it('that was granted its key shows now by which one it signs', () => {
    const { key } = pair(rightsOf(), phone(3), 'driver');
    expect(key).toEqual({ ...phone(3), slot: 3, role: 'driver', pairedAt: NOW });
    expect(key).not.toHaveProperty('grant');
  });
});

describe('an owner that pairs', () => {
  it('for less is refused where it is the last one, and nothing changes', () => {
    const alone = rightsWith(paired(0, 'owner'), paired(2, 'driver'));
    expect(refusal(alone, phone(0), 'driver')).toBe('last-owner');
    expect(pair(alone, phone(0), 'owner').key.role).toBe('owner');
    expect(pair(alone, phone(2), 'valet').key.role).toBe('valet');
  });

  it('for less loses whom it let in, and all that it signed', () => {
    const { key, gone, rights } = pair(rightsOf(), phone(0), 'driver');
    expect(key).toMatchObject({ slot: 0, role: 'driver' });
    expect(slots(gone)).toEqual([3, 4]);
    expect(slots(rights.keys)).toEqual([0, 1, 2, 5]);
    expect(rights.own.entries).toEqual([known(0, 'removed', UNTIL)]);
    expect(rights.owners).toEqual([
      listOf(0, [known(3, 'removed', SIGNED), known(4, 'removed', SIGNED)]),
    ]);
  });

  it('for the same keeps them', () => {
    const { gone, rights } = pair(rightsOf(), phone(0), 'owner');
    expect(gone).toEqual([]);
    expect(slots(rights.keys)).toEqual(slots(KEYS));
    expect(rights.own.entries).toEqual([]);
    expect(rights.owners).toEqual([]);
  });
});

describe('a grant that a pairing displaces', () => {
  it('is remembered, and takes nobody along', () => {
    const { gone, rights, key } = pair(rightsOf(), phone(3), 'driver');
    expect(gone).toEqual([]);
    expect(rights.owners).toEqual([listOf(0, [known(3, 'removed', SIGNED)])]);
    expect(rights.own.entries).toEqual([]);
    expect(slots(rights.keys)).toEqual(slots(KEYS));
    expect(keyIn(rights, 3)).toBe(key);
  });

  it('is none where a driver pairs again', () => {
    const { rights } = pair(rightsOf(), phone(2), 'owner');
    expect(rights).toMatchObject({ own: { entries: [] }, owners: [] });
  });
});

describe('a pairing is dated', () => {
  const dated = (rights: Partial<Rights>, id = 9) =>
    pair(rightsOf(rights), phone(id), 'driver').key.pairedAt;

  it('by the clock, later than all that owners had signed', () => {
    expect(dated({})).toBe(NOW);
    expect(dated({ clock: { offset: 5, floor: 0, lost: false } })).toBe(NOW + 5);
    expect(dated({ clock: { offset: 0, floor: NOW, lost: false } })).toBe(NOW + 1);
    expect(dated({ clock: { offset: 0, floor: NOW + 9, lost: false } })).toBe(NOW + 10);
    expect(dated({ clock: { ...LOST, floor: 70 } })).toBe(71);
    expect(dated({ clock: { offset: 0, floor: LATEST, lost: false } })).toBe(LATEST);
  });

  it('later than what was said about its key by then, but not than when it was said', () => {
    const signedAt = (issuedAt: number) => ({ number: 1, issuedAt });
    const about9 = (until: number, issuedAt: number) =>
      known(9, 'revoked', until, signedAt(issuedAt));
    expect(dated({ owners: [listOf(0, [about9(NOW + 50, NOW + 9)])] })).toBe(NOW + 51);
    expect(dated({ owners: [listOf(0, [about9(LATEST, NOW + 9)])] })).toBe(NOW + 9 + AHEAD + 1);
    const own = { floor: { until: 0 }, entries: [about9(NOW + 50, NOW)] };
    expect(dated({ own })).toBe(NOW + 51);
    expect(dated({ own }, 8)).toBe(NOW);
  });
});

describe('an owner who was suspended and pairs again', () => {
  const entry = known(1, 'suspended', NOW, { number: 1, issuedAt: NOW });
  const suspended = rightsOf({ owners: [listOf(0, [entry])] });

  it('is free, and what it signed meanwhile is void', () => {
    const { rights } = pair(suspended, phone(1), 'owner');
    expect(rights.own.entries).toEqual([known(1, 'removed', UNTIL)]);
    expect(pair(suspended, phone(2), 'owner').rights.own.entries).toEqual([]);
    // A guest who was suspended, and is made an owner, has signed nothing as one.
    const guest = known(3, 'suspended', NOW, { number: 1, issuedAt: NOW });
    const guests = rightsOf({ owners: [listOf(0, [guest])] });
    expect(pair(guests, phone(3), 'owner').rights.own.entries).toEqual([]);
  });
});
