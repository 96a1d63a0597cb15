import { describe, expect, it } from '@jest/globals';
import { FlashMemory } from '../../../../../firmware-sim/memory/flash/flash-memory.js';
import type { Flash } from '../../../../../firmware-sim/memory/flash/flash.js';
import { SimulatedFlash } from '../../../../../firmware-sim/memory/flash/simulated-flash.js';
import { sampleRecord } from '../sample.js';
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
