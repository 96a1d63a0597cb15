import type { Direction } from '../capture/btsnoop.js';
import { Status } from '../../lib/hci/constants.js';
import type { AclPacket } from '../../lib/hci/h4.js';
import { Channel } from '../../lib/hci/l2cap.js';
import type { L2capPdu } from '../../lib/hci/l2cap.js';
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

import type { UuidNames } from './uuids.js';

export interface LinkEvent {
  readonly event: DecodedDetail;
  readonly values: readonly AttributeValue[];
}

/** Links and what goes over them, each thing told once although both ends report it. */
export class LinkDecoder {
  readonly #controllers: Controllers;
  readonly #links: Links;

  constructor(controllers: Controllers, uuidNames: UuidNames) {
    this.#controllers = controllers;
    this.#links = new Links(uuidNames);
  }

  connected(
    controller: ControllerState,
    connection: ConnectionComplete,
  ): DecodedDetail | undefined {
    const { status, handle, role, peer, intervalMs, latency, timeoutMs } = connection;
    const device = this.#controllers.party(controller.identity);
    if (status !== Status.success) {
      return { type: 'not-connected', device, status, reason: statusName(status) };
    }
    if (connection.localRpa !== undefined) controller.identity.addRandom(connection.localRpa);
    if (role === 'peripheral') controller.sets.connected();
    const { end, isNew } = this.#links.connected(controller.identity, connection);
    this.#keep(controller, handle, end);
    const { link } = end;
    const parties = isNew
      ? { [otherEnd(role)]: this.#controllers.partyAt(peer), [role]: device }
      : { [role]: device };
    link.parties = { ...link.parties, ...parties };
    if (!isNew) return undefined;
    const parameters = { intervalMs, latency, timeoutMs };
    link.told.set('parameters', JSON.stringify(parameters));
    return { type: 'connected', ...onLink(end), ...parameters };
  }

  disconnected(
    controller: ControllerState,
    { handle, reason }: { readonly handle: number; readonly reason: number },
  ): DecodedDetail | undefined {
    const end = controller.removeLink(handle);
    if (end === undefined) return undefined;
    this.#links.left(end);
    const { link } = end;
    if (link.over) return undefined;
    link.over = true;
    return { type: 'disconnected', ...onLink(end), status: reason, reason: statusName(reason) };
  }

  /** A controller that will not be heard any more; the other ends of its links tell the rest. */
  left(controller: ControllerState): void {
    for (const end of controller.links) this.#links.left(end);
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
  data(
    controller: ControllerState,
    direction: Direction,
    { handle, boundary, data }: AclPacket,
  ): LinkEvent | undefined {
    const end = controller.link(handle) ?? this.#unbegun(controller, handle);
    if (end === undefined || !this.#tells(end, direction)) return undefined;
    const pdu = end[direction].push(boundary, data);
    return pdu && this.#pdu(controller, end, direction, pdu);
  }

  #pdu(
    { identity }: ControllerState,
    end: FollowedEnd,
    direction: Direction,
    pdu: L2capPdu | 'malformed',
  ): LinkEvent {
    const malformed = (what: string): LinkEvent => ({
      event: { type: 'malformed', device: this.#controllers.party(identity), what },
      values: [],
    });
    if (pdu === 'malformed') return malformed('L2CAP PDU');
    const from = direction === 'sent' ? end.role : otherEnd(end.role);
    if (pdu.channel !== Channel.att) {
      const { channel } = pdu;
      const event = { type: 'l2cap', ...onLink(end), from, channel, ...describePdu(pdu) } as const;
      return { event, values: [] };
    }
    const att = end.link.att.decode(from, pdu.payload);
    if (att === undefined) return malformed('ATT PDU');
    const { values, ...told } = att;
    return { event: { type: 'att', ...onLink(end), from, ...told }, values };
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

  #keep(controller: ControllerState, handle: number, end: FollowedEnd): void {
    const replaced = controller.setLink(handle, end);
    if (replaced !== undefined) this.#links.left(replaced);
  }
}

const onLink = ({ link }: FollowedEnd): OnLink => ({ link: link.id, ...link.parties });
