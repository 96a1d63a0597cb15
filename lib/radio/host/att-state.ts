import { AttributeType } from '../../hci/att/attributes.js';
import { DEFAULT_MTU, MAX_MTU } from '../../hci/att/limits.js';
import { indicates } from '../../link/gatt-profile.js';
import { check, whole } from '../../platform/check.js';
import { Att } from '../../hci/att/pdus.js';
import type { PeripheralService } from '../types.js';
import type { Attribute, AttributeTable } from './attribute-table.js';

/** What a server offers to every client. */
export interface AttServer {
  readonly table: AttributeTable;
  /** The longest PDU that it takes, in bytes, 23 to 517. */
  readonly mtu: number;
}

/** What noble and bleno offer. */
const OFFERED_MTU = 256;

/** @throws PhoneKeyError `usage.invalid` unless 23 to 517 bytes */
export const offeredMtu = (mtu = OFFERED_MTU): number => {
  check('mtu', mtu, whole(DEFAULT_MTU, MAX_MTU));
  return mtu;
};

export interface PreparedWrite {
  readonly handle: number;
  readonly offset: number;
  readonly value: Uint8Array;
}

/** What a server knows of one client, for as long as their link is up. */
export interface AttState {
  /** ATT_MTU in bytes. */
  readonly mtu: number;
  readonly mtuExchanged: boolean;
  /** What the client has configured, by handle; where nothing, 0. */
  readonly configurations: ReadonlyMap<number, number>;
  /** Parts of values, in their order. */
  readonly prepared: readonly PreparedWrite[];
  /** The configuration by which the client has subscribed; it stays when the client unsubscribes. */
  readonly subscribed: (Attribute & { readonly service: PeripheralService }) | undefined;
}

export const NEW_CLIENT: AttState = {
  mtu: DEFAULT_MTU,
  mtuExchanged: false,
  configurations: new Map(),
  prepared: [],
  subscribed: undefined,
};

export type AttEffect =
  | { readonly type: 'send'; readonly pdu: Uint8Array }
  | { readonly type: 'subscribed'; readonly service: PeripheralService }
  /** To another service, or once more: each client has one link, once. */
  | { readonly type: 'subscribed-again' }
  | { readonly type: 'unsubscribed' }
  /** Of the service that the client is subscribed to; 1 to 512 bytes. */
  | { readonly type: 'chunk'; readonly value: Uint8Array }
  /** Of the last indication, if one was under way. */
  | { readonly type: 'confirmed' };

/** A client's request, or command, was carried out. */
export interface Done {
  /** Undefined where the state is as before. */
  readonly state?: AttState;
  /** The answer; what commands would be answered is not sent. */
  readonly pdu: Uint8Array;
  /** After the answer was sent. */
  readonly effects?: readonly AttEffect[];
}

/** It was not, for this attribute. */
export interface Refused {
  readonly state?: AttState;
  readonly handle: number;
  /** An AttError. */
  readonly code: number;
}

export const refused = (handle: number, code: number): Refused => ({ handle, code });

export const isConfiguration = ({ type }: Attribute): boolean =>
  type === AttributeType.clientConfiguration;

/** What the client may read; undefined for what nobody may. */
export const readableValue = (state: AttState, attribute: Attribute): Uint8Array | undefined =>
  isConfiguration(attribute)
    ? Uint8Array.of(state.configurations.get(attribute.handle) ?? 0, 0)
    : attribute.value;

export const isSubscribed = ({ subscribed, configurations }: AttState): boolean =>
  subscribed !== undefined && configurations.get(subscribed.handle) !== 0;

/** How chunks go to the client that has subscribed. */
export const chunkPdu = ({
  subscribed,
}: AttState): { readonly declared: typeof Att.notification; readonly handle: number } => ({
  declared: subscribed && indicates(subscribed.service.profile) ? Att.indication : Att.notification,
  // A configuration stands behind its value.
  handle: (subscribed?.handle ?? 0) - 1,
});
