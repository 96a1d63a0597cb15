import { describe, expect, it } from '@jest/globals';
import { enrolKey } from '../../../firmware-sim/enrolment.js';
import type { EnrolledKey } from '../../../firmware-sim/enrolment.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import type { EnrolRefusal } from '../../../lib/car/host.js';
import type { KeyGrant, KeySlot, PhoneIdentity } from '../../../lib/credentials/key-slot.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { defaultSuite as suite } from '../../../lib/crypto/index.js';
import { ROLES } from '../../../lib/domain/roles.js';
import type { Role } from '../../../lib/domain/roles.js';
import { TERMS } from '../credentials/sample.js';
import { phoneIdentity } from './rig.js';

const NOW = 1_800_000_000;
const context = { suite, slots: 3, wallMs: NOW * 1000 };

const empty = newRecord(new Uint8Array(32).fill(9));

const enrol = (
  record: CarRecord,
  phone: PhoneIdentity | number,
  role: Role,
): EnrolledKey | EnrolRefusal =>
  enrolKey(record, typeof phone === 'number' ? phoneIdentity(phone) : phone, role, context);

const enrolled = (...given: Parameters<typeof enrol>): EnrolledKey => {
  const outcome = enrol(...given);
  if (typeof outcome === 'string') throw new Error(`not enrolled: ${outcome}`);
  return outcome;
};

const with_ = (record: CarRecord, id: number, role: Role): CarRecord =>
  enrolled(record, id, role).record;

/** An owner (1), a driver (2) and a guest (3). */
const full = with_(with_(with_(empty, 1, 'owner'), 2, 'driver'), 3, 'guest');

const outline = ({ keys }: CarRecord): (readonly [number, string, Role])[] =>
  keys.map(({ slot, name, role }) => [slot, name, role]);

/** A key as a grant of the owner in slot 0 let it in. */
const granted = (id: number, slot: number, ownerSlot = 0): KeySlot => {
  const phone = { ...phoneIdentity(id), signingKey: new Uint8Array(32) };
  const path = [{ fingerprint: fingerprint(suite, phone.publicKey), issuedAt: NOW - 10 }];
  const grant: KeyGrant = { terms: { ...TERMS, ownerSlot }, path, used: 2 };
  return { ...phone, slot, role: 'guest', grant };
};

describe('a phone that knew the code', () => {
  it('gets the lowest free slot, and what the window is for', () => {
    expect(outline(full)).toEqual([
      [0, 'phone 1', 'owner'],
      [1, 'phone 2', 'driver'],
      [2, 'phone 3', 'guest'],
    ]);
    const gap = { ...full, keys: full.keys.filter(({ slot }) => slot !== 1) };
    expect(enrolled(gap, 4, 'valet')).toMatchObject({
      key: { ...phoneIdentity(4), slot: 1, role: 'valet', pairedAt: NOW },
      former: undefined,
      gone: [],
    });
    expect(outline(with_(gap, 4, 'valet')).map(([slot]) => slot)).toEqual([0, 1, 2]);
  });

  it('gets none where all are taken, but for its own', () => {
    expect(enrol(full, 4, 'driver')).toBe('slots-full');
    const again = enrolled(full, { ...phoneIdentity(2), name: 'renamed' }, 'owner');
    expect(again).toMatchObject({
      key: { slot: 1, name: 'renamed', role: 'owner' },
      former: full.keys[1],
      gone: [],
    });
    expect(again.record.keys).toHaveLength(3);
  });

  it('is known only by all bytes of its key', () => {
    const nearly = phoneIdentity(1).publicKey.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    for (const publicKey of [nearly, new Uint8Array([...phoneIdentity(1).publicKey, 1])]) {
      const record = with_(empty, 1, 'owner');
      const outcome = enrolled(record, { ...phoneIdentity(1), publicKey }, 'driver');
      expect(outcome).toMatchObject({ key: { slot: 1 }, former: undefined });
    }
  });

  it('keeps what kind of thing it is', () => {
    const watch = { ...phoneIdentity(2), formFactor: 'watch' as const };
    expect(enrolled(empty, watch, 'owner').key.formFactor).toBe('watch');
    expect(enrolled(empty, 2, 'owner').key.formFactor).toBeUndefined();
  });

  it('is paired later than whatever owners had signed, as far as the record has room', () => {
    const at = (floor: number, lost = false): number | undefined =>
      enrolled({ ...empty, clock: { offset: 0, floor, lost } }, 1, 'owner').key.pairedAt;
    expect(at(NOW - 1)).toBe(NOW);
    expect(at(NOW)).toBe(NOW + 1);
    expect(at(2 ** 32 - 1)).toBe(2 ** 32 - 1);
    expect(at(NOW - 50, true)).toBe(NOW - 49);
  });
});

describe('a key that pairs again', () => {
  const two = with_(full, 2, 'owner');

  // As it was, an owner stayed one whatever the window was for, and a guest became a valet unproved (v1, v1b).
  it.each(ROLES)('becomes what the window is for, up or down: %s', (role) => {
    for (const id of [2, 3]) {
      const { key, former } = enrolled(two, id, role);
      expect(key).toMatchObject({ slot: id - 1, role });
      expect(former).toBe(two.keys[id - 1]);
    }
  });

  it('is refused as less where it is the last owner, and nothing changes', () => {
    for (const role of ROLES.filter((each) => each !== 'owner')) {
      expect(enrol(full, 1, role)).toBe('last-owner');
    }
    expect(enrolled(full, 1, 'owner').record.keys[0]).toMatchObject({ role: 'owner' });
    expect(enrolled(two, 1, 'driver').key).toMatchObject({ slot: 0, role: 'driver' });
  });

  it('takes along, as an owner that becomes less, whatever it had let in, and its list', () => {
    const revocationLists = [0, 1].map((ownerSlot) => ({
      ownerSlot,
      number: 1,
      issuedAt: NOW,
      entries: [{ fingerprint: new Uint8Array(8).fill(5), since: NOW, kind: 'revoked' as const }],
    }));
    const guests = [granted(4, 2), granted(5, 3, 1)];
    const record = { ...two, keys: [...two.keys.slice(0, 2), ...guests], revocationLists };
    const outcome = enrolled(record, 1, 'guest');
    expect(outcome.gone).toEqual([guests[0]]);
    expect(outline(outcome.record)).toEqual([
      [0, 'phone 1', 'guest'],
      [1, 'phone 2', 'owner'],
      [3, 'phone 5', 'guest'],
    ]);
    expect(outcome.record.revocationLists).toEqual([revocationLists[1]]);
    expect(outcome.record.removed).toMatchObject([{ since: NOW }]);
    // As an owner again it lets in nobody by itself.
    expect(enrolled(record, 1, 'owner').gone).toEqual([]);
  });

  it('leaves a car that can remember no more removed keys as it is', () => {
    const removed = Array.from({ length: 512 }, (_, i) => ({
      fingerprint: Uint8Array.of(1, 1, 1, 1, 1, 1, i >> 8, i & 0xff),
      since: NOW,
    }));
    const entries = [
      { fingerprint: new Uint8Array(8).fill(5), since: NOW, kind: 'revoked' as const },
    ];
    const list = { ownerSlot: 0, number: 1, issuedAt: NOW, entries };
    expect(enrol({ ...two, removed, revocationLists: [list] }, 1, 'driver')).toBe('slots-full');
    // Keys that remove themselves have half of that room.
    const half = removed.slice(0, 256);
    expect(
      enrolled({ ...two, removed: half, revocationLists: [list] }, 1, 'driver').key,
    ).toMatchObject({ role: 'driver' });
  });

  it('is refused with another signing key: as it was, that took an owner over (v1)', () => {
    for (const id of [1, 2, 3]) {
      const phone = phoneIdentity(id);
      for (const at of [0, 31]) {
        const signingKey = phone.signingKey.map((byte, i) => (i === at ? byte ^ 1 : byte));
        for (const role of ROLES) {
          expect(enrol(two, { ...phone, signingKey }, role)).toBe('key-mismatch');
        }
      }
    }
  });

  it('is paired where it was granted, with the signing key that the car did not know', () => {
    const record = { ...two, keys: [...two.keys.slice(0, 2), granted(4, 2)] };
    const { key, former, record: after } = enrolled(record, 4, 'valet');
    expect(key).toEqual({ ...phoneIdentity(4), slot: 2, role: 'valet', pairedAt: NOW });
    expect(former?.grant).toBeDefined();
    expect(after.keys[2]).toBe(key);
    // Whom it let in came by its owner's grant as well, and stays.
    const friend = granted(5, 3);
    const path = [...(granted(4, 2).grant?.path ?? []), ...(friend.grant?.path ?? [])];
    const delegated = { ...friend, grant: { ...friend.grant!, path } };
    const both = { ...record, keys: [...record.keys, delegated] };
    expect(enrolled(both, 4, 'valet')).toMatchObject({ gone: [], record: { keys: { length: 4 } } });
  });
});
