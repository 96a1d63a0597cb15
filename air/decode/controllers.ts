import type { AirDevice } from '../capture/record.js';
import { keepLatest } from '../keep-latest.js';
import { ControllerState } from './controller-state.js';
import type { Party } from './event.js';
import { FollowedIdentity, strangerOf } from './party.js';

/** Controllers that are followed; the one that was heard first is forgotten first. */
const MAX_CONTROLLERS = 1024;
/** Names of one of them that are remembered. */
const MAX_NAMES = 8;

/** The controllers of an air, by their numbers, and what people call them. */
export class Controllers {
  readonly #states = new Map<number, ControllerState>();
  /** Names that were advertised, by address. */
  readonly #advertised = new Map<string, Set<string>>();

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
  came({ index, address, label, random = [], advertised }: AirDevice): FollowedIdentity {
    const { identity } = this.#add(new FollowedIdentity(index, address, label));
    for (const each of random) identity.addRandom(each);
    this.advertised({ address }, advertised);
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

  /** As people call it: by its label, where others have that too with its number, and by the name that it advertises. */
  party({ index, label, address }: FollowedIdentity): Party {
    if (label === '') return { name: address ?? `controller ${String(index)}`, address };
    const namesakes = [...this.#states.values()].filter(({ identity }) => identity.label === label);
    const taken = namesakes.some(({ identity }) => identity.index !== index);
    const numbered = taken ? `${label} #${String(index)}` : label;
    // Hosts of other stacks have the label of their door: people know them by what they call themselves.
    const advertised = [...(this.#advertised.get(address ?? '') ?? [])].at(-1);
    const isNamed = advertised !== undefined && advertised !== label;
    return { name: isNamed ? `${numbered} (${advertised})` : numbered, address };
  }

  partyAt(address: string): Party {
    const state = this.at(address);
    return state === undefined ? strangerOf(address) : this.party(state.identity);
  }

  /** Keeps what somebody calls itself. */
  advertised({ address }: Pick<Party, 'address'>, name: string | undefined): void {
    if (address === null || name === undefined) return;
    const names = this.#advertised.get(address) ?? new Set();
    if (names.size < MAX_NAMES) names.add(name);
    keepLatest(this.#advertised, address, names, MAX_CONTROLLERS);
  }

  /** By the name that people see, its label, an address in any case, or a name that it has advertised. */
  isCalled({ name, address }: Party, who: string): boolean {
    const asAddress = who.toLowerCase();
    if (who === name || asAddress === address) return true;
    if (address === null) return false;
    const identity = this.at(address)?.identity;
    return (
      identity?.label === who ||
      identity?.has(asAddress) === true ||
      this.#advertised.get(address)?.has(who) === true
    );
  }

  #add(identity: FollowedIdentity): ControllerState {
    const state = new ControllerState(identity);
    return keepLatest(this.#states, identity.index, state, MAX_CONTROLLERS);
  }
}
