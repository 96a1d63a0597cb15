import { describe, expect, it } from '@jest/globals';
import { decodeRecord, encodeRecord, newRecord } from '../../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { MAX_GENERATION_BYTES } from '../../../../firmware-sim/memory/generation.js';
import { JsonError } from '../../../../local/json.js';
import { fullestRecord, fullRecord, sampleRecord } from './sample.js';

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
      own: { floor: { until: 0 }, entries: [] },
      owners: [],
      clock: { offset: 0, floor: 0, lost: false },
    });
  });

  it('gives back every field of a full one, at its largest', () => {
    expect(decodeRecord(encodeRecord(fullRecord()))).toEqual(fullRecord());
  });

  it('gives back the longest that there is, which a generation has room for', () => {
    const text = encodeRecord(fullestRecord());
    expect(encodeRecord(decodeRecord(text)) === text).toBe(true);
    expect(text.length + 100).toBeLessThan(MAX_GENERATION_BYTES);
    expect(text.length).toBeGreaterThan(0.9 * MAX_GENERATION_BYTES);
  });

  it('has room for more than is kept in a list, where all of it concerns keys in slots', () => {
    const entry = { fingerprint: new Uint8Array(8), kind: 'removed', until: 1 } as const;
    const many = (count: number): CarRecord => ({
      ...sampleRecord(1),
      own: {
        floor: { until: 0 },
        entries: Array.from({ length: count }, (_, number) => ({ ...entry, number, issuedAt: 0 })),
      },
    });
    expect(decodeRecord(encodeRecord(many(2048)))).toEqual(many(2048));
    expect(() => decodeRecord(encodeRecord(many(2049)))).toThrow(/^entries is not /);
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
    ['own', null],
    ['own.floor', 7],
    ['own.floor', {}, 'until'],
    ['own.floor', { until: LATEST + 1 }, 'until'],
    ['own.floor', { until: 0, pending: -1 }, 'pending'],
    ['own.entries', 7],
    ['own.entries', '$'],
    // 25 bytes each, of which the last one says which of three kinds it is.
    ['own.entries', 'A'.repeat(32)],
    ['own.entries', `${'A'.repeat(32)}AAAA`, 'entries'],
    ['own.entries', `${'A'.repeat(32)}Aw`, 'entries'],
    ['own.entries', `${'A'.repeat(32)}gw`, 'entries'],
    ['owners', Array.from({ length: 265 }, () => null)],
    ['owners.0', null, 'owners'],
    ['owners.1.owner', '09'.repeat(8), 'owner'],
    ['owners.1.owner', '09'.repeat(7)],
    ['owners.1.number', LATEST + 1],
    ['owners.1.issuedAt', LATEST + 1],
    ['owners.1.floor', 7],
    ['owners.1.entries', 'AAAA'],
    ['owners.1.incoming', 7],
    ['owners.1.incoming.number', LATEST + 1],
    ['owners.1.incoming.issuedAt', LATEST + 1],
    ['owners.1.incoming.parts', 9],
    ['owners.1.incoming.have', 256],
    ['owners.1.incoming.resumed', 'AAAA'],
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
    ].concat(['own', 'owners.1', 'owners.1.incoming', 'clock', 'pin', 'pin.tries']);
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
