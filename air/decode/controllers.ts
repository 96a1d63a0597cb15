import type { AirDevice } from '../capture/record.js';
import { keepLatest } from '../keep-latest.js';
import { ControllerState } from './controller-state.js';
import type { Party } from './event.js';
import { partyOf, strangerOf } from './party.js';
import type { FollowedIdentity } from './party.js';

/** Controllers that are followed; the one that was heard first is forgotten first. */
const MAX_CONTROLLERS = 1024;

/** The controllers of an air, by their numbers, and what people call them. */
export class Controllers {
  readonly #states = new Map<number, ControllerState>();

  get count(): number {
    return this.#states.size;
  }

  /** Captures of one controller do not introduce it. */
  get(index: number): ControllerState {
    const known = this.#states.get(index);
    return known ?? keepLatest(this.#states, index, new ControllerState(index), MAX_CONTROLLERS);
  }

  /** A new one, whatever had its number before. */
  came({ index, address, label }: AirDevice): FollowedIdentity {
    this.remove(index);
    const { identity } = this.get(index);
    identity.setPublic(address);
    identity.label = label;
    return identity;
  }

  remove(index: number): ControllerState | undefined {
    const state = this.#states.get(index);
    this.#states.delete(index);
    return state;
  }

  at(address: string): ControllerState | undefined {
    return [...this.#states.values()].find(({ identity }) => identity.has(address));
  }

  party(identity: FollowedIdentity): Party {
    return partyOf(identity, (label) =>
      [...this.#states.values()].some(
        (other) => other.identity !== identity && other.identity.label === label,
      ),
    );
  }

  partyAt(address: string): Party {
    const state = this.at(address);
    return state === undefined ? strangerOf(address) : this.party(state.identity);
  }
}
