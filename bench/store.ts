import { FlashMemory, SimulatedFlash } from '../firmware-sim/index.js';
import type { CarRecord } from '../firmware-sim/index.js';
import { encodeRecord } from '../firmware-sim/memory/record.js';
import { Role } from '../lib/credentials/roles.js';
import { systemRandom } from '../lib/platform/random.js';
import { figure, median } from './measure.js';
import type { Figure } from './measure.js';

/** 19 keys of 212 bytes, a grant of 300 bytes with each, 1,000 revocations of 8 bytes: as JSON and hex. */
const RECORD_BYTES = 19 * (212 + 2 * 300) + 1000 * 2 * 8;
/** More than chains hold, so that the figure has its share of new ones. */
const COMMITS = 2000;
/** Few enough that the chains begun at first still hold them: what coming up reads. */
const COMMITS_TO_READ = 500;
const BOOTS = 21;

/** What the car's memory in flash costs: coming up, and writing down a number that has changed. */
export const storeFigures = async (): Promise<Figure[]> => {
  const record = recordOf(RECORD_BYTES);
  const flash = new SimulatedFlash();
  const memory = new FlashMemory(flash);
  await memory.load();
  await memory.commit(record);
  const afterFirst = flash.counts.words;
  let image = flash.image();
  for (let commit = 1; commit <= COMMITS; commit++) {
    await memory.commit({ ...record, pairingTries: commit });
    if (commit === COMMITS_TO_READ) image = flash.image();
  }
  const words = (flash.counts.words - afterFirst) / COMMITS;

  const boots: number[] = [];
  for (let boot = 0; boot < BOOTS; boot++) {
    const powered = new FlashMemory(new SimulatedFlash({ image }));
    const before = performance.now();
    const found = await powered.load();
    boots.push(performance.now() - before);
    if (found?.pairingTries !== COMMITS_TO_READ) throw new Error('not the record');
  }
  return [
    figure('store.boot_ms', median(boots), 'ms'),
    figure('store.flash_words_per_commit', words, 'words'),
  ];
};

/** As many keys as it takes: a record has nothing else that is long. */
const recordOf = (bytes: number): CarRecord => {
  const keys: CarRecord['keys'][number][] = [];
  for (;;) {
    const record = { privateKey: systemRandom(32), pairingTries: 0, keys };
    if (encodeRecord(record).length >= bytes) return record;
    keys.push({
      slot: keys.length,
      publicKey: systemRandom(32),
      signingKey: systemRandom(32),
      name: 'phone',
      role: Role.OWNER,
    });
  }
};
