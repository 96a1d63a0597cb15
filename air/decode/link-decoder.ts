import type { Direction } from '../capture/btsnoop.js';
import { Status } from '../../lib/hci/constants.js';
import type { AclPacket } from '../../lib/hci/h4.js';
import { Channel } from '../../lib/hci/l2cap.js';
import { statusName } from '../../lib/hci/status.js';
import { otherEnd } from './att-decoder.js';
import type { AttributeValue } from './att-decoder.js';
import type { Controllers } from './controllers.js';
import type { ControllerState } from './controller-state.js';
import type { DecodedDetail, OnLink } from './event.js';
import { describePdu } from './l2cap.js';
import type { ConnectionComplete, LinkChange } from './link-events.js';
import { Links } from './links.js';
import type { FollowedEnd } from './links.js';
import type { Followed } from './pdus.js';
import type { UuidNames } from './uuids.js';

export interface LinkEvent {
  readonly event: DecodedDetail;
  readonly values: readonly AttributeValue[];
}

const DIRECTIONS = ['sent', 'received'] as const;

/** Links and what goes over them, each thing told once although both ends report it. */
export class LinkDecoder {
  readonly #controllers: Controllers;
  readonly #links: Links;

  constructor(controllers: Controllers, uuidNames: UuidNames) {
    this.#controllers = controllers;
    this.#links = new Links(uuidNames);
  }

  connected(controller: ControllerState, connection: ConnectionComplete): DecodedDetail[] {
    const { status, handle, role, peer, intervalMs, latency, timeoutMs } = connection;
    const device = this.#controllers.party(controller.identity);
    if (status !== Status.success) {
      return [{ type: 'not-connected', device, status, reason: statusName(status) }];
    }
    if (connection.localRpa !== undefined) controller.identity.addRandom(connection.localRpa);
    if (role === 'peripheral') controller.sets.connected();
    const { end, isNew } = this.#links.connected(controller.identity, connection);
    const before = this.#keep(controller, handle, end);
    const { link } = end;
    const parties = isNew
      ? { [otherEnd(role)]: this.#controllers.partyAt(peer), [role]: device }
      : { [role]: device };
    link.parties = { ...link.parties, ...parties };
    if (!isNew) return before;
    const parameters = { intervalMs, latency, timeoutMs };
    link.told.set('parameters', JSON.stringify(parameters));
    return [...before, { type: 'connected', ...onLink(end), ...parameters }];
  }

  disconnected(
    controller: ControllerState,
    { handle, reason }: { readonly handle: number; readonly reason: number },
  ): DecodedDetail[] {
    const end = controller.removeLink(handle);
    if (end === undefined) return [];
    const unfinished = this.#left(end);
    const { link } = end;
    if (link.over) return unfinished;
    link.over = true;
    const how = { status: reason, reason: statusName(reason) };
    return [...unfinished, { type: 'disconnected', ...onLink(end), ...how }];
  }

  /** A controller that will not be heard any more; the other ends of its links tell the rest. */
  left(controller: ControllerState): DecodedDetail[] {
    return controller.links.flatMap((end) => this.#left(end));
  }

  /** What has not come to an end on any link when nothing more is heard. */
  end(): DecodedDetail[] {
    return this.#controllers.all.flatMap(({ links }) => links.flatMap((end) => this.#pending(end)));
  }

  /** Tells it when it is another state than the one that was told last. */
  changed(
    controller: ControllerState,
    handle: number,
    { type, ...change }: LinkChange,
  ): DecodedDetail | undefined {
    const end = controller.link(handle);
    if (end === undefined) return undefined;
    const now = JSON.stringify(change);
    if (end.link.told.get(type) === now) return undefined;
    end.link.told.set(type, now);
    return { type, ...onLink(end), ...change } as DecodedDetail;
  }

  encryptionFailed(
    controller: ControllerState,
    handle: number,
    status: number,
  ): DecodedDetail | undefined {
    const end = controller.link(handle);
    return end && { type: 'encryption-failed', ...onLink(end), status, reason: statusName(status) };
  }

  /** A fragment of what an ACL packet carries. */
  data(controller: ControllerState, direction: Direction, acl: AclPacket): LinkEvent[] {
    const end = controller.link(acl.handle) ?? this.#unbegun(controller, acl.handle);
    if (end === undefined || !this.#tells(end, direction)) return [];
    return end[direction].push(acl).map((each) => this.#followed(end, direction, each));
  }

  #followed(end: FollowedEnd, direction: Direction, followed: Followed): LinkEvent {
    const malformed = (what: string): LinkEvent => {
      const device = this.#controllers.party(end.controller);
      return { event: { type: 'malformed', device, what }, values: [] };
    };
    const from = direction === 'sent' ? end.role : otherEnd(end.role);
    const on = { ...onLink(end), from };
    if (followed.kind === 'malformed') return malformed('L2CAP PDU');
    if (followed.kind !== 'pdu') {
      const { kind: _, bytes, ...cut } = followed;
      const name = 'unfinished L2CAP PDU';
      return { event: { type: 'unfinished', ...on, name, fields: { bytes }, ...cut }, values: [] };
    }
    const { pdu, cut } = followed;
    const lost = cut > 0 ? { cut } : {};
    if (pdu.channel !== Channel.att || (cut > 0 && pdu.payload.length === 0)) {
      const { channel } = pdu;
      return {
        event: { type: 'l2cap', ...on, channel, ...describePdu(pdu, cut), ...lost },
        values: [],
      };
    }
    const att = end.link.att.decode(from, pdu.payload, cut);
    if (att === undefined) return malformed('ATT PDU');
    const { values, ...told } = att;
    return { event: { type: 'att', ...on, ...told, ...lost }, values };
  }

  #left(end: FollowedEnd): DecodedDetail[] {
    this.#links.left(end);
    return this.#pending(end);
  }

  #pending(end: FollowedEnd): DecodedDetail[] {
    return DIRECTIONS.flatMap((direction) =>
      end[direction].end().map((each) => this.#followed(end, direction, each).event),
    );
  }

  /**
   * Of a link whose beginning was heard, one end tells both directions. Otherwise nobody knows which two
   * ends belong together: where there are several controllers, each tells what it receives.
   */
  #tells({ link, role }: FollowedEnd, direction: Direction): boolean {
    if (link.begun) return role === link.observer;
    return direction === 'received' || this.#controllers.count === 1;
  }

  #unbegun(controller: ControllerState, handle: number): FollowedEnd | undefined {
    if (controller.isOver(handle)) return undefined;
    const end = this.#links.unbegun(controller.identity);
    const central = this.#controllers.party(controller.identity);
    end.link.parties = { ...end.link.parties, central };
    this.#keep(controller, handle, end);
    return end;
  }

  /** Gives what was not finished on the link that had its place. */
  #keep(controller: ControllerState, handle: number, end: FollowedEnd): DecodedDetail[] {
    const replaced = controller.setLink(handle, end);
    return replaced === undefined ? [] : this.#left(replaced);
  }
}

const onLink = ({ link }: FollowedEnd): OnLink => ({ link: link.id, ...link.parties });
