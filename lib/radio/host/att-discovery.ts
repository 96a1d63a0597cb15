import { AttributeType } from '../../hci/att/attributes.js';
import { AttError } from '../../hci/att/errors.js';
import { Att } from '../../hci/att/pdus.js';
import { uuidText } from '../../hci/text.js';
import { sameBytes } from '../../platform/bytes.js';
import { uuidBytes } from '../advertising-data.js';
import { readableValue, refused } from './att-state.js';
import type { AttServer, AttState, Done, Refused } from './att-state.js';
import type { Attribute } from './attribute-table.js';

/** How a client finds out what there is (Core, Vol 3 Part F 3.4.3, 3.4.4.1 and 3.4.4.9). */

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Typed extends Range {
  /** 2 or 16 bytes; others are no UUID. */
  readonly type: Uint8Array;
}

/** What groups attributes (Part G 2.5.3). */
const GROUPS: readonly string[] = [AttributeType.primaryService, AttributeType.secondaryService];

/** At least one. */
type Found = readonly [Attribute, ...Attribute[]];

/** @param groups types that may be asked for, where not all may */
const inRange = (
  { table }: AttServer,
  { start, end }: Range,
  type?: string,
  groups?: readonly string[],
): Found | Refused => {
  if (start === 0 || start > end) return refused(start, AttError.invalidHandle);
  if (type !== undefined && groups?.includes(type) === false) {
    return refused(start, AttError.unsupportedGroupType);
  }
  const all = table.between(start, end);
  const [first, ...more] = type === undefined ? all : all.filter((each) => each.type === type);
  return first === undefined ? refused(start, AttError.attributeNotFound) : [first, ...more];
};

/** From the first one on, as far as `isAlike` holds, but at most so many. */
const leading = <T>(items: readonly T[], most: number, isAlike: (item: T) => boolean): T[] => {
  const other = items.findIndex((item) => !isAlike(item));
  return items.slice(0, Math.min(most, other < 0 ? items.length : other));
};

export const findInformation = (
  range: Range,
  server: AttServer,
  { mtu }: AttState,
): Done | Refused => {
  const found = inRange(server, range);
  if ('code' in found) return found;
  const typed = found.map(({ handle, type }) => ({ handle, type: uuidBytes(type) }));
  const length = typed[0]?.type.length ?? 0;
  const most = Math.floor((mtu - 2) / (2 + length));
  const attributes = leading(typed, most, ({ type }) => type.length === length);
  return { pdu: Att.findInformationResponse.build({ format: length === 2 ? 1 : 2, attributes }) };
};

export const findByTypeValue = (
  request: Typed & { readonly value: Uint8Array },
  server: AttServer,
  state: AttState,
): Done | Refused => {
  const found = inRange(server, request, uuidText(request.type));
  if ('code' in found) return found;
  const attributes = found.filter((attribute) => {
    const value = readableValue(state, attribute);
    return value !== undefined && sameBytes(value, request.value);
  });
  if (attributes.length === 0) return refused(request.start, AttError.attributeNotFound);
  const most = Math.floor((state.mtu - 1) / 4);
  return { pdu: Att.findByTypeValueResponse.build({ attributes: attributes.slice(0, most) }) };
};

export const readByType = (request: Typed, server: AttServer, state: AttState): Done | Refused =>
  list(request, server, state, Att.readByTypeResponse, 2);

export const readByGroupType = (
  request: Typed,
  server: AttServer,
  state: AttState,
): Done | Refused => list(request, server, state, Att.readByGroupTypeResponse, 4, GROUPS);

/**
 * Entries of one length: handles (2 bytes, or 4 with the end of a group) and a value. A value that is too
 * long for an entry is cut, and what has another length than the first needs a request of its own.
 */
const list = (
  request: Typed,
  server: AttServer,
  state: AttState,
  response: typeof Att.readByTypeResponse | typeof Att.readByGroupTypeResponse,
  handleBytes: number,
  groups?: readonly string[],
): Done | Refused => {
  const { type } = request;
  if (type.length !== 2 && type.length !== 16) return refused(0, AttError.invalidPdu);
  const found = inRange(server, request, uuidText(type), groups);
  if ('code' in found) return found;
  const valueOf = (each: Attribute): Uint8Array | undefined => readableValue(state, each);
  const value = valueOf(found[0]);
  if (value === undefined) return refused(found[0].handle, AttError.readNotPermitted);
  // The length of an entry has one byte.
  const length = Math.min(handleBytes + value.length, state.mtu - 2, 0xff);
  const most = Math.floor((state.mtu - 2) / length);
  const attributes = leading(found, most, (each) => valueOf(each)?.length === value.length).map(
    (each) => ({ ...each, value: (valueOf(each) ?? value).subarray(0, length - handleBytes) }),
  );
  return { pdu: response.build({ length, attributes }) };
};
