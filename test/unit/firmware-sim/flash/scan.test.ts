import { describe, expect, it } from '@jest/globals';
import { encodeEntry } from '../../../../firmware-sim/flash/entry.js';
import type { Entry } from '../../../../firmware-sim/flash/entry.js';
import { encodeHeader } from '../../../../firmware-sim/flash/header.js';
import { scan } from '../../../../firmware-sim/flash/scan.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { concat, utf8 } from '../../../../lib/platform/bytes.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';

const geometry = { sectors: 16, sectorBytes: 64, wordBytes: 8 };
const PAYLOAD = 64 - 16;
const chain = (id: number): Uint8Array => new Uint8Array(6).fill(id);
const SEAL = new Uint8Array(8);
const UNSEALED = new Uint8Array(8).fill(0xff);

/** A chip on which bytes are put as a chain's, from sectors in this order. */
const chip = () => {
  const flash = new SimulatedFlash({ geometry });
  const program = (address: number, bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; at += 8) {
      const word = bytes.subarray(at, at + 8);
      if (word.some((byte) => byte !== 0xff)) flash.program(address + at, word);
    }
  };
  return {
    flash,
    program,
    put: (id: number, sectors: readonly number[], stream: Uint8Array): void => {
      sectors.forEach((sector, index) => {
        const header = encodeHeader({ chain: chain(id), index }, geometry);
        const part = stream.subarray(index * PAYLOAD, (index + 1) * PAYLOAD);
        program(sector * 64, concat(header, part));
      });
    },
  };
};

/** Random bytes, so that no two records share anything. */
const record = (seed: string, length = 20): Uint8Array => seededRandom(seed)(length);
const entry = (sequence: number, bytes: Uint8Array, before?: Entry) =>
  encodeEntry({ sequence, record: bytes }, before, geometry);

const one = entry(1, record('one'));
const two = entry(2, record('two', 60), one);
const stream = concat(one.words, SEAL, two.words, SEAL);

describe('a chain', () => {
  it('is read over its sectors, wherever they are, to its last entry', () => {
    const { flash, put } = chip();
    put(7, [9, 3, 12, 5], stream);
    const { chains, blank, otherVersion } = scan(flash);
    expect({ blank, otherVersion }).toEqual({ blank: false, otherVersion: false });
    expect(chains).toMatchObject([
      { entry: { sequence: 2, record: two.record }, sealed: true, ends: true },
    ]);
    expect(chains[0]?.sectors).toEqual([9, 3, 12, 5]);
  });

  it('stops where a sector is missing, or an entry cannot be read', () => {
    const { flash, put } = chip();
    put(7, [9, 3], stream);
    expect(scan(flash).chains).toMatchObject([{ entry: { sequence: 1 }, ends: false }]);
    const { flash: other, put: putOther } = chip();
    const damaged = stream.slice();
    damaged[one.words.length + 8 + 30] = 1;
    putOther(7, [9, 3, 12, 5], damaged);
    expect(scan(other).chains).toMatchObject([{ entry: { sequence: 1 }, ends: false }]);
  });

  it('is not sealed while the word for it is blank, and ends where nothing follows', () => {
    const { flash, put } = chip();
    put(7, [1, 2], concat(one.words, UNSEALED));
    expect(scan(flash).chains).toMatchObject([{ sealed: false, ends: true }]);
    const { flash: other, put: putOther } = chip();
    putOther(7, [1, 2], concat(one.words, SEAL, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)));
    expect(scan(other).chains).toMatchObject([{ sealed: true, ends: false }]);
  });

  it('of which no entry can be read is none; others are told beside it', () => {
    const { flash, put } = chip();
    put(7, [0], utf8('no entry'));
    put(8, [1, 2], concat(one.words, SEAL));
    put(9, [4, 6, 5, 8], stream);
    expect(scan(flash).chains.map(({ entry: { sequence } }) => sequence)).toEqual([1, 2]);
  });

  it('is read twice: what differs is not believed', () => {
    const { flash, put } = chip();
    put(7, [9, 3, 12, 5], stream);
    const at = 12 * 64 + 16;
    const times = new Map<number, number>();
    const { chains } = scan({
      geometry,
      read: (address, length) => {
        const bytes = flash.read(address, length);
        const time = (times.get(address) ?? 0) + 1;
        times.set(address, time);
        if (time === 2 && address <= at && at < address + length) {
          bytes[at - address] = (bytes[at - address] ?? 0) ^ 1;
        }
        return bytes;
      },
      program: () => undefined,
      erase: () => undefined,
      sync: () => Promise.resolve(),
    });
    // The first entry ends in the sector before the one that reads in two ways.
    expect(chains).toMatchObject([{ entry: { sequence: 1 }, sealed: true, ends: false }]);
  });
});

describe('a flash', () => {
  it('is blank with nothing in it, and not with a single word', () => {
    const nothing = { chains: [], headed: [], otherVersion: false };
    expect(scan(chip().flash)).toEqual({ ...nothing, blank: true });
    for (const at of [0, 16, 15 * 64 + 56]) {
      const { flash, program } = chip();
      program(at, SEAL);
      expect(scan(flash)).toEqual({ ...nothing, blank: false });
    }
  });

  it('is of another version with one sector that is, beside whatever chain', () => {
    const { flash, put, program } = chip();
    put(7, [9, 3, 12, 5], stream);
    expect(scan(flash).otherVersion).toBe(false);
    const fields = Uint8Array.of(0x50, 0x4b, 2, 0, 0, 0, ...chain(8));
    program(64, concat(fields, defaultSuite.sha512(fields).subarray(0, 4)));
    expect(scan(flash)).toMatchObject({ otherVersion: true, headed: [1, 3, 5, 9, 12] });
  });

  it('tells which sectors have a header, also where that reads right only once', () => {
    const { flash, put, program } = chip();
    put(7, [3, 2], stream.subarray(0, 2 * PAYLOAD));
    put(8, [5], utf8('no entry'));
    program(9 * 64, SEAL);
    expect(scan(flash).headed).toEqual([2, 3, 5]);
    for (const badTime of [1, 2]) {
      const times = new Map<number, number>();
      const view = {
        geometry,
        read: (address: number, length: number) => {
          const time = (times.get(address) ?? 0) + 1;
          times.set(address, time);
          const bytes = flash.read(address, length);
          return time === badTime ? bytes.map((byte) => byte & 0xfe) : bytes;
        },
        program: () => undefined,
        erase: () => undefined,
        sync: () => Promise.resolve(),
      };
      expect(scan(view).headed).toEqual([2, 3, 5]);
    }
  });

  it('that reads blank once and not the second time is in use', () => {
    const { flash, program } = chip();
    for (const sector of [0, 1, 2]) program(sector * 64, SEAL);
    const times = new Map<number, number>();
    const read = (blankTime: number) => (address: number, length: number) => {
      const time = (times.get(address) ?? 0) + 1;
      times.set(address, time);
      return time === blankTime ? new Uint8Array(length).fill(0xff) : flash.read(address, length);
    };
    for (const blankTime of [1, 2]) {
      times.clear();
      const view = {
        geometry,
        read: read(blankTime),
        program: () => undefined,
        erase: () => undefined,
        sync: () => Promise.resolve(),
      };
      expect(scan(view).blank).toBe(false);
    }
  });
});
