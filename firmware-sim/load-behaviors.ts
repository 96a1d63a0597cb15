import { readdir } from 'node:fs/promises';
import { PhoneKeyError } from '../lib/errors.js';
import type { CommandName } from '../lib/domain/commands.js';
import type { Behavior } from './behavior.js';

export type Behaviors = ReadonlyMap<CommandName, Behavior>;

/** Source when tests run it, JavaScript when built; declarations are neither. */
const MODULE = /^([a-z-]+)\.(?:js|ts)$/;

/**
 * Loads every file of behaviors/, so that a new command needs no list to be changed.
 * @throws PhoneKeyError `internal` when a file has no behaviour, or two are for the same command
 */
export const loadBehaviors = async (): Promise<Behaviors> => {
  const files = await readdir(new URL('behaviors/', import.meta.url));
  const stems = files.flatMap((file) => MODULE.exec(file)?.[1] ?? []).sort();
  const behaviors = new Map<CommandName, Behavior>();
  for (const stem of stems) {
    const { behavior } = (await import(`./behaviors/${stem}.js`)) as { behavior?: Behavior };
    if (behavior === undefined || behaviors.has(behavior.command)) {
      throw new PhoneKeyError('internal', `behaviors/${stem} has no command of its own`);
    }
    behaviors.set(behavior.command, behavior);
  }
  return behaviors;
};
