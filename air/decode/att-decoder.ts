import { attErrorName } from '../../lib/hci/att/errors.js';
import { Att, ATT_PDUS } from '../../lib/hci/att/pdus.js';
import { hexNumber, uuidText } from '../../lib/hci/text.js';
import { parsed, readable } from '../../lib/hci/reader.js';
import { attName, followedPdu } from './att.js';
import type { Attribute, FollowedPdu } from './att.js';
import { shortList } from './fields.js';
import type { Fields } from './fields.js';
import { CHARACTERISTIC, CLIENT_CONFIGURATION } from './gatt-database.js';
import type { GattDatabase } from './gatt-database.js';
import { uuidName } from './uuids.js';
import type { UuidNames } from './uuids.js';

/** A value that was written, notified or indicated, and what it belongs to. */
export interface AttributeValue {
  readonly uuid: string;
  readonly toServer: boolean;
  readonly value: Uint8Array;
}

export interface AttEvent {
  readonly opcode: number;
  readonly name: string;
  readonly fields: Fields;
  readonly values: readonly AttributeValue[];
}

/** What a client sends has an even opcode, all else comes from the server. */
const isFromClient = (opcode: number): boolean => ATT_PDUS.has(opcode) && opcode % 2 === 0;

/** Commands (bit 6, Vol 3 Part F 3.3.1) and confirmations have no answer. */
const isAnswered = (opcode: number): boolean =>
  (opcode & 0x40) === 0 && opcode !== Att.confirmation.opcode;

const WITH_VALUES: ReadonlySet<number> = new Set([
  Att.writeRequest.opcode,
  Att.writeCommand.opcode,
  Att.notification.opcode,
  Att.indication.opcode,
  Att.multipleNotifications.opcode,
]);

export type End = 'central' | 'peripheral';

export const otherEnd = (end: End): End => (end === 'central' ? 'peripheral' : 'central');

/** ATT on one link; either end may be a client of the other. */
export class AttDecoder {
  readonly #databases: Readonly<Record<End, GattDatabase>>;
  readonly #names: UuidNames;
  /** By client; a client has one request under way (Vol 3 Part F 3.3.2). */
  readonly #requests = new Map<End, FollowedPdu>();

  /** @param databases by server */
  constructor(databases: Readonly<Record<End, GattDatabase>>, names: UuidNames) {
    this.#databases = databases;
    this.#names = names;
  }

  /** Undefined for a PDU that ends too early. */
  decode(from: End, payload: Uint8Array): AttEvent | undefined {
    const pdu = readable(() => followedPdu(payload));
    if (pdu === undefined) return undefined;
    const toServer = isFromClient(pdu.opcode);
    const client = toServer ? from : otherEnd(from);
    const database = this.#databases[otherEnd(client)];
    const request = toServer ? undefined : this.#requests.get(client);
    if (toServer && isAnswered(pdu.opcode)) this.#requests.set(client, pdu);
    else if (!toServer && !WITH_VALUES.has(pdu.opcode)) this.#requests.delete(client);
    learn(database, pdu, request);
    return {
      opcode: pdu.opcode,
      name: attName(pdu.opcode),
      fields: this.#fields(database, pdu, request, payload.length),
      values: WITH_VALUES.has(pdu.opcode) ? valuesOf(database, pdu, toServer) : [],
    };
  }

  #fields(
    database: GattDatabase,
    { opcode, mtu, range, error, attributes, value }: FollowedPdu,
    request: FollowedPdu | undefined,
    bytes: number,
  ): Fields {
    if (mtu !== undefined) return { mtu };
    if (range !== undefined) {
      const { start, end, uuid } = range;
      return { start, end, ...(uuid === undefined ? {} : this.#labelled(uuid)) };
    }
    if (error !== undefined) {
      const { request: refused, handle, code } = error;
      return { request: attName(refused), handle, reason: attErrorName(code) };
    }
    if (LISTS.has(opcode))
      return { found: shortList((attributes ?? []).map(this.#found(database))) };
    if (attributes !== undefined) return this.#attributes(database, attributes);
    // An answer without a handle is about what was asked for.
    const [asked] = request?.attributes ?? [];
    const about = asked === undefined ? {} : this.#attribute(database, asked.handle);
    if (value !== undefined) return { ...about, bytes: value.length };
    return KNOWN_EMPTY.has(opcode) ? about : { bytes };
  }

  #attributes(database: GattDatabase, attributes: readonly Attribute[]): Fields {
    const [first, ...more] = attributes;
    if (first === undefined) return {};
    const bytes = attributes.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    return {
      ...this.#attribute(database, first.handle),
      ...(more.length === 0 ? {} : { others: more.length }),
      ...(first.value === undefined ? {} : { bytes }),
    };
  }

  #attribute(database: GattDatabase, handle: number): Fields {
    const uuid = database.uuid(handle);
    if (uuid === undefined) return { handle };
    const { attribute } = this.#labelled(uuid);
    const owner = uuid === CLIENT_CONFIGURATION ? database.characteristicBefore(handle) : undefined;
    const of = owner === undefined ? '' : ` of ${uuidName(owner, this.#names)}`;
    return { attribute: `${attribute}${of}`, uuid, handle };
  }

  #labelled(uuid: string): { readonly attribute: string; readonly uuid: string } {
    return { attribute: uuidName(uuid, this.#names), uuid };
  }

  /** `0x000c toCar`: of a declaration, what it declares. */
  #found =
    (database: GattDatabase) =>
    ({ handle, endHandle, value }: Attribute): string => {
      const declared = value && declaredUuid(database.uuid(handle), value);
      const uuid = declared ?? database.uuid(handle);
      const span = endHandle === undefined ? '' : `-${hexNumber(endHandle, 2)}`;
      const what = uuid === undefined ? '' : ` ${uuidName(uuid, this.#names)}`;
      return `${hexNumber(handle, 2)}${span}${what}`;
    };
}

const LISTS: ReadonlySet<number> = new Set([
  Att.findInformationResponse.opcode,
  Att.findByTypeValueResponse.opcode,
  Att.readByTypeResponse.opcode,
  Att.readByGroupTypeResponse.opcode,
]);

const KNOWN_EMPTY: ReadonlySet<number> = new Set([
  Att.writeResponse.opcode,
  Att.executeWriteRequest.opcode,
  Att.executeWriteResponse.opcode,
  Att.confirmation.opcode,
]);

const learn = (
  database: GattDatabase,
  pdu: FollowedPdu,
  request: FollowedPdu | undefined,
): void => {
  if (!LISTS.has(pdu.opcode)) return;
  // The type of what is found is told (Find Information), or it is the type that was asked for.
  const type = request?.opcode === pdu.opcode - 1 ? request.range?.uuid : undefined;
  for (const { handle, uuid, value } of pdu.attributes ?? []) {
    const learnt = uuid ?? type;
    if (learnt !== undefined) database.learn(handle, learnt);
    if (type === CHARACTERISTIC && value !== undefined) database.learnCharacteristic(handle, value);
  }
};

const SERVICES: ReadonlySet<string | undefined> = new Set(['2800', '2801']);

/** The UUID in the value of a declaration of a service or a characteristic. */
const declaredUuid = (type: string | undefined, value: Uint8Array): string | undefined =>
  parsed(value, (reader) => {
    if (type === CHARACTERISTIC) reader.bytes(3);
    else if (!SERVICES.has(type)) return undefined;
    return uuidText(reader.bytes(reader.left === 2 ? 2 : 16));
  });

const valuesOf = (
  database: GattDatabase,
  { attributes = [] }: FollowedPdu,
  toServer: boolean,
): AttributeValue[] =>
  attributes.flatMap(({ handle, value }) => {
    const uuid = database.uuid(handle);
    return uuid === undefined || value === undefined ? [] : [{ uuid, toServer, value }];
  });
