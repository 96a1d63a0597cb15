import { LeSetRandomAddress } from '../../lib/hci/commands/addresses.js';
import { ReadBdAddr } from '../../lib/hci/commands/information.js';
import { Advertisements } from './advertisements.js';
import { FollowedAdvertisingSets } from './advertising-sets.js';
import type { FollowedEnd } from './links.js';
import type { FollowedIdentity } from './party.js';

/** Links of one controller that are followed. */
const MAX_LINKS = 64;
/** Commands that are under way at one time. */
const MAX_COMMANDS = 64;

/** What has been heard of one controller and its host. */
export class ControllerState {
  readonly advertisements = new Advertisements();
  readonly sets = new FollowedAdvertisingSets();
  /** By connection handle. */
  readonly #links = new Map<number, FollowedEnd>();
  /** Handles of links that have ended: what a host still sends on them is lost. */
  readonly #over = new Set<number>();
  #commands: { readonly opcode: number; readonly parameters: Uint8Array }[] = [];

  constructor(readonly identity: FollowedIdentity) {}

  /** Keeps what its answer will make true. */
  command(opcode: number, parameters: Uint8Array): void {
    if (!isFollowed(opcode)) return;
    this.#commands = [...this.#commands.slice(1 - MAX_COMMANDS), { opcode, parameters }];
  }

  /** The parameters of the oldest such command; undefined when none is under way. */
  answered(opcode: number): Uint8Array | undefined {
    const command = this.#commands.find((each) => each.opcode === opcode);
    this.#commands = this.#commands.filter((each) => each !== command);
    return command?.parameters;
  }

  isOver(handle: number): boolean {
    return this.#over.has(handle);
  }

  link(handle: number): FollowedEnd | undefined {
    return this.#links.get(handle);
  }

  /** Gives the end that has to make room, where there is one. */
  setLink(handle: number, end: FollowedEnd): FollowedEnd | undefined {
    const [oldest] = this.#links.keys();
    const room = oldest === undefined || this.#links.size < MAX_LINKS;
    const replaced = this.removeLink(handle) ?? (room ? undefined : this.removeLink(oldest));
    this.#links.set(handle, end);
    this.#over.delete(handle);
    return replaced;
  }

  removeLink(handle: number): FollowedEnd | undefined {
    this.#over.add(handle);
    const end = this.#links.get(handle);
    this.#links.delete(handle);
    return end;
  }

  get links(): readonly FollowedEnd[] {
    return [...this.#links.values()];
  }
}

const isFollowed = (opcode: number): boolean =>
  opcode === ReadBdAddr.opcode ||
  opcode === LeSetRandomAddress.opcode ||
  FollowedAdvertisingSets.concerns(opcode);
