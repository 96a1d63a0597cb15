import type { CommandName } from '../lib/domain/commands.js';
import type { Behavior } from './behavior.js';
import { behavior as deliver } from './behaviors/deliver.js';
import { behavior as frunk } from './behaviors/frunk.js';
import { behavior as listKeys } from './behaviors/list-keys.js';
import { behavior as lock } from './behaviors/lock.js';
import { behavior as raiseEpoch } from './behaviors/raise-epoch.js';
import { behavior as removeKey } from './behaviors/remove-key.js';
import { behavior as setPin } from './behaviors/set-pin.js';
import { behavior as setTime } from './behaviors/set-time.js';
import { behavior as start } from './behaviors/start.js';
import { behavior as status } from './behaviors/status.js';
import { behavior as trunk } from './behaviors/trunk.js';
import { behavior as unlock } from './behaviors/unlock.js';

export type Behaviors = ReadonlyMap<CommandName, Behavior>;

/** One for each command: the compiler misses one that is not here. */
const ALL: { readonly [N in CommandName]: Behavior<N> } = {
  deliver,
  frunk,
  listKeys,
  lock,
  raiseEpoch,
  removeKey,
  setPin,
  setTime,
  start,
  status,
  trunk,
  unlock,
};

/** What a SimulatedCar does. */
export const BEHAVIORS = new Map(Object.entries(ALL)) as ReadonlyMap<string, unknown> as Behaviors;
