import { describe, expect, it } from '@jest/globals';
import { decodeRecord, encodeRecord } from '../../../../firmware-sim/memory/record.js';
import { sampleRecord } from './sample.js';

type Json = Record<string, unknown>;

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
    ['record', (record) => delete record['pairingTries']],
    ['privateKey', (record) => (record['privateKey'] = 'ab')],
    ['privateKey', (record) => (record['privateKey'] = 7)],
    ['pairingTries', (record) => (record['pairingTries'] = -1)],
    ['pairingTries', (record) => (record['pairingTries'] = 1.5)],
    ['pairingTries', (record) => (record['pairingTries'] = '1')],
    ['keys', (record) => (record['keys'] = {})],
    ['keys', (record) => (record['keys'] = Array.from({ length: 257 }, () => null))],
    ['key', (record) => (record['keys'] = [null])],
    ['key', (_, key) => (key['extra'] = 1)],
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
    expect(() => decodeRecord(changed(change))).toThrow(`invalid ${what}`);
  });

  it('refuses names that a screen should not show', () => {
    for (const name of ['', 'x'.repeat(33), 'a\u001b[2J']) {
      expect(() => decodeRecord(changed((_, key) => (key['name'] = name)))).toThrow('name');
    }
  });

  it('quotes nothing of a text that is not JSON', () => {
    expect(() => decodeRecord('{"privateKey":"5ec7e7')).toThrow(/^invalid JSON$/);
  });
});
