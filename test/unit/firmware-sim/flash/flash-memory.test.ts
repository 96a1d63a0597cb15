import { describe, expect, it } from '@jest/globals';
import { FlashMemory } from '../../../../firmware-sim/flash/flash-memory.js';
import type { Flash } from '../../../../firmware-sim/flash/flash.js';
import type { FlashImage } from '../../../support/flash/cells.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import type { SimulatedFlashOptions } from '../../../support/flash/simulated-flash.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { RecordStore } from '../../../../firmware-sim/memory/store.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { toHex } from '../../../../lib/platform/bytes.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { sampleRecord } from '../memory/sample.js';
import { open, random, small } from './opened.js';

const withTries = (record: CarRecord, pairingTries: number): CarRecord => ({
  ...record,
  pairingTries,
});

describe('FlashMemory', () => {
  it.each([1, 2, 4, 8, 16, 32])(
    'keeps records in a flash with words of %i bytes',
    async (wordBytes) => {
      const geometry = { sectors: 12, sectorBytes: 1024, wordBytes };
      const { flash, memory, loaded } = await open({ geometry });
      expect(loaded).toBeUndefined();
      for (const keys of [0, 1, 3, 2, 5]) {
        await memory.commit(sampleRecord(keys), { erases: keys === 2 });
        const again = await open({ geometry, image: flash.image() });
        expect(again.loaded).toEqual(sampleRecord(keys));
        expect(again.flash.steps).toBe(0);
      }
    },
  );

  it('comes up with what it has after more changes than a chain holds, and writes nothing to do so', async () => {
    const { flash, memory } = await open({ geometry: small });
    const record = sampleRecord(2);
    let wholes = 0;
    for (let tries = 1; tries <= 100; tries++) {
      const { erases } = flash.counts;
      await memory.commit(withTries(record, tries));
      // A new sector, or new chains: those also erase what the old ones had.
      if (flash.counts.erases - erases > 4) wholes += 1;
      const again = await open({ geometry: small, image: flash.image() });
      expect(again.loaded).toEqual(withTries(record, tries));
      expect(again.flash.steps).toBe(0);
    }
    expect(wholes).toBeGreaterThan(1);
    expect(wholes).toBeLessThan(10);
    expect(flash.misuse).toBeUndefined();
  });

  it('writes 12 words for a number that changes, however long the record is', async () => {
    for (const keys of [1, 19, 100]) {
      const { flash, memory } = await open();
      await memory.commit(withTries(sampleRecord(keys), 1));
      const { words, erases } = flash.counts;
      await memory.commit(withTries(sampleRecord(keys), 2));
      expect(flash.counts).toEqual({ words: words + 12, bytes: 8 * (words + 12), erases });
    }
  });

  it('writes nothing that it could not read again', async () => {
    const { flash, memory } = await open();
    await memory.commit(sampleRecord(1));
    const { steps } = flash;
    const [key] = sampleRecord(1).keys;
    const bad = { ...sampleRecord(1), keys: [{ ...key!, name: 'a\nb' }] };
    await expect(memory.commit(bad)).rejects.toMatchObject({ code: 'sim.storage' });
    expect(flash.steps).toBe(steps);
  });

  it('refuses a record that leaves no room for changes, and keeps the one before', async () => {
    const { flash, memory } = await open({ geometry: small });
    await memory.commit(sampleRecord(1));
    await expect(memory.commit(sampleRecord(10))).rejects.toMatchObject({
      code: 'sim.storage',
      cause: { message: expect.stringMatching(/^a record of [0-9]+ bytes is too large$/) },
    });
    await memory.commit(sampleRecord(2));
    expect((await open({ geometry: small, image: flash.image() })).loaded).toEqual(sampleRecord(2));
  });

  it('names its chains by itself, each with another name', async () => {
    const flash = new SimulatedFlash({ geometry: small });
    const memory = new FlashMemory(flash);
    expect(await memory.load()).toBeUndefined();
    await memory.commit(sampleRecord(1));
    const named = [0, 1, 2, 3].map((sector) => toHex(flash.read(sector * 512 + 6, 6)));
    expect(new Set(named.filter((name) => name !== 'f'.repeat(12))).size).toBe(2);
    expect(
      await new FlashMemory(new SimulatedFlash({ geometry: small, image: flash.image() })).load(),
    ).toEqual(sampleRecord(1));
  });

  it('needs eight sectors', async () => {
    expect((await open({ geometry: { ...small, sectors: 8 } })).loaded).toBeUndefined();
    const few = { ...small, sectors: 7 };
    await expect(open({ geometry: few })).rejects.toThrow('eight sectors');
  });
});

describe('a word that reads right only once', () => {
  const ADDRESS = 20;

  /** Of the times it is read twice in a row, the second reading is wrong the `nth` time. */
  const unsteady = (flash: SimulatedFlash, nth: number): Flash => {
    let last = '';
    let times = 0;
    const changes = (): void => {
      last = '';
    };
    return {
      geometry: flash.geometry,
      program: (at, word) => {
        changes();
        flash.program(at, word);
      },
      erase: (sector) => {
        changes();
        flash.erase(sector);
      },
      sync: () => flash.sync(),
      read: (at, length) => {
        const bytes = flash.read(at, length);
        const place = `${at} ${length}`;
        const inside = at <= ADDRESS && ADDRESS < at + length;
        if (inside && place === last && ++times === nth) {
          bytes[ADDRESS - at] = (bytes[ADDRESS - at] ?? 0) ^ 1;
        }
        last = place;
        return bytes;
      },
    };
  };

  // Coming up reads every sector twice two times; then come an erased sector and an entry.
  it.each([
    ['an erased sector', 3],
    ['an entry', 4],
  ])('sends the record to another sector: in %s', async (_, nth) => {
    const flash = new SimulatedFlash({ geometry: small });
    const memory = new FlashMemory(unsteady(flash, nth), { random });
    expect(await memory.load()).toBeUndefined();
    await memory.commit(sampleRecord(1));
    expect((await open({ geometry: small, image: flash.image() })).loaded).toEqual(sampleRecord(1));
    expect(flash.read(0, 512)).toEqual(new Uint8Array(512).fill(0xff));
  });

  it('makes the car write both copies anew when it comes up', async () => {
    const { flash, memory } = await open({ geometry: small });
    await memory.commit(sampleRecord(1));
    const next = new SimulatedFlash({ geometry: small, image: flash.image() });
    expect(await new FlashMemory(unsteady(next, 1), { random }).load()).toEqual(sampleRecord(1));
    expect(next.counts.words).toBeGreaterThan(80);
    const again = await open({ geometry: small, image: next.image() });
    expect([again.loaded, again.flash.steps]).toEqual([sampleRecord(1), 0]);
  });
});

describe('seals', () => {
  /** What a commit does to the flash, one letter a step: erase, program, seal. */
  const stepsOf = async () => {
    let steps = '';
    const geometry = { ...small, sectorBytes: 1024 };
    const onStep: SimulatedFlashOptions['onStep'] = (step) => {
      const zeros = step.type === 'program' && step.word.every((byte) => byte === 0);
      steps += step.type === 'erase' ? 'e' : zeros ? 's' : 'p';
    };
    const { flash, memory } = await open({ geometry, onStep });
    const of = async (tries: number, erases = false, on = memory): Promise<string> => {
      steps = '';
      await on.commit(sampleRecord(1, tries), { erases });
      return steps;
    };
    const whole = { first: await of(1), added: await of(2), anew: await of(3, true) };
    const next = await open({ geometry, onStep, image: flash.image() });
    return { ...whole, afterComingUp: await of(4, false, next.memory) };
  };

  it('come last: after both copies, and after whatever else there is is erased', async () => {
    const steps = await stepsOf();
    // Each of the sixteen sectors once: nobody knows what they held.
    expect(steps.first).toMatch(/^(ep+){2}e{14}ss$/);
    expect(steps.added).toMatch(/^p{10}ss$/);
    expect(steps.anew).toMatch(/^p+eess$/);
    // What looks blank is, since both copies were sealed: only what is used is erased.
    expect(steps.afterComingUp).toMatch(/^(ep+){2}eess$/);
  });

  it('are what a copy needs to be believed: without them both are written anew', async () => {
    const { flash, memory } = await open({ geometry: small });
    await memory.commit(sampleRecord(1));
    await memory.commit(sampleRecord(1, 2));
    for (const without of [1, 2]) {
      const cut = await open({ geometry: small, cutAfter: flash.steps - without });
      await cut.memory.commit(sampleRecord(1));
      await expect(cut.memory.commit(sampleRecord(1, 2))).rejects.toMatchObject({
        code: 'sim.storage',
      });
      const [left] = cut.flash.left();
      const { loaded, flash: again } = await open({ geometry: small, image: left!.image });
      expect(loaded).toEqual(sampleRecord(1, 2));
      expect(again.counts.words).toBeGreaterThan(80);
    }
  });
});

describe('a flash that wears out', () => {
  it('wears evenly, and never loses what was confirmed', async () => {
    const options = { geometry: small, endurance: 30 };
    let { flash, memory } = await open(options);
    const store = await RecordStore.open(memory, () => sampleRecord(2));
    let current = store;
    let confirmed = 0;
    let worn: unknown;
    const isWorn = (): boolean => worn !== undefined;
    while (!isWorn()) {
      await current
        .update((record) => ({
          record: withTries(record, confirmed + 1),
          erases: confirmed % 3 === 0,
          value: undefined,
        }))
        .then(
          () => {
            confirmed += 1;
          },
          (error: unknown) => {
            worn = error;
          },
        );
      if (confirmed % 40 === 0) {
        ({ flash, memory } = await open({ ...options, image: flash.image() }));
        current = await RecordStore.open(memory, () => sampleRecord(0));
        if (!isWorn()) expect(current.record.pairingTries).toBe(confirmed);
      }
    }
    expect(worn).toMatchObject({ code: 'sim.storage' });
    const last = await open({ ...options, image: flash.image() });
    expect([confirmed, confirmed + 1]).toContain(last.loaded?.pairingTries);
    await expect(last.memory.commit(sampleRecord(1))).rejects.toMatchObject({
      code: 'sim.storage',
    });
    const again = await open({ ...options, image: last.flash.image() });
    expect(again.loaded).toEqual(last.loaded);
    const wear = Array.from({ length: small.sectors }, (_, sector) => flash.wear(sector));
    expect(Math.min(...wear)).toBeGreaterThan(24);
    expect(flash.misuse).toBeUndefined();
    expect(confirmed).toBeGreaterThan(80);
  });
});

describe('a flash in which no sector can be erased any more', () => {
  it('still gives what it has, although the last commit was cut off', async () => {
    const geometry = small;
    const { flash, memory } = await open({ geometry });
    await memory.commit(sampleRecord(2));
    const cut = await open({ geometry, cutAfter: flash.steps - 1 });
    await expect(cut.memory.commit(sampleRecord(2))).rejects.toMatchObject({ code: 'sim.storage' });
    for (const { image } of cut.flash.left()) {
      const { loaded, memory: old, warnings } = await open({ geometry, image, endurance: 0 });
      expect(loaded).toEqual(sampleRecord(2));
      if (warnings.length === 0) continue; // the seal was there
      expect(warnings).toEqual(['flash worn out']);
      await expect(old.commit(sampleRecord(1))).rejects.toMatchObject({ code: 'sim.storage' });
    }
  });
});

describe('a flash that is damaged', () => {
  const two = async (): Promise<{ image: FlashImage; secret: string }> => {
    const { flash, memory } = await open({ geometry: small });
    await memory.commit(sampleRecord(1));
    await memory.commit(sampleRecord(2));
    return { image: flash.image(), secret: toHex(sampleRecord(2).privateKey).slice(0, 8) };
  };

  it('is restored from the other copy when a whole sector is lost', async () => {
    const { image } = await two();
    for (let sector = 0; sector < small.sectors; sector++) {
      const bad = structuredClone(image);
      bad.cells.fill(0x5a, sector * 512, (sector + 1) * 512);
      const first = await open({ geometry: small, image: bad });
      expect(first.loaded).toEqual(sampleRecord(2));
      const second = await open({ geometry: small, image: first.flash.image() });
      expect(second.loaded).toEqual(sampleRecord(2));
      expect(second.flash.steps).toBe(0);
    }
  });

  it('never gets a new identity when no copy is readable, and tells no secret', async () => {
    const { image, secret } = await two();
    const bad = structuredClone(image);
    bad.cells.forEach((byte, at) => {
      // Past the headers of the sectors in use.
      if (at % 512 === 100 && byte !== 0xff) bad.cells[at] = byte ^ 1;
    });
    const error: unknown = await open({ geometry: small, image: bad }).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'sim.damaged',
      message: "no readable copy of the car's memory in its flash",
      hint:
        'Restore the flash from a backup, or erase it to make a new car; ' +
        'every phone must then be paired again.',
    });
    expect(String(error)).not.toContain(secret);
    const noise = structuredClone(image);
    noise.cells.set(seededRandom('noise')(noise.cells.length));
    await expect(open({ geometry: small, image: noise })).rejects.toMatchObject({
      code: 'sim.damaged',
    });
  });

  it('falls back to what is readable when both copies of the newest entry are lost, and says so', async () => {
    const { flash, memory } = await open({ geometry: small });
    await memory.commit(sampleRecord(2, 1));
    const before = flash.image();
    await memory.commit(sampleRecord(2, 2));
    const bad = flash.image();
    bad.cells.forEach((byte, at) => {
      if (byte !== before.cells[at]) bad.cells[at] = byte ^ 0x81;
    });
    const { loaded, warnings } = await open({ geometry: small, image: bad });
    expect(loaded).toEqual(sampleRecord(2, 1));
    expect(warnings).toEqual(['memory damaged in every copy']);
  });

  it('of a later version is an error, not a new car', async () => {
    const geometry = { sectors: 64, sectorBytes: 4096, wordBytes: 8 };
    const { flash, memory } = await open({ geometry });
    await memory.commit(sampleRecord(1));
    const image = flash.image();
    for (let at = 0; at < image.cells.length; at += 4096) {
      const fields = image.cells.subarray(at, at + 12);
      if (fields[0] !== 0x50) continue;
      fields[2] = 2;
      image.cells.set(defaultSuite.sha512(fields).subarray(0, 4), at + 12);
    }
    await expect(open({ image })).rejects.toMatchObject({ code: 'sim.storage' });
  });
});
