import { AttError } from '../../hci/att/errors.js';
import { Att } from '../../hci/att/pdus.js';
import { concat } from '../../platform/bytes.js';
import { readableValue, refused } from './att-state.js';
import type { AttServer, AttState, Done, Refused } from './att-state.js';

/** How a client reads values whose handles it knows (Core, Vol 3 Part F 3.4.4). */

interface Handle {
  readonly handle: number;
}

const valueAt = (
  { handle }: Handle,
  { table }: AttServer,
  state: AttState,
): Uint8Array | Refused => {
  const attribute = table.at(handle);
  if (attribute === undefined) return refused(handle, AttError.invalidHandle);
  return readableValue(state, attribute) ?? refused(handle, AttError.readNotPermitted);
};

export const read = (request: Handle, server: AttServer, state: AttState): Done | Refused => {
  const value = valueAt(request, server, state);
  if ('code' in value) return value;
  return { pdu: Att.readResponse.build({ value: value.subarray(0, state.mtu - 1) }) };
};

export const readBlob = (
  request: Handle & { readonly offset: number },
  server: AttServer,
  state: AttState,
): Done | Refused => {
  const value = valueAt(request, server, state);
  if ('code' in value) return value;
  const { handle, offset } = request;
  const most = state.mtu - 1;
  // Who has read `most` bytes cannot know that there are no more, and gets an empty rest.
  if (value.length < most) return refused(handle, AttError.attributeNotLong);
  if (offset > value.length) return refused(handle, AttError.invalidOffset);
  return { pdu: Att.readBlobResponse.build({ value: value.subarray(offset, offset + most) }) };
};

/** Two values or more, one behind the other. */
const readAll = (
  { attributes }: { readonly attributes: readonly Handle[] },
  server: AttServer,
  state: AttState,
  response: typeof Att.readMultipleResponse,
  written: (value: Uint8Array) => Uint8Array,
): Done | Refused => {
  if (attributes.length < 2) return refused(0, AttError.invalidPdu);
  const values: Uint8Array[] = [];
  for (const attribute of attributes) {
    const value = valueAt(attribute, server, state);
    if ('code' in value) return value;
    values.push(written(value));
  }
  return { pdu: response.build({ value: concat(...values).subarray(0, state.mtu - 1) }) };
};

type ReadMultiple = (
  request: { readonly attributes: readonly Handle[] },
  server: AttServer,
  state: AttState,
) => Done | Refused;

export const readMultiple: ReadMultiple = (request, server, state) =>
  readAll(request, server, state, Att.readMultipleResponse, (value) => value);

/** Each behind its length, 2 bytes. */
export const readMultipleVariable: ReadMultiple = (request, server, state) =>
  readAll(request, server, state, Att.readMultipleVariableResponse, (value) =>
    concat(Uint8Array.of(value.length & 0xff, value.length >> 8), value),
  );
