import type { FlashImage } from '../../support/flash/cells.js';
import type { Geometry } from '../../../firmware-sim/flash/flash.js';
import { FlashMemory } from '../../../firmware-sim/flash/flash-memory.js';
import { SimulatedFlash } from '../../support/flash/simulated-flash.js';
import { encodeRecord, newRecord } from '../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { demand } from '../target.js';
import type { Target } from '../target.js';

const GEOMETRY: Geometry = { sectors: 16, sectorBytes: 256, wordBytes: 8 };
/** Of one change: what, where (a sector, a byte in it), and the byte or the other sector. */
const STRIDE = 4;

const bytes = seededRandom('flash');
const [privateKey, publicKey, signingKey] = [bytes(32), bytes(32), bytes(32)];
const record = (pairingTries: number): CarRecord => ({
  ...newRecord(privateKey),
  pairingTries,
  keys: [{ slot: 0, publicKey, signingKey, name: 'Ann', role: 'owner' }],
});
const COMMITTED = [record(0), record(1), record(2), record(3)];
const NEXT = record(9);

const memoryOn = (flash: SimulatedFlash): FlashMemory =>
  new FlashMemory(flash, { random: seededRandom('chains') });

/** A chip whose car has committed each record in turn; the last one erases something. */
const used = async (): Promise<FlashImage> => {
  const flash = new SimulatedFlash({ geometry: GEOMETRY });
  const memory = memoryOn(flash);
  await memory.load();
  for (const each of COMMITTED) await memory.commit(each, { erases: each === COMMITTED.at(-1) });
  return flash.image();
};
let before: Promise<FlashImage> | undefined;

const { sectors, sectorBytes, wordBytes } = GEOMETRY;

/** Bytes that changed, sectors that are a copy of another, or blank. */
const damage = ({ cells, used: words }: FlashImage, changes: Uint8Array): void => {
  const perSector = sectorBytes / wordBytes;
  for (let i = 0; i + STRIDE <= changes.length; i += STRIDE) {
    const [what = 0, where = 0, offset = 0, value = 0] = changes.subarray(i, i + STRIDE);
    const [to, from] = [where % sectors, value % sectors];
    if (what % 3 === 0) {
      const address = to * sectorBytes + offset;
      cells[address] = value;
      words[Math.floor(address / wordBytes)] = 1;
    } else if (what % 3 === 1) {
      cells.copyWithin(to * sectorBytes, from * sectorBytes, (from + 1) * sectorBytes);
      words.copyWithin(to * perSector, from * perSector, (from + 1) * perSector);
    } else {
      cells.fill(0xff, to * sectorBytes, (to + 1) * sectorBytes);
      words.fill(0, to * perSector, (to + 1) * perSector);
    }
  }
};

/** The record as text; undefined where the chip holds none, `refused` where it cannot be read. */
const load = async (memory: FlashMemory): Promise<string | undefined> => {
  try {
    const loaded = await memory.load();
    return loaded && encodeRecord(loaded);
  } catch (error) {
    const told = error instanceof PhoneKeyError ? error.code : undefined;
    demand(told === 'sim.damaged' || told === 'sim.storage', 'an error of storage');
    return 'refused';
  }
};

export const flashTargets: readonly Target[] = [
  {
    name: 'car-flash',
    seeds: () => [
      new Uint8Array(0),
      Uint8Array.of(0, 0, 20, 0),
      Uint8Array.of(1, 3, 0, 0, 1, 4, 0, 1),
      Uint8Array.from({ length: STRIDE * sectors }, (_, i) => [2, i >> 2, 0, 0][i % STRIDE] ?? 0),
    ],
    stride: STRIDE,
    batch: 1,
    limitMs: 200,
    async run(input) {
      const { cells, used: words, ...rest } = await (before ??= used());
      const image = { ...rest, cells: cells.slice(), used: words.slice() };
      damage(image, input);
      const flash = new SimulatedFlash({ geometry: GEOMETRY, image });
      const memory = memoryOn(flash);
      const loaded = await load(memory);
      const known = COMMITTED.map(encodeRecord);
      demand(
        loaded === undefined || loaded === 'refused' || known.includes(loaded),
        'damage makes no record that was never committed',
      );
      if (loaded !== 'refused') {
        await memory.commit(NEXT);
        const after = new SimulatedFlash({ geometry: GEOMETRY, image: flash.image() });
        demand((await load(memoryOn(after))) === encodeRecord(NEXT), 'the next record is kept');
        demand(after.misuse === undefined, 'no chip is used as it may not be');
      }
      demand(flash.misuse === undefined, 'no chip is used as it may not be');
    },
  },
];
