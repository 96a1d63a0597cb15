import { PhoneKeyError } from '../../../lib/errors.js';
import type { ErrorCode } from '../../../lib/errors.js';
import type { ViaOption, WayReport } from '../../../lib/index.js';
import type { Person, World } from './world.js';

/** What came of one try to get in. */
export interface Try {
  readonly got: boolean;
  /** By which way; null: by none. */
  readonly by: By | null;
  /** Why another way was not taken, or none was; a phrase each. */
  readonly why: readonly string[];
}

export type By = 'cloud' | 'bluetooth' | 'nfc';

/** One who wants to get in, and with what. */
export interface Player {
  readonly who: string;
  readonly key: string;
  /** Where that is not always so: whether it works while the cloud is down. */
  readonly needsCloud?: true;
  /** Unlocks the car, or does not. */
  unlock(world: World, signal: AbortSignal): Promise<Try>;
}

/** Who is near the car hears it at once, and who is far away has waited long enough, in milliseconds. */
const PATIENCE_MS = 2_500;

/** What the person is told, without what is the same for everybody here. */
const SHORT: Readonly<Partial<Record<ErrorCode, string>>> = {
  'cloud.failed': 'the cloud answered 500',
  'cloud.logged-out': 'logged out of the cloud',
  'car.not-found': 'no Bluetooth of the car here',
};

const byPhone =
  (person: Person, via: ViaOption): Player['unlock'] =>
  async ({ phones }, signal) => {
    let way: WayReport = { via: null, notUsed: [] };
    const onWay = (report: WayReport): void => void (way = report);
    const why = (): string[] => way.notUsed.map(({ error }) => SHORT[error.code] ?? error.message);
    try {
      await phones[person].unlock({ via, onWay, signal, timeoutMs: PATIENCE_MS });
      return { got: true, by: way.via === 'cloud' ? 'cloud' : 'bluetooth', why: why() };
    } catch (error) {
      if (!(error instanceof PhoneKeyError) || error.kind !== 'unreachable') throw error;
      return { got: false, by: null, why: why() };
    }
  };

export const CAST: readonly Player[] = [
  { who: 'Ada', key: 'the app, beside the car', unlock: byPhone('ada', 'cloud') },
  { who: 'Ben', key: 'phone key', unlock: byPhone('ben', 'ble') },
  { who: 'Cleo', key: 'phone key, logged out of the app', unlock: byPhone('cleo', 'cloud') },
  {
    who: 'Eve',
    key: 'key card',
    async unlock({ car }) {
      await car.tap({ reader: 'pillar' });
      return { got: true, by: 'nfc', why: [] };
    },
  },
  {
    who: 'Finn',
    key: 'key fob',
    async unlock({ fob }, signal) {
      await fob.press('unlock', { signal });
      return { got: true, by: 'bluetooth', why: [] };
    },
  },
  { who: 'Dan', key: 'the app alone, far away', needsCloud: true, unlock: byPhone('dan', 'cloud') },
];
