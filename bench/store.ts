import { FlashMemory } from '../firmware-sim/flash/flash-memory.js';
import { MOST_REVOCATIONS } from '../firmware-sim/rights/revocations.js';
import type { CarRecord } from '../firmware-sim/index.js';
import { newRecord } from '../firmware-sim/memory/record.js';
import { DEFAULT_SLOTS } from '../lib/credentials/key-slot.js';
import type { KeyGrant } from '../lib/credentials/key-slot.js';
import { systemRandom } from '../lib/platform/random.js';
import { SimulatedFlash } from '../test/support/flash/simulated-flash.js';
import { figure, medians } from './measure.js';

const NOW = 1_800_000_000;
/** More than chains hold, so that the figure has its share of new ones. */
const COMMITS = 2000;
/** Few enough that the chains begun at first still hold them: what coming up reads. */
const COMMITS_TO_READ = 500;
const BOOTS = 21;

/**
 * What the car's memory in flash costs: coming up, and an unlock by a grant of limited uses, which is
 * counted before it opens. Any other unlock writes nothing.
 */
export const storeFigures = async () => {
  const record = fullRecord();
  const flash = new SimulatedFlash();
  const memory = new FlashMemory(flash);
  await memory.load();
  await memory.commit(record);
  const afterFirst = flash.counts.words;
  let image = flash.image();
  for (let commit = 1; commit <= COMMITS; commit++) {
    await memory.commit(withUses(record, commit));
    if (commit === COMMITS_TO_READ) image = flash.image();
  }
  const words = (flash.counts.words - afterFirst) / COMMITS;

  const boot = async (): Promise<number> => {
    const powered = new FlashMemory(new SimulatedFlash({ image }));
    const before = performance.now();
    const found = await powered.load();
    const taken = performance.now() - before;
    if (found?.keys.at(-1)?.grant?.used !== COMMITS_TO_READ % 256)
      throw new Error('not the record');
    return taken;
  };
  const [bootMs = NaN] = await medians(BOOTS, [boot]);
  return [
    figure('store.boot_ms', bootMs, 'ms'),
    figure('store.flash_words_per_unlock', words, 'words'),
  ];
};

/** A car with every slot but the owner's granted, and an owner who has revoked as many keys as are remembered. */
const fullRecord = (): CarRecord => ({
  ...newRecord(systemRandom(32)),
  keys: Array.from({ length: DEFAULT_SLOTS }, (_, slot) => keyIn(slot)),
  owners: [
    {
      owner: systemRandom(8),
      number: 1,
      issuedAt: NOW,
      floor: { until: 0 },
      entries: Array.from({ length: MOST_REVOCATIONS }, () => ({
        fingerprint: systemRandom(8),
        until: NOW,
        kind: 'revoked' as const,
        number: 1,
        issuedAt: NOW,
      })),
    },
  ],
});

/** As after an unlock by the guest in the last slot. */
const withUses = (record: CarRecord, used: number): CarRecord => ({
  ...record,
  keys: record.keys.map((key) =>
    key.slot === DEFAULT_SLOTS - 1 && key.grant !== undefined
      ? { ...key, grant: { ...key.grant, used: used % 256 } }
      : key,
  ),
});

const keyIn = (slot: number): CarRecord['keys'][number] => ({
  slot,
  publicKey: systemRandom(32),
  signingKey: systemRandom(32),
  name: `phone ${String(slot)}`,
  role: slot === 0 ? 'owner' : 'guest',
  pairedAt: NOW,
  ...(slot === 0 ? {} : { grant: grantOf() }),
});

const grantOf = (): KeyGrant => ({
  terms: {
    role: 'guest',
    issuedAt: NOW,
    notBefore: NOW,
    notAfter: NOW + 86_400,
    uses: 100,
    leaseHours: 24,
    delegations: 0,
    epoch: 0,
    ownerSlot: 0,
  },
  path: [{ fingerprint: systemRandom(8), issuedAt: NOW }],
  used: 0,
});
