import { carHome, DEFAULT_NAME } from '../../../cli/car/home.js';
import { pathsFor } from '../../../cli/config/paths.js';
import { controlClient, controlPath } from '../../../firmware-sim/index.js';
import type { CarControl } from '../../../firmware-sim/index.js';
import { Cli } from '../../support/cli.js';
import type { Running } from '../../support/running.js';

/** A car that is not ready by then, in milliseconds, hangs. */
const BOOT_MS = 60_000;

/** `key car start`, in a process that is killed with SIGKILL and started again on the same home. */
export class KilledCar {
  readonly control: CarControl;
  /** The socket of the hub, which outlives the car. */
  readonly hub: string;
  readonly #cli: Cli;
  readonly #args: readonly string[];
  #running: Running | undefined;

  private constructor(cli: Cli, args: readonly string[]) {
    this.#cli = cli;
    this.#args = args;
    const paths = pathsFor({ home: cli.home }, {});
    this.hub = paths.hub;
    this.control = controlClient(controlPath(carHome(paths, DEFAULT_NAME)));
  }

  /** @param args more of them for `key car start` */
  static async create(args: readonly string[]): Promise<KilledCar> {
    return new KilledCar(await Cli.create(), args);
  }

  /** Gives the milliseconds until it was ready. @throws Error when it does not come up */
  async boot(): Promise<number> {
    const started = performance.now();
    const running = this.spawn();
    let cancel: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = setTimeout(() => {
        reject(new Error(`not ready after ${String(BOOT_MS)} ms`));
      }, BOOT_MS);
    });
    try {
      await Promise.race([running.until(/"type":"ready"/), late]);
    } finally {
      clearTimeout(cancel);
    }
    return performance.now() - started;
  }

  /** Only begins to boot. */
  spawn(): Running {
    this.#running = this.#cli.start(['--json', 'car', 'start', ...this.#args]);
    return this.#running;
  }

  /** Resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.#running?.stop('SIGKILL');
  }

  /** After everybody has left the air. */
  close(): Promise<void> {
    return this.#cli.close();
  }
}
