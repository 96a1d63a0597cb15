import { describe, expect, it } from '@jest/globals';
import { encodeEntry } from '../../../../firmware-sim/flash/entry.js';
import { FlashMemory } from '../../../../firmware-sim/flash/flash-memory.js';
import type { Flash } from '../../../../firmware-sim/flash/flash.js';
import { encodeHeader } from '../../../../firmware-sim/flash/header.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { concat, utf8 } from '../../../../lib/platform/bytes.js';
import { sampleRecord } from '../memory/sample.js';
import { open, random, small } from './opened.js';

describe('a commit that is cut off', () => {
  const before = sampleRecord(0, 7);
  const after = sampleRecord(0, 8);

  /** A chip whose power goes after so many steps, and whether the second commit was confirmed. */
  const cutAfter = async (cut: number | undefined, erases: boolean) => {
    const options = cut === undefined ? {} : { cutAfter: cut };
    const { flash, memory } = await open({ geometry: small, ...options });
    const confirmed = await memory
      .commit(before)
      .then(() => memory.commit(after, { erases }))
      .then(
        () => true,
        () => false,
      );
    return { flash, confirmed };
  };

  // The tests in power/ cut everywhere, and once more while it comes up.
  it.each([
    ['added', false, 2],
    ['written anew', true, 13],
  ])('and was to be %s leaves the old record or the new one', async (_, erases, stride) => {
    const { flash: whole } = await cutAfter(undefined, erases);
    const { flash: first } = await open({ geometry: small }).then(async ({ flash, memory }) => {
      await memory.commit(before);
      return { flash };
    });
    for (let cut = whole.steps - 1; cut >= first.steps; cut -= stride) {
      const { flash, confirmed } = await cutAfter(cut, erases);
      expect(confirmed).toBe(false);
      for (const { image } of flash.left()) {
        const again = await open({ geometry: small, image });
        expect([before, after]).toContainEqual(again.loaded);
        const settled = await open({ geometry: small, image: again.flash.image() });
        expect(settled.loaded).toEqual(again.loaded);
      }
    }
  });

  it('is told where it cannot be put right', async () => {
    const { flash: whole } = await cutAfter(undefined, false);
    const { flash } = await cutAfter(whole.steps - 1, false);
    const [left] = flash.left();
    const chip = new SimulatedFlash({ geometry: small, image: left!.image });
    const memory = new FlashMemory({
      geometry: small,
      read: (address, length) => chip.read(address, length),
      program: (address, word) => {
        chip.program(address, word);
      },
      erase: (sector) => {
        chip.erase(sector);
      },
      sync: () => Promise.reject(new Error('no flash')),
    });
    await expect(memory.load()).rejects.toMatchObject({
      code: 'sim.storage',
      cause: { message: 'no flash' },
    });
  });

  it('is the only one that fails: the next begins anew', async () => {
    const flash = new SimulatedFlash({ geometry: small });
    let sync: () => Promise<void> = () => Promise.resolve();
    const memory = new FlashMemory(
      {
        geometry: small,
        read: (address, length) => flash.read(address, length),
        program: (address, word) => {
          flash.program(address, word);
        },
        erase: (sector) => {
          flash.erase(sector);
        },
        sync: () => sync(),
      },
      { random },
    );
    await memory.load();
    await memory.commit(before);
    const cause = new Error('no flash');
    sync = () => Promise.reject(cause);
    await expect(memory.commit(after)).rejects.toMatchObject({
      code: 'sim.storage',
      message: "cannot write the car's memory",
      cause,
    });
    sync = () => Promise.resolve();
    const { words } = flash.counts;
    await memory.commit(sampleRecord(0, 9));
    // Both copies as a whole, and not what has changed.
    expect(flash.counts.words - words).toBeGreaterThan(60);
    expect((await open({ geometry: small, image: flash.image() })).loaded).toEqual(
      sampleRecord(0, 9),
    );
    expect(flash.misuse).toBeUndefined();
  });
});

describe('a commit in which a step goes wrong', () => {
  const large = (tries: number): CarRecord => ({
    ...sampleRecord(1, tries),
    own: {
      floor: { until: 0 },
      entries: Array.from({ length: 2 }, (_, until) => ({
        fingerprint: new Uint8Array(8),
        kind: 'removed',
        until,
        number: 0,
        issuedAt: 0,
      })),
    },
  });

  it('leaves two good copies or is refused, also where there is no room to try again', async () => {
    const geometry = { ...small, sectors: 8 };
    // Two sectors for each copy: all eight while both are written anew.
    const commit = async (after?: number) => {
      const weak = after === undefined ? {} : { weak: { after, tear: 'half' } };
      const { flash, memory } = await open({ geometry, ...weak });
      await memory.commit(large(1));
      const first = flash.steps;
      const refused = await memory.commit(large(2), { erases: true }).then(
        () => false,
        () => true,
      );
      return { flash, first, refused };
    };
    const { first, flash: whole } = await commit();
    const outcomes = new Set<boolean>();
    for (let after = first; after < whole.steps; after += 3) {
      const { flash, refused } = await commit(after);
      const again = await open({ geometry, image: flash.image() });
      // What was refused may be there or not.
      expect(refused ? [large(1), large(2)] : [large(2)]).toContainEqual(again.loaded);
      // At most it erases what was spoilt, and writes no copy anew.
      if (!refused) expect(again.flash.counts.words).toBe(0);
      outcomes.add(refused);
    }
    expect(outcomes).toEqual(new Set([true, false]));
  });
});

describe('a flash with a record that cannot be understood', () => {
  it.each([
    ['of other fields', utf8('{}')],
    ['that is no text', Uint8Array.of(0xff, 0xfe)],
  ])('is of another version: %s', async (_, record) => {
    const flash = new SimulatedFlash({ geometry: small });
    const { words } = encodeEntry({ sequence: 1, record }, undefined, small);
    for (const sector of [0, 1]) {
      const chain = new Uint8Array(6).fill(sector);
      const header = encodeHeader({ chain, index: 0 }, small);
      const bytes = concat(header, words, new Uint8Array(8));
      for (let at = 0; at < bytes.length; at += 8) {
        flash.program(sector * 512 + at, bytes.subarray(at, at + 8));
      }
    }
    await expect(new FlashMemory(flash).load()).rejects.toMatchObject({
      code: 'sim.storage',
      message: "the car's memory is of another version",
      hint: expect.stringContaining('delete its directory'),
    });
  });
});

describe('a flash that cannot be read', () => {
  it('is told with its cause', async () => {
    const cause = new Error('no flash');
    const flash: Flash = {
      geometry: small,
      read: () => {
        throw cause;
      },
      program: () => undefined,
      erase: () => undefined,
      sync: () => Promise.resolve(),
    };
    await expect(new FlashMemory(flash).load()).rejects.toMatchObject({
      code: 'sim.storage',
      message: "cannot read the car's memory",
      cause,
    });
  });
});
