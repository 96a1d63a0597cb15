import { levelOf, newCell, rested } from '../../firmware-sim/fob/battery.js';
import type { CellLevel, CoinCell } from '../../firmware-sim/fob/battery.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { JsonError, number, object, readJson, whole } from '../../local/json.js';
import { PrivateDirectory } from '../config/private-directory.js';

/** Where a fob keeps what was drawn from its cell. Rejects with PhoneKeyError, or the file system's own errors. */
export interface CellStore {
  /** One at a time, durably; a new fob has a full cell. */
  update(change: (cell: CoinCell) => CoinCell): Promise<CellLevel>;
}

const FILE = 'cell.json';
const MOST_BYTES = 256;
const LATEST = 2 ** 32 - 1;

const coinCell = object<CoinCell>({
  usedMicroAh: number(0, Number.MAX_SAFE_INTEGER),
  at: whole(LATEST),
});

/** In the directory of a fob, where a power cut leaves it as it was or as it is to be. */
export class CellFile implements CellStore {
  readonly #directory: PrivateDirectory;
  readonly #now: () => number;

  /** @param wallTime milliseconds since 1970 */
  constructor(home: string, wallTime: () => number = Date.now) {
    this.#directory = new PrivateDirectory(home);
    this.#now = () => Math.floor(wallTime() / 1000);
  }

  async update(change: (cell: CoinCell) => CoinCell): Promise<CellLevel> {
    return this.#write(async () => change(rested(await this.#read(), this.#now())));
  }

  /** Puts a new one in, also where the file of the old one cannot be read. */
  async replace(): Promise<CellLevel> {
    return this.#write(async () => newCell(this.#now()));
  }

  /** As it would be now; nothing is written. */
  async level(): Promise<CellLevel> {
    return levelOf(rested(await this.#read(), this.#now()));
  }

  #write(make: () => Promise<CoinCell>): Promise<CellLevel> {
    return this.#directory.locked(FILE, async () => {
      const cell = await make();
      await this.#directory.write(FILE, JSON.stringify(cell), 'replace');
      return levelOf(cell);
    });
  }

  async #read(): Promise<CoinCell> {
    const text = await this.#directory.read(FILE, MOST_BYTES);
    if (text === undefined) return newCell(this.#now());
    try {
      return readJson(text, 'the cell', coinCell);
    } catch (cause) {
      if (!(cause instanceof JsonError)) throw cause;
      throw new PhoneKeyError(
        'keys.unreadable',
        `cannot read ${FILE} of the fob: ${cause.message}`,
        {
          cause,
          hint: 'Put a new cell in: key fob battery --replace.',
        },
      );
    }
  }
}
