import type { Socket } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Clock } from '../../lib/platform/clock.js';
import { handleCall, handleStream, serve } from '../../local/rpc/server.js';
import type { Handler } from '../../local/rpc/server.js';
import type { VirtualAir } from '../air.js';
import type { HubOperations } from './hub-operations.js';
import { HUB } from './control.js';
import { watchAir } from './watch.js';

/** What a control connection begins with; no H4 packet does. */
export const CONTROL_BYTE = 0x7b; // {

export const hubHandlers = (
  air: VirtualAir,
  operations: HubOperations,
  clock: Clock,
): Handler[] => [
  handleCall(HUB.info, () => operations.info()),
  handleCall(HUB.list, () => operations.list()),
  handleCall(HUB.move, (request) => operations.move(request)),
  handleStream(HUB.tap, () => ({ first: undefined, start: (push) => air.tap(push) })),
  handleStream(HUB.watch, () => watchAir(air, operations, clock)),
];

/**
 * Serves a control connection.
 * @returns to be called when the hub ends
 */
export const serveControl = (socket: Socket, handlers: readonly Handler[]): (() => void) =>
  serve(socket, {
    handlers,
    who: 'the air',
    tooSlow: new PhoneKeyError('radio.unavailable', 'the air goes faster than its reader reads'),
  });
