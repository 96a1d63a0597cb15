import { errorMessage } from '../../lib/errors.js';
import type { ViaOption, WayReport } from '../../lib/index.js';
import type { Central } from '../../lib/radio/types.js';
import { LoginFile } from '../cloud/login.js';
import { openCentral } from '../config/radio.js';
import type { Context } from '../context.js';
import { withProgress } from '../io/progress.js';
import { lazyCentral } from './lazy-central.js';

/** Of commands that go through the cloud, too. */
export interface WayOptions {
  readonly via?: ViaOption | undefined;
}

/** The radios of a phone: its Bluetooth, and where there is such a thing its way through the cloud. */
export interface Radios {
  readonly central: Central;
  readonly cloud?: Central | undefined;
}

/**
 * Where there is a cloud, each is opened when it is needed: from afar nobody waits for an adapter that is switched off,
 * nor near the car for the cloud. Where nobody is logged in to it, only who asked for it hears of that.
 * @param via undefined: as the library does, of a command that goes through the cloud, too; `none`: of one that does not
 * @throws PhoneKeyError `radio.unavailable` where there is no cloud
 */
export const openRadios = async (
  context: Context<'radio'>,
  via: ViaOption | undefined | 'none',
): Promise<Radios> => {
  const alone = via === 'none' || via === 'ble';
  if (alone || (via === undefined && !(await isLoggedIn(context)))) {
    return {
      central: await withProgress(context.output, 'opening the radio', () => openCentral(context)),
    };
  }
  return {
    central: lazyCentral(() => openCentral(context)),
    cloud: lazyCentral(async () => (await import('../cloud/client.js')).cloudRadio(context)),
  };
};

/** What cannot be read is told when it is needed: it is no reason not to use Bluetooth. */
const isLoggedIn = ({ paths }: Context): Promise<boolean> =>
  new LoginFile(paths.keys).read().then(
    (login) => login !== undefined,
    () => true,
  );

const WAYS = { ble: 'Bluetooth', cloud: 'the cloud' } as const;

/** Follows which way a command takes. */
export class TakenWay {
  readonly via: ViaOption | undefined;
  #report: WayReport = { via: null, notUsed: [] };

  constructor({ via }: WayOptions) {
    this.via = via;
  }

  readonly onWay = (report: WayReport): void => {
    this.#report = report;
  };

  /** For a result. */
  get json(): WayReport {
    return this.#report;
  }

  /** Whether the cloud failed, too. */
  get cloudFailed(): boolean {
    return this.#report.notUsed.some(({ via }) => via === 'cloud');
  }

  /** Behind what was done: `unlocked, through the cloud`. */
  get text(): string {
    return this.#report.via === 'cloud' ? ', through the cloud' : '';
  }

  /**
   * Says why another way was not taken that was tried or asked for, in a line.
   * @param failure by which the command ends, which may have said it
   */
  tell({ output }: Pick<Context, 'output'>, failure?: unknown): void {
    const said = failure === undefined ? '' : errorMessage(failure);
    for (const { via, error } of this.#report.notUsed) {
      if (!said.includes(error.message)) {
        output.say(`${WAYS[via]} was not used: ${error.message}`);
      }
    }
  }
}
