import type { AirDevice } from '../capture/record.js';
import { keepLatest } from '../keep-latest.js';
import { ControllerState } from './controller-state.js';
import type { Party } from './event.js';
import { FollowedIdentity, strangerOf } from './party.js';

/** Controllers that are followed; the one that was heard first is forgotten first. */
const MAX_CONTROLLERS = 1024;

/** The controllers of an air, by their numbers, and what people call them. */
export class Controllers {
  readonly #states = new Map<number, ControllerState>();

  get all(): readonly ControllerState[] {
    return [...this.#states.values()];
  }

  get count(): number {
    return this.#states.size;
  }

  /** Captures of one controller do not introduce it. */
  get(index: number): ControllerState {
    return this.#states.get(index) ?? this.#add(new FollowedIdentity(index));
  }

  /** A new one, whatever had its number before. */
  came({ index, address, label }: AirDevice): FollowedIdentity {
    return this.#add(new FollowedIdentity(index, address, label)).identity;
  }

  remove(index: number): ControllerState | undefined {
    const state = this.#states.get(index);
    this.#states.delete(index);
    return state;
  }

  at(address: string): ControllerState | undefined {
    return [...this.#states.values()].find(({ identity }) => identity.has(address));
  }

  party({ index, label, address }: FollowedIdentity): Party {
    if (label === '') return { name: address ?? `controller ${String(index)}`, address };
    const namesakes = [...this.#states.values()].filter(({ identity }) => identity.label === label);
    const taken = namesakes.some(({ identity }) => identity.index !== index);
    return { name: taken ? `${label} #${String(index)}` : label, address };
  }

  partyAt(address: string): Party {
    const state = this.at(address);
    return state === undefined ? strangerOf(address) : this.party(state.identity);
  }

  #add(identity: FollowedIdentity): ControllerState {
    const state = new ControllerState(identity);
    return keepLatest(this.#states, identity.index, state, MAX_CONTROLLERS);
  }
}
