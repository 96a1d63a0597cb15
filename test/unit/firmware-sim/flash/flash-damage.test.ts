import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import type { Geometry } from '../../../../firmware-sim/flash/flash.js';
import { isBlank } from '../../../../firmware-sim/flash/flash.js';
import { FlashMemory } from '../../../../firmware-sim/flash/flash-memory.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { PhoneKeyError } from '../../../../lib/errors.js';
import { sameBytes, toHex } from '../../../../lib/platform/bytes.js';
import { copyImage } from '../../../support/flash/cells.js';
import type { FlashImage } from '../../../support/flash/cells.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import { sampleRecord } from '../memory/sample.js';
import { open, random, small } from './opened.js';

/** Whatever becomes of the flash of a car that knows keys: it does not come up as a new one. */

const { sectorBytes } = small;
const RECORD = sampleRecord(2, 7);

type Damage = (sector: Uint8Array) => void;

/** A car that knows two keys, after so many changes: chains of two sectors each, or of more. */
const makeCar = async (
  changes: number,
): Promise<{ image: FlashImage; used: readonly number[] }> => {
  const { flash, memory } = await open({ geometry: small });
  for (let tries = 0; tries < changes; tries++) await memory.commit(sampleRecord(2, tries));
  await memory.commit(RECORD);
  const image = flash.image();
  const used = Array.from({ length: small.sectors }, (_, sector) => sector).filter(
    (sector) => !isBlank(sectorOf(image, sector)),
  );
  return { image, used };
};

const cars = new Map<number, ReturnType<typeof makeCar>>();

const usedCar = (changes: number): ReturnType<typeof makeCar> => {
  const car = cars.get(changes) ?? makeCar(changes);
  cars.set(changes, car);
  return car;
};

const sectorOf = ({ cells }: FlashImage, sector: number): Uint8Array =>
  cells.subarray(sector * sectorBytes, (sector + 1) * sectorBytes);

const damagedIn = (image: FlashImage, sectors: readonly number[], damage: Damage): FlashImage => {
  const bad = copyImage(image);
  for (const sector of sectors) damage(sectorOf(bad, sector));
  return bad;
};

/** What the car has after it came up; where it did not, nothing was written. */
const comesUp = async (image: FlashImage, geometry: Geometry = small) => {
  const flash = new SimulatedFlash({ geometry, image });
  const memory = new FlashMemory(flash, { random });
  const found = await memory.load().catch((error: unknown) => error);
  if (found === undefined) return 'a new car';
  if (!(found instanceof Error)) return found;
  expect(flash.steps).toBe(0);
  expect(sameBytes(flash.image().cells, image.cells)).toBe(true);
  if (!(found instanceof PhoneKeyError)) throw found;
  return found.code;
};

const NOISE = random(sectorBytes);
const zeros: Damage = (sector) => void sector.fill(0);
const rightSum = (header: Uint8Array): void => {
  header.set(defaultSuite.sha512(header.subarray(0, 12)).subarray(0, 4), 12);
};
const withField =
  (at: number, value: number): Damage =>
  (sector) => {
    sector[at] = value;
    rightSum(sector.subarray(0, 16));
  };

const WAYS: Readonly<Record<string, Damage>> = {
  zeros,
  'all ones': (sector) => void sector.fill(0xff),
  noise: (sector) => {
    sector.set(NOISE);
  },
  'a header of zeros': (sector) => void sector.fill(0, 0, 16),
  'no header': (sector) => void sector.fill(0xff, 0, 16),
  'half of it': (sector) => void sector.fill(0xff, sectorBytes / 2),
  'nothing behind the header': (sector) => void sector.fill(0xff, 16),
  'a first word of zeros': (sector) => void sector.fill(0, 16, 24),
  'another index': withField(5, 9),
  'another chain': withField(8, 0xee),
};

describe.each([1, 40])('a car of %i commits', (changes) => {
  it.each(Object.entries(WAYS))(
    'knows its keys with any one sector damaged: %s',
    async (_, damage) => {
      const { image, used } = await usedCar(changes);
      for (const sector of used) {
        expect(await comesUp(damagedIn(image, [sector], damage))).toEqual(RECORD);
      }
    },
  );

  it('is never new with any two sectors damaged, nor with all', async () => {
    const { image, used } = await usedCar(changes);
    const pairs = used.flatMap((one, at) => used.slice(at + 1).map((two) => [one, two]));
    const seen = new Set<unknown>();
    for (const [way, damage] of Object.entries(WAYS)) {
      for (const sectors of [...pairs, used]) {
        const bad = damagedIn(image, sectors, damage);
        const all = sectors.length === used.length && way === 'all ones';
        const found = await comesUp(bad);
        // Nothing is left of the car: only who knows that there was one can tell.
        expect(found === 'a new car').toBe(all);
        seen.add(typeof found === 'string' ? found : 'keys');
      }
    }
    expect(seen).toContain('sim.damaged');
  });
});

describe('a flash of which no chain is left', () => {
  it('is damaged with any bit of all headers wrong', async () => {
    const { image, used } = await usedCar(1);
    for (let bit = 0; bit < 128; bit++) {
      const bad = damagedIn(image, used, (sector) => {
        sector.set(flip(sector.slice(0, 16), bit));
      });
      expect(await comesUp(bad)).toBe('sim.damaged');
    }
  });

  it('is damaged where zeros cover it, wherever they begin and end', async () => {
    const { image, used } = await usedCar(1);
    const [from, to] = [used[0]! * sectorBytes, (used.at(-1)! + 1) * sectorBytes];
    for (let start = 0; start <= from; start += 128) {
      const bad = copyImage(image);
      bad.cells.fill(0, start, to);
      expect(await comesUp(bad)).toBe('sim.damaged');
    }
  });

  it('is damaged with one bit left anywhere', async () => {
    const cells = new Uint8Array(small.sectors * sectorBytes).fill(0xff);
    const { image } = await usedCar(1);
    for (let at = 0; at < cells.length; at += 149) {
      const bad = { ...copyImage(image), cells: flip(cells, 8 * at + (at % 8)) };
      expect(await comesUp(bad)).toBe('sim.damaged');
    }
  });

  it('is of another version where any sector says so, also beside a whole chain', async () => {
    const { image, used } = await usedCar(3);
    for (const sectors of [...used.map((sector) => [sector]), used, [small.sectors - 1]]) {
      for (const [version, zero] of [
        [2, 0],
        [0, 0],
        [1, 1],
      ] as const) {
        const bad = damagedIn(image, sectors, (sector) => {
          sector.set([0x50, 0x4b, version, zero]);
          rightSum(sector.subarray(0, 16));
        });
        expect(await comesUp(bad)).toBe('sim.storage');
      }
    }
  });

  it('is damaged where it was cut in another way: longer words, other sectors', async () => {
    const wide = { ...small, wordBytes: 32 };
    const { flash, memory } = await open({ geometry: wide });
    await memory.commit(RECORD);
    const other = new SimulatedFlash({ geometry: small }).image();
    expect(await comesUp({ ...other, cells: flash.image().cells })).toBe('sim.damaged');
    const large = { sectors: 8, sectorBytes: 1024, wordBytes: 8 };
    const { image } = await usedCar(1);
    const swapped = new SimulatedFlash({ geometry: large }).image();
    expect(await comesUp({ ...swapped, cells: image.cells }, large)).toBe('sim.damaged');
  });

  it('tells no secret', async () => {
    const { image, used } = await usedCar(1);
    const flash = new SimulatedFlash({
      geometry: small,
      image: damagedIn(image, used, withField(5, 9)),
    });
    const error: unknown = await new FlashMemory(flash).load().catch((e: unknown) => e);
    expect(JSON.stringify(error)).not.toContain(toHex(RECORD.privateKey).slice(0, 8));
  });
});

it('a flash with nothing in it that a car has used is damaged', async () => {
  const flash = new SimulatedFlash({ geometry: small });
  await expect(new FlashMemory(flash, { used: true }).load()).rejects.toMatchObject({
    code: 'sim.damaged',
  });
  expect(flash.steps).toBe(0);
});
