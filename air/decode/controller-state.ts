import { LeSetRandomAddress } from '../../lib/hci/commands/addresses.js';
import { LeSetAdvertisingSetRandomAddress } from '../../lib/hci/commands/extended-advertising.js';
import { ReadBdAddr } from '../../lib/hci/commands/information.js';
import { Advertisements } from './advertisements.js';
import { FollowedAdvertisingSets } from './advertising-sets.js';
import type { FollowedEnd } from './links.js';
import { FollowedIdentity } from './party.js';

/** Links of one controller that are followed. */
const MAX_LINKS = 64;
/** Commands that are under way at one time. */
const MAX_COMMANDS = 64;

interface PendingCommand {
  readonly opcode: number;
  readonly parameters: Uint8Array;
}

/** What has been heard of one controller and its host. */
export class ControllerState {
  readonly identity: FollowedIdentity;
  readonly advertisements = new Advertisements();
  readonly sets = new FollowedAdvertisingSets();
  /** By connection handle. */
  readonly #links = new Map<number, FollowedEnd>();
  /** Handles of links that have ended: what a host still sends on them is lost. */
  readonly #over = new Set<number>();
  #commands: PendingCommand[] = [];

  constructor(index: number) {
    this.identity = new FollowedIdentity(index);
  }

  /** Keeps what its answer will make true. */
  command(opcode: number, parameters: Uint8Array): void {
    if (!isFollowed(opcode)) return;
    this.#commands = [...this.#commands.slice(1 - MAX_COMMANDS), { opcode, parameters }];
  }

  /** The parameters of the oldest such command; undefined when none is under way. */
  answered(opcode: number): Uint8Array | undefined {
    const index = this.#commands.findIndex((command) => command.opcode === opcode);
    if (index < 0) return undefined;
    const [command] = this.#commands.splice(index, 1);
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
    const replaced = this.removeLink(handle) ?? this.#oldest();
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

  #oldest(): FollowedEnd | undefined {
    const [oldest] = this.#links.keys();
    return oldest === undefined || this.#links.size < MAX_LINKS
      ? undefined
      : this.removeLink(oldest);
  }
}

const FOLLOWED: ReadonlySet<number> = new Set([
  ReadBdAddr.opcode,
  LeSetRandomAddress.opcode,
  LeSetAdvertisingSetRandomAddress.opcode,
]);

const isFollowed = (opcode: number): boolean =>
  FOLLOWED.has(opcode) || FollowedAdvertisingSets.concerns(opcode);
