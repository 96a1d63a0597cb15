import { AttError } from '../../hci/att/errors.js';
import { MAX_VALUE_BYTES } from '../../hci/att/limits.js';
import { Att } from '../../hci/att/pdus.js';
import { PropertyBit } from '../gatt-row.js';
import { isConfiguration, isSubscribed, refused } from './att-state.js';
import type { AttEffect, AttServer, AttState, Done, PreparedWrite, Refused } from './att-state.js';
import type { Attribute } from './attribute-table.js';

/** How a client writes (Core, Vol 3 Part F 3.4.5 and 3.4.6). */

/** Parts that wait at most: at the least MTU a value of 512 bytes has 29. */
const MAX_PREPARED = 64;

const EMPTY = new Uint8Array(0);

interface Write {
  readonly handle: number;
  readonly value: Uint8Array;
}

/** What may be written to in this manner. */
const writableAt = (
  { table }: AttServer,
  handle: number,
  property: number,
): Attribute | Refused => {
  const attribute = table.at(handle);
  if (attribute === undefined) return refused(handle, AttError.invalidHandle);
  const isWritable = isConfiguration(attribute) || (attribute.properties & property) !== 0;
  return isWritable ? attribute : refused(handle, AttError.writeNotPermitted);
};

/** Whether the attribute takes this value. */
const wrongValue = (attribute: Attribute, value: Uint8Array): Refused | undefined => {
  const { handle, properties } = attribute;
  if (!isConfiguration(attribute)) {
    return value.length > MAX_VALUE_BYTES
      ? refused(handle, AttError.invalidAttributeValueLength)
      : undefined;
  }
  if (value.length !== 2) return refused(handle, AttError.invalidAttributeValueLength);
  const [low = 0, high = 0] = value;
  // Bit 0 for notifications, bit 1 for indications (Part G 3.3.3.3).
  const notifies = (properties & PropertyBit.notify) !== 0 ? 1 : 0;
  const indicates = (properties & PropertyBit.indicate) !== 0 ? 2 : 0;
  const isAllowed = high === 0 && (low & ~(notifies | indicates)) === 0;
  return isAllowed ? undefined : refused(handle, AttError.valueNotAllowed);
};

interface Written {
  readonly state: AttState;
  readonly effects: readonly AttEffect[];
}

const configured = (state: AttState, attribute: Attribute, value: number): Written => {
  const { handle, service } = attribute;
  const before = state.configurations.get(handle) ?? 0;
  const after = { ...state, configurations: new Map(state.configurations).set(handle, value) };
  if (before === value || service === undefined) return { state: after, effects: [] };
  const { subscribed } = state;
  if (value === 0) {
    const effects = subscribed?.handle === handle ? [{ type: 'unsubscribed' } as const] : [];
    return { state: after, effects };
  }
  if (subscribed !== undefined) return { state: after, effects: [{ type: 'subscribed-again' }] };
  return {
    state: { ...after, subscribed: { ...attribute, service } },
    effects: [{ type: 'subscribed', service }],
  };
};

const written = (state: AttState, attribute: Attribute, value: Uint8Array): Written => {
  if (isConfiguration(attribute)) return configured(state, attribute, value[0] ?? 0);
  const { service } = attribute;
  // Bytes before the subscription belong to nobody and are dropped.
  const isHeard = isSubscribed(state) && state.subscribed?.service === service;
  return { state, effects: isHeard && value.length > 0 ? [{ type: 'chunk', value }] : [] };
};

/** A Write Request or, by another property, a Write Command. */
const writeBy =
  (property: number) =>
  ({ handle, value }: Write, server: AttServer, state: AttState): Done | Refused => {
    const attribute = writableAt(server, handle, property);
    if ('code' in attribute) return attribute;
    const wrong = wrongValue(attribute, value);
    if (wrong !== undefined) return wrong;
    return { pdu: Att.writeResponse.build({}), ...written(state, attribute, value) };
  };

export const writeRequest = writeBy(PropertyBit.write);
export const writeCommand = writeBy(PropertyBit.writeWithoutResponse);

/** Whether parts fit together is looked at when they are executed. */
export const prepareWrite = (
  part: PreparedWrite,
  server: AttServer,
  state: AttState,
): Done | Refused => {
  const attribute = writableAt(server, part.handle, PropertyBit.write);
  if ('code' in attribute) return attribute;
  if (state.prepared.length >= MAX_PREPARED) {
    return refused(part.handle, AttError.prepareQueueFull);
  }
  // A copy: the radio hands out views.
  const prepared = [...state.prepared, { ...part, value: part.value.slice() }];
  return { pdu: Att.prepareWriteResponse.build(part), state: { ...state, prepared } };
};

/** The whole values of the parts, by handle, in the order in which they began. */
const assembled = (parts: readonly PreparedWrite[]): ReadonlyMap<number, Uint8Array> | Refused => {
  const values = new Map<number, Uint8Array>();
  for (const { handle, offset, value } of parts) {
    const before = values.get(handle) ?? EMPTY;
    if (offset > before.length) return refused(handle, AttError.invalidOffset);
    const after = new Uint8Array(Math.max(before.length, offset + value.length));
    after.set(before);
    after.set(value, offset);
    values.set(handle, after);
  }
  return values;
};

/** Carries out all that is prepared, or nothing of it. */
const execute = (server: AttServer, state: AttState): Written | Refused => {
  const values = assembled(state.prepared);
  if ('code' in values) return values;
  const writes: (readonly [Attribute, Uint8Array])[] = [];
  for (const [handle, value] of values) {
    const attribute = writableAt(server, handle, PropertyBit.write);
    if ('code' in attribute) return attribute;
    const wrong = wrongValue(attribute, value);
    if (wrong !== undefined) return wrong;
    writes.push([attribute, value]);
  }
  return writes.reduce<Written>(
    (before, [attribute, value]) => {
      const { state: after, effects } = written(before.state, attribute, value);
      return { state: after, effects: [...before.effects, ...effects] };
    },
    { state, effects: [] },
  );
};

/** @param flags 0 cancels, 1 writes; the queue is empty afterwards in any case */
export const executeWrite = (
  { flags }: { readonly flags: number },
  server: AttServer,
  state: AttState,
): Done | Refused => {
  const cleared: AttState = { ...state, prepared: [] };
  const done = { pdu: Att.executeWriteResponse.build({}), state: cleared };
  if (flags === 0) return done;
  const result = execute(server, state);
  return 'code' in result
    ? { ...result, state: cleared }
    : { ...done, ...result, state: { ...result.state, prepared: [] } };
};
