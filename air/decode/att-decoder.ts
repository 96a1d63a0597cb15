import { attErrorName } from '../../lib/hci/att/errors.js';
import { AttributeType } from '../../lib/hci/att/attributes.js';
import { Att, ATT_PDUS } from '../../lib/hci/att/pdus.js';
import { readable, Reader } from '../../lib/hci/reader.js';
import { hexNumber } from '../../lib/hci/text.js';
import { shortList } from './fields.js';
import type { Fields } from './fields.js';
import { uuidIn } from './gatt-database.js';
import type { GattDatabase } from './gatt-database.js';
import { uuidName } from './uuids.js';
import type { UuidNames } from './uuids.js';

const { primaryService, secondaryService, include, characteristic, clientConfiguration } =
  AttributeType;
const DECLARATIONS: ReadonlySet<string> = new Set([
  primaryService,
  secondaryService,
  include,
  characteristic,
]);

/** A value that was written, read, notified or indicated, and what it belongs to. */
export interface AttributeValue {
  /** Of the attribute, 1 to 0xffff. */
  readonly handle: number;
  /** Null where nobody was heard to discover it. */
  readonly uuid: string | null;
  /** True for what the client wrote, false for what the server notified or indicated. */
  readonly toServer: boolean;
  /** True: the answer to a read (of several attributes: their values in a row, under the handle of the first). */
  readonly read: boolean;
  /** As it went over the air, at most 512 bytes: it may hold whatever an app keeps secret. */
  readonly value: Uint8Array;
}

export interface AttEvent {
  readonly opcode: number;
  readonly name: string;
  readonly fields: Fields;
  readonly values: readonly AttributeValue[];
}

/** A part of a PDU that says something about one attribute. */
interface Attribute {
  readonly handle: number;
  /** Where the PDU itself tells the type: 2 or 16 bytes. */
  readonly type?: Uint8Array;
  readonly endHandle?: number;
  readonly value?: Uint8Array;
}

/** The fields that PDUs have, under the names that they have in all of them. */
interface AttPdu {
  readonly opcode: number;
  readonly mtu?: number;
  /** First and last handle that are searched, and the type that is looked for. */
  readonly start?: number;
  readonly end?: number;
  readonly type?: Uint8Array;
  /** Of an error: what was refused, and why. */
  readonly request?: number;
  readonly code?: number;
  readonly handle?: number;
  readonly offset?: number;
  readonly attributes?: readonly Attribute[];
  readonly value?: Uint8Array;
}

const attName = (opcode: number): string =>
  ATT_PDUS.get(opcode)?.name ?? `ATT opcode ${hexNumber(opcode)}`;

/** What says something about one attribute gives that as `attributes`. @throws PacketError */
const readPdu = (payload: Uint8Array): AttPdu => {
  const reader = new Reader(payload);
  const opcode = reader.u8();
  const pdu: AttPdu = { opcode, ...ATT_PDUS.get(opcode)?.parameters.take(reader) };
  const { type, code, handle, offset, value } = pdu;
  if (type !== undefined) uuidIn(type);
  if (handle === undefined || code !== undefined) return pdu;
  // Nothing is prepared by a part without a value.
  const hasValue = value !== undefined && (offset === undefined || value.length > 0);
  return { opcode, attributes: [{ handle, ...(hasValue && { value }) }] };
};

/** What a client sends has an even opcode, all else comes from the server. */
const isFromClient = (opcode: number): boolean => ATT_PDUS.has(opcode) && opcode % 2 === 0;

/** Commands (bit 6, Vol 3 Part F 3.3.1) and confirmations have no answer. */
const isAnswered = (opcode: number): boolean =>
  (opcode & 0x40) === 0 && opcode !== Att.confirmation.opcode;

/** What a server tells without being asked. */
const UNASKED: ReadonlySet<number> = new Set([
  Att.notification.opcode,
  Att.indication.opcode,
  Att.multipleNotifications.opcode,
]);

const READS: ReadonlySet<number> = new Set([
  Att.readResponse.opcode,
  Att.readBlobResponse.opcode,
  Att.readMultipleResponse.opcode,
  Att.readMultipleVariableResponse.opcode,
]);

/** An end of a link. */
export type End = 'central' | 'peripheral';

export const otherEnd = (end: End): End => (end === 'central' ? 'peripheral' : 'central');

/** ATT on one link; either end may be a client of the other. */
export class AttDecoder {
  readonly #databases: Readonly<Record<End, GattDatabase>>;
  readonly #names: UuidNames;
  /** By client; a client has one request under way (Vol 3 Part F 3.3.2). */
  readonly #requests = new Map<End, AttPdu>();

  /** @param databases by server */
  constructor(databases: Readonly<Record<End, GattDatabase>>, names: UuidNames) {
    this.#databases = databases;
    this.#names = names;
  }

  /**
   * Undefined for a PDU that ends too early.
   * @param cut bytes at its end that a capture did not keep: then it is told as far as it is there, and nothing
   *   is taken for a value, or learnt
   */
  decode(from: End, payload: Uint8Array, cut = 0): AttEvent | undefined {
    const whole = readable(() => readPdu(payload));
    const [code] = payload;
    const pdu = whole ?? (cut === 0 || code === undefined ? undefined : { opcode: code });
    if (pdu === undefined) return undefined;
    const toServer = isFromClient(pdu.opcode);
    const client = toServer ? from : otherEnd(from);
    const database = this.#databases[otherEnd(client)];
    const request = toServer ? undefined : this.#requests.get(client);
    if (toServer && isAnswered(pdu.opcode)) this.#requests.set(client, pdu);
    else if (!toServer && !UNASKED.has(pdu.opcode)) this.#requests.delete(client);
    if (cut === 0) learn(database, pdu, request);
    const fields: Fields =
      whole === undefined
        ? { bytes: payload.length }
        : this.#fields(database, pdu, request, payload.length);
    const { bytes } = fields;
    return {
      opcode: pdu.opcode,
      name: attName(pdu.opcode),
      fields: typeof bytes === 'number' ? { ...fields, bytes: bytes + cut } : fields,
      values: cut === 0 ? valuesOf(database, pdu, request, toServer) : [],
    };
  }

  #fields(
    database: GattDatabase,
    { opcode, mtu, start, end, type, request, handle, code, attributes, value }: AttPdu,
    asked: AttPdu | undefined,
    bytes: number,
  ): Fields {
    if (mtu !== undefined) return { mtu };
    if (start !== undefined && end !== undefined) {
      return { start, end, ...(type && this.#labelled(uuidIn(type))) };
    }
    if (request !== undefined && handle !== undefined && code !== undefined) {
      return { request: attName(request), handle, reason: attErrorName(code) };
    }
    if (LISTS.has(opcode))
      return { found: shortList((attributes ?? []).map(this.#found(database))) };
    if (attributes !== undefined) return this.#attributes(database, attributes);
    // An answer without a handle is about what was asked for.
    const [subject] = asked?.attributes ?? [];
    const about = subject === undefined ? {} : this.#attribute(database, subject.handle);
    if (value !== undefined) return { ...about, bytes: value.length };
    return ATT_PDUS.has(opcode) ? about : { bytes };
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
    const owner = uuid === clientConfiguration ? database.characteristicBefore(handle) : undefined;
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

const learn = (database: GattDatabase, pdu: AttPdu, request: AttPdu | undefined): void => {
  if (!LISTS.has(pdu.opcode)) return;
  // The type of what is found is told (Find Information), or it is the type that was asked for.
  const wanted = request?.opcode === pdu.opcode - 1 ? request.type : undefined;
  const declares = wanted !== undefined && uuidIn(wanted) === characteristic;
  for (const { handle, type = wanted, value } of pdu.attributes ?? []) {
    if (type !== undefined) database.learn(handle, uuidIn(type));
    if (declares && value !== undefined) database.learnCharacteristic(handle, value);
  }
};

/** The UUID in the value of a declaration of a service or a characteristic. */
const declaredUuid = (type: string | undefined, value: Uint8Array): string | undefined => {
  const isService = type === primaryService || type === secondaryService;
  if (!isService && type !== characteristic) return undefined;
  return readable(() => uuidIn(isService ? value : value.subarray(3)));
};

/** What is read of that type is how the server is made, which is told as what was found. */
const declares = (type: Uint8Array | undefined): boolean =>
  type === undefined || DECLARATIONS.has(uuidIn(type));

const valuesOf = (
  database: GattDatabase,
  { opcode, attributes = [], value }: AttPdu,
  request: AttPdu | undefined,
  toServer: boolean,
): AttributeValue[] => {
  const [asked] = request?.attributes ?? [];
  const byType = opcode === Att.readByTypeResponse.opcode && !declares(request?.type);
  const read = byType || READS.has(opcode);
  const found = asked !== undefined && value ? [{ ...asked, value }] : attributes;
  if (!read && !toServer && !UNASKED.has(opcode)) return [];
  return found.flatMap(({ handle, value: each }) => {
    const uuid = database.uuid(handle) ?? null;
    return each === undefined ? [] : [{ handle, uuid, toServer, read, value: each }];
  });
};
