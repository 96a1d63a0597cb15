import { keepLatest } from '../keep-latest.js';
import { AttDecoder } from './att-decoder.js';
import type { End } from './att-decoder.js';
import type { Party } from './event.js';
import { GattDatabase } from './gatt-database.js';
import type { ConnectionComplete } from './link-events.js';
import { PduFollower } from './pdus.js';
import { strangerOf } from './party.js';
import type { FollowedIdentity } from './party.js';
import type { UuidNames } from './uuids.js';

/** Links that are remembered until both of their ends have said that they are over. */
const MAX_OPEN = 1024;
/** Servers whose attributes are remembered from one link to the next: a client need not ask again. */
const MAX_SERVERS = 64;

const NOBODY = strangerOf(undefined);

/** A link as one of its two controllers sees it. */
export interface FollowedEnd {
  readonly controller: FollowedIdentity;
  readonly role: End;
  /** The other one's address. */
  readonly peer: string | undefined;
  readonly link: FollowedLink;
  readonly sent: PduFollower;
  readonly received: PduFollower;
}

/** A link, of which one end or both are heard. */
export interface FollowedLink {
  readonly id: number;
  /** By role; the one that was heard first tells what goes over the link. */
  readonly ends: Map<End, FollowedEnd>;
  readonly observer: End;
  readonly att: AttDecoder;
  /** False when the capture began later than the link: then nobody knows who is at the other end. */
  readonly begun: boolean;
  over: boolean;
  /** As they are called; the second one is known for certain once its end was heard. */
  parties: Readonly<Record<End, Party>>;
  /** What was told last of things that both ends report. */
  readonly told: Map<string, string>;
}

/** Puts the two ends of a link together, by the addresses that each has and sees. */
export class Links {
  readonly #names: UuidNames;
  readonly #servers = new Map<string, GattDatabase>();
  #open: FollowedLink[] = [];
  #count = 0;

  constructor(names: UuidNames) {
    this.#names = names;
  }

  /** A connection was made; `isNew` unless the other end has told so before. */
  connected(
    controller: FollowedIdentity,
    connection: ConnectionComplete,
  ): { readonly end: FollowedEnd; readonly isNew: boolean } {
    const { role, peer } = connection;
    const other = this.#open.find((link) => isOtherEnd(link, controller, connection));
    const link = other ?? this.#new(role, controller.address, peer, true);
    const end = this.#end(link, controller, role, peer);
    return { end, isNew: other === undefined };
  }

  /** A link that was there before the first packet. Its roles are unknown: `controller` counts as central. */
  unbegun(controller: FollowedIdentity): FollowedEnd {
    const link = this.#new('central', null, undefined, false);
    return this.#end(link, controller, 'central', undefined);
  }

  /** Both ends have ended, or one has and the other will not be heard any more. */
  left(end: FollowedEnd): void {
    const { link, role } = end;
    link.ends.delete(role);
    if (link.ends.size === 0) this.#open = this.#open.filter((each) => each !== link);
  }

  #end(
    link: FollowedLink,
    controller: FollowedIdentity,
    role: End,
    peer: string | undefined,
  ): FollowedEnd {
    const followers = { sent: new PduFollower(), received: new PduFollower() };
    const end: FollowedEnd = { controller, role, peer, link, ...followers };
    link.ends.set(role, end);
    return end;
  }

  #new(observer: End, own: string | null, peer: string | undefined, begun: boolean): FollowedLink {
    const ours = this.#database(own);
    const theirs = this.#database(peer ?? null);
    const databases =
      observer === 'central'
        ? { central: ours, peripheral: theirs }
        : { central: theirs, peripheral: ours };
    const link: FollowedLink = {
      id: this.#count++,
      ends: new Map(),
      observer,
      att: new AttDecoder(databases, this.#names),
      begun,
      over: false,
      parties: { central: NOBODY, peripheral: NOBODY },
      told: new Map(),
    };
    this.#open = [...this.#open.slice(1 - MAX_OPEN), link];
    return link;
  }

  #database(server: string | null): GattDatabase {
    if (server === null) return new GattDatabase();
    const known = this.#servers.get(server);
    return keepLatest(this.#servers, server, known ?? new GattDatabase(), MAX_SERVERS);
  }
}

/** One address that fits is enough: the other one may be private. */
const isOtherEnd = (
  link: FollowedLink,
  controller: FollowedIdentity,
  { role, peer, peerRpa }: ConnectionComplete,
): boolean => {
  const end = link.ends.get(link.observer);
  if (end === undefined || link.over || link.ends.has(role)) return false;
  if (end.controller === controller) return false;
  const sees = [peer, peerRpa].some(
    (address) => address !== undefined && end.controller.has(address),
  );
  return sees || (end.peer !== undefined && controller.has(end.peer));
};
