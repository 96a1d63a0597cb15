import { PhoneKeyError } from '../../lib/errors.js';
import type { ViaOption, WayReport } from '../../lib/index.js';
import type { Central } from '../../lib/radio/types.js';
import { LoginFile } from '../cloud/login.js';
import { openCentral } from '../config/radio.js';
import type { Context } from '../context.js';

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
 * Opens them. Where nobody is logged in to the cloud, only who asked for it hears of it; and from where there is no
 * Bluetooth, the cloud is enough.
 * @param via undefined: as the library does, of a command that goes through the cloud, too; `none`: of one that does not
 * @throws PhoneKeyError `radio.unavailable` where there is no cloud either
 */
export const openRadios = async (
  context: Context<'radio'>,
  via: ViaOption | undefined | 'none',
): Promise<Radios> => {
  if (via === 'none' || via === 'ble') return { central: await openCentral(context) };
  const cloud = await cloudFor(context, via);
  try {
    return { central: await openCentral(context), cloud };
  } catch (error) {
    if (cloud === undefined || !isUnavailable(error)) throw error;
    return { central: without(error), cloud };
  }
};

/** What it takes is loaded for those alone who are logged in. */
const cloudFor = async (
  context: Context<'radio'>,
  via: ViaOption | undefined,
): Promise<Central | undefined> => {
  try {
    const login = await new LoginFile(context.paths.keys).read();
    if (login !== undefined || via !== undefined) {
      const { cloudRadio } = await import('../cloud/client.js');
      return await cloudRadio(context);
    }
    return undefined;
  } catch (error) {
    // It is no reason not to use Bluetooth.
    if (error instanceof PhoneKeyError) return via === undefined ? undefined : without(error);
    throw error;
  }
};

const isUnavailable = (error: unknown): error is PhoneKeyError =>
  error instanceof PhoneKeyError && error.code === 'radio.unavailable';

/** A radio that is not there. */
const without = (error: PhoneKeyError): Central => ({
  scan: () => Promise.reject(error),
  connect: () => Promise.reject(error),
  close: () => Promise.resolve(),
});

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
  get json(): Pick<WayReport, 'via'> {
    return { via: this.#report.via };
  }

  /** Behind what was done: `unlocked, through the cloud`. */
  get text(): string {
    return this.#report.via === 'cloud' ? ', through the cloud' : '';
  }

  /** Says why another way was not taken that was tried or asked for, in a line. */
  tell({ output }: Pick<Context, 'output'>): void {
    for (const { via, error } of this.#report.notUsed) {
      output.say(`${WAYS[via]} was not used: ${error.message}`);
    }
  }
}
