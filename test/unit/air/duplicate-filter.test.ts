import { describe, expect, it } from '@jest/globals';
import { DuplicateFilter } from '../../../air/controller/scanning/reports.js';
import type { Sighting } from '../../../air/controller/scanning/reports.js';
import type { AdvertisingPdu } from '../../../air/medium/pdu.js';

const sighting = (address: number, pdu: Partial<AdvertisingPdu> = {}): Sighting => {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt32LE(address, 0);
  const advertiser = { type: 'random', bytes } as const;
  return {
    pdu: {
      kind: 'advertising',
      advertiser,
      data: Buffer.alloc(0),
      connectable: false,
      scannable: false,
      ...pdu,
    },
    peer: { address: advertiser },
    target: undefined,
    rssi: -40,
  };
};

const extended = (sid: number, did: number): Partial<AdvertisingPdu> => ({
  extended: { sid, did, secondaryPhy: 1 },
});

describe('the filter of duplicates', () => {
  it('tells by address and kind, not by data', () => {
    const filter = new DuplicateFilter();
    const response = { kind: 'scan-response', data: Buffer.alloc(0) } as const;
    const { advertiser } = sighting(1).pdu;
    for (const [seen, admitted] of [
      [sighting(1), true],
      [sighting(1, { data: Buffer.from([1]) }), false],
      [{ ...sighting(1), response: { ...response, advertiser: advertiser! } }, true],
      [sighting(2), true],
      [{ ...sighting(3), peer: undefined }, true],
      [{ ...sighting(4), peer: undefined }, false],
      [sighting(1), false],
    ] as const) {
      expect(filter.admit(seen)).toBe(admitted);
    }
    filter.clear();
    expect(filter.admit(sighting(1))).toBe(true);
  });

  it('tells sets and data identifiers of extended PDUs apart', () => {
    const filter = new DuplicateFilter();
    for (const [sid, did, admitted] of [
      [1, 7, true],
      [1, 7, false],
      [2, 7, true],
      [1, 8, true],
    ] as const) {
      expect(filter.admit(sighting(1, extended(sid, did)))).toBe(admitted);
    }
  });

  it('remembers 1024 of them, and forgets the oldest first', () => {
    const filter = new DuplicateFilter();
    for (let address = 0; address < 1025; address++) filter.admit(sighting(address));
    expect([1024, 1, 0].map((address) => filter.admit(sighting(address)))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
