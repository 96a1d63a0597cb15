import { describe, expect, it } from '@jest/globals';
import { decodeRecord, encodeRecord, newRecord } from '../../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { MOST_ENTRIES, MOST_REMOVED } from '../../../../firmware-sim/memory/rights-record.js';
import { JsonError } from '../../../../local/json.js';
import { fullRecord, sampleRecord } from './sample.js';

type Json = Record<string, unknown>;

const LATEST = 2 ** 32 - 1;

/** The sample with two keys as JSON, changed by hand. */
const changed = (change: (record: Json, key: Json) => void): string => {
  const record = JSON.parse(encodeRecord(sampleRecord(2))) as Json & { keys: Json[] };
  change(record, record.keys[1] ?? {});
  return JSON.stringify(record);
};

describe('decodeRecord', () => {
  it.each([0, 1, 19, 256])('gives back what encodeRecord took, with %i keys', (keys) => {
    expect(decodeRecord(encodeRecord(sampleRecord(keys)))).toEqual(sampleRecord(keys));
  });

  it.each<[string, (record: Json, key: Json) => void]>([
    ['record', (record) => (record['extra'] = 1)],
    ['pairingTries', (record) => delete record['pairingTries']],
    ['privateKey', (record) => (record['privateKey'] = 'ab')],
    ['privateKey', (record) => (record['privateKey'] = 7)],
    ['pairingTries', (record) => (record['pairingTries'] = -1)],
    ['pairingTries', (record) => (record['pairingTries'] = 1.5)],
    ['pairingTries', (record) => (record['pairingTries'] = '1')],
    ['keys', (record) => (record['keys'] = {})],
    ['keys', (record) => (record['keys'] = Array.from({ length: 257 }, () => null))],
    ['keys', (record) => (record['keys'] = [null])],
    ['keys', (_, key) => (key['extra'] = 1)],
    ['slot', (_, key) => (key['slot'] = 0)],
    ['slot', (_, key) => (key['slot'] = 256)],
    ['publicKey', (_, key) => (key['publicKey'] = 'zz'.repeat(32))],
    ['publicKey', (_, key) => (key['publicKey'] = '01'.repeat(32))],
    ['signingKey', (_, key) => (key['signingKey'] = '00'.repeat(31))],
    ['name', (_, key) => (key['name'] = 5)],
    ['formFactor', (_, key) => (key['formFactor'] = 'phoned')],
    ['role', (_, key) => (key['role'] = 'none')],
    ['role', (_, key) => (key['role'] = 1)],
  ])('refuses an invalid %s: %s', (what, change) => {
    expect(() => decodeRecord(changed(change))).toThrow(new RegExp(`^${what} (is not|has) `));
  });

  it('gives back that of a new car, which knows the time and nobody', () => {
    const key = new Uint8Array(32).fill(3);
    expect(decodeRecord(encodeRecord(newRecord(key)))).toEqual({
      privateKey: key,
      pairingTries: 0,
      keys: [],
      epoch: 0,
      revocationLists: [],
      removed: [],
      clock: { offset: 0, floor: 0, lost: false },
    });
  });

  it('gives back every field of a full one, at its largest', () => {
    expect(decodeRecord(encodeRecord(fullRecord()))).toEqual(fullRecord());
  });

  it.each<[string, number]>([
    ['notices', MOST_ENTRIES],
    ['removed', MOST_REMOVED],
  ])('has room for so many %s', (what, most) => {
    const many = (count: number): CarRecord => {
      const all = Array.from({ length: count }, (_, since) => {
        return { fingerprint: new Uint8Array(8), since, kind: 'suspended' as const };
      });
      return what === 'notices'
        ? {
            ...sampleRecord(1),
            revocationLists: [{ ownerSlot: 0, number: 1, issuedAt: 1, entries: all }],
          }
        : { ...sampleRecord(1), removed: all.map(({ kind: _, ...removed }) => removed) };
    };
    expect(decodeRecord(encodeRecord(many(most)))).toEqual(many(most));
    expect(() => decodeRecord(encodeRecord(many(most + 1)))).toThrow(/^(entries|removed) is not /);
  });

  // The path to a field of the full record, what it may not be, and what is then said to be wrong.
  it.each<[string, unknown, string?]>([
    ['epoch', 0x10000],
    ['pairingTries', 2 ** 53],
    ['keys.0', [], 'keys'],
    ['keys.2.slot', 1, 'slot'],
    ['keys.2.pairedAt', LATEST + 1],
    ['keys.2.pairedAt', -1],
    ['keys.2.publicKey', '02'.repeat(32), 'publicKey'],
    ['keys.2.publicKey', '02'.repeat(33)],
    ['keys.2.name', 'x'.repeat(33), 'a name has 1 to 32 bytes'],
    ['keys.2.grant', 7],
    ['keys.2.grant', {}, 'terms'],
    ['keys.2.grant.used', 256],
    ['keys.2.grant.terms', null],
    ['keys.2.grant.terms.ownerSlot', 256],
    ['keys.2.grant.terms.epoch', 0x10000],
    ['keys.2.grant.terms.issuedAt', LATEST + 1],
    ['keys.2.grant.terms.notBefore', LATEST + 1],
    ['keys.2.grant.terms.notAfter', LATEST + 1],
    ['keys.2.grant.terms.uses', 256],
    ['keys.2.grant.terms.leaseHours', 256],
    ['keys.2.grant.terms.delegations', 4],
    ['keys.2.grant.path', []],
    ['keys.2.grant.path', [1, 2, 3, 4, 5]],
    ['keys.2.grant.path.1', {}, 'fingerprint'],
    ['keys.2.grant.path.1.fingerprint', '01'.repeat(7)],
    ['keys.2.grant.path.1.issuedAt', LATEST + 1],
    ['notices', Array.from({ length: 257 }, () => null)],
    ['notices.0', null, 'notices'],
    ['notices.1.ownerSlot', 0],
    ['notices.1.ownerSlot', 256],
    ['notices.1.number', LATEST + 1],
    ['notices.1.stamp', LATEST + 1],
    ['notices.1.entries', 7],
    ['notices.1.entries', '$'],
    ['notices.1.entries', 'AAAA'],
    // The kind is none of the two.
    ['notices.1.entries', 'AAAAAAAAAAAAAAAAAA', 'entries'],
    ['notices.1.entries', 'AAAAAAAAAAAAAAAAAw', 'entries'],
    ['notices.1.pending', 7],
    ['notices.1.pending.number', LATEST + 1],
    ['notices.1.pending.stamp', LATEST + 1],
    ['notices.1.pending.parts', 9],
    ['notices.1.pending.have', 256],
    ['notices.1.pending.entries', 'A'],
    ['removed', 'AAAA'],
    ['clock', null],
    ['clock.offset', 0.5],
    ['clock.offset', 2 ** 53],
    ['clock.offset', '1'],
    ['clock.floor', LATEST + 1],
    ['clock.lost', 'no'],
    ['pin', 7],
    ['pin.salt', '01'.repeat(15)],
    ['pin.hash', '01'.repeat(31)],
    ['pin.tries', {}, 'owners'],
    ['pin.tries.owners', 1001],
    ['pin.tries.others', 1001],
  ])('refuses in %s the value %j', (path, value, what = path.split('.').at(-1)) => {
    const record: unknown = JSON.parse(encodeRecord(fullRecord()));
    const names = path.split('.');
    const last = names.pop()!;
    const parent = names.reduce<unknown>((at, name) => (at as Json)[name], record) as Json;
    expect(parent).toHaveProperty(last);
    parent[last] = value;
    const message = what?.includes(' ') === true ? what : `${what ?? ''} is not `;
    expect(() => decodeRecord(JSON.stringify(record))).toThrow(message);
  });

  it('refuses a field too many in whatever it holds, and one too few', () => {
    const places = [
      '',
      'keys.2',
      'keys.2.grant',
      'keys.2.grant.terms',
      'keys.2.grant.path.0',
    ].concat(['notices.1', 'notices.1.pending', 'clock', 'pin', 'pin.tries']);
    for (const place of places) {
      const change = (what: (fields: Json) => void): string => {
        const record: unknown = JSON.parse(encodeRecord(fullRecord()));
        const names = place.split('.').filter((name) => name !== '');
        what(names.reduce<unknown>((at, name) => (at as Json)[name], record) as Json);
        return JSON.stringify(record);
      };
      expect(() => decodeRecord(change((fields) => (fields['more'] = null)))).toThrow(JsonError);
      const names: string[] = [];
      change((fields) => names.push(...Object.keys(fields)));
      for (const name of names) {
        expect(() =>
          decodeRecord(change((fields) => Reflect.deleteProperty(fields, name))),
        ).toThrow(JsonError);
        const renamed = change((fields) => {
          fields['more'] = fields[name];
          Reflect.deleteProperty(fields, name);
        });
        expect(() => decodeRecord(renamed)).toThrow(JsonError);
      }
    }
  });

  it('refuses names that a screen should not show', () => {
    for (const name of ['', 'x'.repeat(33), 'a\u001b[2J']) {
      expect(() => decodeRecord(changed((_, key) => (key['name'] = name)))).toThrow('name');
    }
  });

  it('quotes nothing of a text that is not JSON', () => {
    expect(() => decodeRecord('{"privateKey":"5ec7e7')).toThrow(/^not JSON$/);
  });
});
