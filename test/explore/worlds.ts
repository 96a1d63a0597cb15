import { COMMAND_WORLDS } from './commands.js';
import { FRESHNESS_WORLDS } from './freshness.js';
import { searchOutage } from './outage/search.js';
import { OUTAGE_WORLDS } from './outage/worlds.js';
import { PIN_WORLDS } from './pin.js';
import { RIGHTS_WORLDS } from './rights-worlds.js';
import { search } from './search.js';
import type { Outcome, World } from './search.js';
import { WISH_WORLDS } from './wishes.js';

/** A world, whatever its states are made of. */
export interface Searchable {
  readonly name: string;
  search(
    mostStates: number,
    progress?: (states: number, depth: number) => void,
  ): Outcome | Promise<Outcome>;
}

const searchable = <S>(world: World<S>): Searchable => ({
  name: world.name,
  search: (mostStates, progress) => search(world, mostStates, progress),
});

export const WORLDS: readonly Searchable[] = [
  ...RIGHTS_WORLDS.map(searchable),
  ...PIN_WORLDS.map(searchable),
  ...FRESHNESS_WORLDS.map(searchable),
  ...COMMAND_WORLDS.map(searchable),
  ...OUTAGE_WORLDS.map((world) => ({
    name: world.name,
    search: (mostStates: number, progress?: (states: number, depth: number) => void) =>
      searchOutage(world, mostStates, progress),
  })),
  ...WISH_WORLDS.map(searchable),
];
