import { parseArgs } from 'node:util';
import { PhoneKeyError } from '../../lib/errors.js';
import { checkOptions, oneOf, text } from '../../lib/platform/check.js';
import { parseFaults } from '../faults.js';
import type { Pace } from '../medium/medium.js';

export const PACES = ['instant', 'real'] as const satisfies readonly Pace[];

/** What the air of a hub is started with, and keeps as long as it lives. */
export interface HubSettings {
  /** 1 to 64 characters (default: one that is made up). */
  readonly seed?: string | undefined;
  /** Default `instant`. */
  readonly pace?: Pace | undefined;
  /** What goes wrong on purpose, as parseFaults takes it (default: nothing). */
  readonly faults?: string | undefined;
}

/** The settings in force. */
export interface SettingsInForce {
  /** From which all that is random on the air follows, also where nobody gave one. */
  readonly seed: string;
  /** Whether packets take their time. */
  readonly pace: Pace;
  /** Null: none. */
  readonly faults: string | null;
}

export const DEFAULT_PACE: Pace = 'instant';

const NAMES = ['seed', 'pace', 'faults'] as const satisfies readonly (keyof SettingsInForce)[];

/** Printable ASCII: it is shown, typed again and passed on as an argument. */
const SEED = /^[\x21-\x7e]{1,64}$/;

export const isSeed = (text: string): boolean => SEED.test(text);

/** @throws PhoneKeyError `usage.invalid` for settings that no hub can have */
export const checkSettings = (settings: HubSettings): void => {
  checkOptions(settings, { seed: text, pace: oneOf(PACES), faults: text });
  const { seed, faults } = settings;
  if (seed !== undefined && !isSeed(seed)) {
    throw new PhoneKeyError('usage.invalid', 'a seed has 1 to 64 characters of ASCII, no spaces');
  }
  if (faults !== undefined) parseFaults(faults);
};

/** The arguments of the hub process: the settings, then the path. None of them is secret. */
export const hubArguments = (path: string, settings: HubSettings): string[] => [
  ...NAMES.flatMap((name) => {
    const value = settings[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  }),
  '--', // the path may begin with a dash
  path,
];

/**
 * The inverse of `hubArguments`.
 * @throws PhoneKeyError `usage.invalid`
 */
export const parseHubArguments = (
  args: readonly string[],
): { readonly path: string; readonly settings: HubSettings } => {
  const string = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { seed: string, pace: string, faults: string },
      allowPositionals: true,
    });
    const pace = PACES.find((known) => known === values.pace);
    const [path] = positionals;
    if (path !== undefined && positionals.length === 1 && pace === values.pace) {
      return { path, settings: { ...values, pace } };
    }
  } catch {
    // Said below.
  }
  throw new PhoneKeyError('usage.invalid', `not the arguments of a hub: ${args.join(' ')}`);
};

/** What is in force and not as asked for: `seed a, not b`; empty when all is as it should be. */
export const differences = (asked: HubSettings, inForce: SettingsInForce): string[] =>
  NAMES.flatMap((name) => {
    const [wanted, found] = [asked[name], inForce[name]];
    if (wanted === undefined || wanted === found) return [];
    return [`${name} ${found ?? 'none'}, not ${wanted}`];
  });
