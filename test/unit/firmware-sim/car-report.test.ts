import { describe, expect, it } from '@jest/globals';
import { reportOf } from '../../../firmware-sim/car-report.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import type { Role } from '../../../lib/domain/roles.js';
import { phoneIdentity } from './rig.js';

const key = (slot: number, role: Role) => ({ ...phoneIdentity(slot + 1), slot, role });

/** A car with an owner, and what both he and a driver, who once was one, have folded. */
const record: CarRecord = {
  ...newRecord(new Uint8Array(32)),
  keys: [key(0, 'owner'), key(1, 'driver')],
  owners: [0, 1].map((slot) => ({
    owner: fingerprint(defaultSuite, phoneIdentity(slot + 1).publicKey),
    number: 1,
    issuedAt: 1,
    entries: [],
    floor: { until: 70 + slot },
  })),
};

const report = (more: Partial<CarRecord> = {}) =>
  reportOf({ ...record, ...more }, defaultSuite, 100_000);

describe('what the memory of a car says to who stands beside it', () => {
  it('tells the floors of who is an owner, and of the car itself', () => {
    expect(report().floors).toEqual([{ owner: 0, until: 70 }]);
    expect(report({ own: { entries: [], floor: { until: 5, pending: 9 } } }).floors).toEqual([
      { owner: null, until: null },
      { owner: 0, until: 70 },
    ]);
    expect(report({ owners: [] }).floors).toEqual([]);
  });

  it('tells whether there is a PIN, and nothing of it', () => {
    expect(report().pin).toBe(false);
    const pin = {
      salt: new Uint8Array(16),
      hash: new Uint8Array(32),
      tries: { owners: 0, others: 0 },
    };
    expect(report({ pin }).pin).toBe(true);
  });
});
