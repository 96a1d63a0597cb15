import { AttError } from '../../hci/att/errors.js';
import { DEFAULT_MTU } from '../../hci/att/limits.js';
import { Att, ATT_PDUS } from '../../hci/att/pdus.js';
import type { AttDeclaration } from '../../hci/att/pdus.js';
import type { Shape, Values } from '../../hci/layout.js';
import { findByTypeValue, findInformation, readByGroupType, readByType } from './att-discovery.js';
import { read, readBlob, readMultiple, readMultipleVariable } from './att-reading.js';
import { refused } from './att-state.js';
import type { AttEffect, AttServer, AttState, Done, Refused } from './att-state.js';
import { executeWrite, prepareWrite, writeCommand, writeRequest } from './att-writing.js';

type Serve<S extends Shape> = (
  parameters: Values<S>,
  server: AttServer,
  state: AttState,
) => Done | Refused;

/** Takes the parameters of one opcode. */
type Handler = (parameters: Uint8Array, server: AttServer, state: AttState) => Done | Refused;

const INVALID = refused(0, AttError.invalidPdu);

const on = <S extends Shape>(
  declared: AttDeclaration<S>,
  serve: Serve<S>,
): readonly [opcode: number, Handler] => [
  declared.opcode,
  (bytes, server, state) => {
    const parameters = declared.parameters.exact(bytes);
    const isValid = parameters !== undefined && declared.parameters.allows(parameters);
    return isValid ? serve(parameters, server, state) : INVALID;
  },
];

/** Once in a link (3.4.2); the smaller of the two then holds, but never less than the default. */
const exchangeMtu: Serve<typeof Att.mtuRequest.parameters.shape> = ({ mtu }, server, state) => {
  if (state.mtuExchanged) return refused(0, AttError.requestNotSupported);
  const agreed = Math.max(DEFAULT_MTU, Math.min(mtu, server.mtu));
  return {
    pdu: Att.mtuResponse.build({ mtu: server.mtu }),
    state: { ...state, mtu: agreed, mtuExchanged: true },
  };
};

const HANDLERS: ReadonlyMap<number, Handler> = new Map([
  on(Att.mtuRequest, exchangeMtu),
  on(Att.findInformationRequest, findInformation),
  on(Att.findByTypeValueRequest, findByTypeValue),
  on(Att.readByTypeRequest, readByType),
  on(Att.readRequest, read),
  on(Att.readBlobRequest, readBlob),
  on(Att.readMultipleRequest, readMultiple),
  on(Att.readByGroupTypeRequest, readByGroupType),
  on(Att.writeRequest, writeRequest),
  on(Att.prepareWriteRequest, prepareWrite),
  on(Att.executeWriteRequest, executeWrite),
  on(Att.readMultipleVariableRequest, readMultipleVariable),
  on(Att.writeCommand, writeCommand),
]);

/** Opcodes with this bit are commands, which have no answer (3.3.1). */
const COMMAND = 0x40;

/** What has an answer: requests, and whatever might be one of a later specification. */
const isRequest = (opcode: number): boolean =>
  (opcode & COMMAND) === 0 && (HANDLERS.has(opcode) || !ATT_PDUS.has(opcode));

export interface AttStep {
  readonly state: AttState;
  readonly effects: readonly AttEffect[];
}

/**
 * What a server does on a PDU of its client (Core 5.4, Vol 3 Part F and G), which may be any bytes. Each
 * request has one answer, of at most `state.mtu` bytes. Commands that cannot be carried out, and answers to
 * nothing, are ignored.
 */
export const serveAtt = (server: AttServer, state: AttState, pdu: Uint8Array): AttStep => {
  const [opcode] = pdu;
  if (opcode === undefined) return { state, effects: [] };
  if (opcode === Att.confirmation.opcode && pdu.length === 1) {
    return { state, effects: [{ type: 'confirmed' }] };
  }
  const handler = HANDLERS.get(opcode) ?? (() => refused(0, AttError.requestNotSupported));
  const outcome = pdu.length > state.mtu ? INVALID : handler(pdu.subarray(1), server, state);
  const effects: AttEffect[] = [];
  if (isRequest(opcode)) {
    const answer =
      'pdu' in outcome ? outcome.pdu : Att.error.build({ request: opcode, ...outcome });
    effects.push({ type: 'send', pdu: answer });
  }
  if ('pdu' in outcome) effects.push(...(outcome.effects ?? []));
  return { state: outcome.state ?? state, effects };
};
