import type { Server } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Cancel, Clock } from '../../lib/platform/clock.js';
import { handleCall, handleStream, serve } from '../../local/rpc/server.js';
import type { Handler } from '../../local/rpc/server.js';
import { Lobby, Room } from '../../local/lobby.js';
import { VirtualAir } from '../air.js';
import { DEFAULT_ACL_BUFFERS } from '../controller/context.js';
import { parseFaults } from '../faults.js';
import { createHostServer } from '../host-server.js';
import { HUB } from './control.js';
import { MOST_HOSTS } from './socket.js';
import { HubOperations } from './hub-operations.js';
import { Places } from './places.js';
import { DEFAULT_PACE } from './settings.js';
import type { HubSettings } from './settings.js';
import { watchAir } from './watch.js';

/** What a control connection begins with; no H4 packet does. */
const CONTROL_BYTE = 0x7b; // {

/** Those who have asked for something, and are still there: watchers and taps, above all. */
const MOST_CLIENTS = 64;

/** Without any host for this long, the hub ends: at first, and after the last host has gone. */
const FIRST_HOST_MS = 5000;
const LAST_HOST_MS = 1000;

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
 * A server with an air of its own. What a connection begins with says what it is: `{` a control
 * connection, anything else a host, H4 both ways, with a controller that is powered
 * off when it closes. Calls `onIdle` once it is of no use to any host. Control connections, taps among
 * them, do not keep it: they end with the hub.
 */
export const createHubServer = (
  clock: Clock,
  onIdle: () => void,
  settings: HubSettings = {},
  mostHosts = MOST_HOSTS,
): Server => {
  const { seed, pace = DEFAULT_PACE, faults } = settings;
  const air = new VirtualAir({
    clock,
    pace,
    ...(seed !== undefined && { seed }),
    ...(faults !== undefined && { faults: parseFaults(faults) }),
  });
  const places = new Places(clock);
  const inForce = { seed: air.seed, pace, faults: faults ?? null };
  const operations = new HubOperations(air, clock, places, inForce);
  const control = {
    handlers: hubHandlers(air, operations, clock),
    who: 'the air',
    tooSlow: new PhoneKeyError('radio.unavailable', 'the air goes faster than its reader reads'),
  };
  const lobby = new Lobby(clock);
  const clients = new Room(MOST_CLIENTS);
  let closed = false;
  let lingerMs = FIRST_HOST_MS;
  const idle = (): void => {
    onIdle();
    void end(); // a server that has to close waits for its connections
  };
  let cancelIdle: Cancel = clock.after(lingerMs, idle);

  const { server, end } = createHostServer(
    {
      air: {
        controller: () => {
          const controller = air.controller({ recall: (newcomer) => places.recall(newcomer) });
          controller.onClose(() => {
            places.left(controller);
          });
          return controller;
        },
      },
      get buffers() {
        return (air.faults.buffers ?? DEFAULT_ACL_BUFFERS).count;
      },
      onPacket: () => {
        lingerMs = LAST_HOST_MS;
      },
      onConnect: () => {
        cancelIdle();
      },
      onDisconnect: (hosts) => {
        // A server may have closed before the last of its sockets.
        if (hosts === 0 && !closed) cancelIdle = clock.after(lingerMs, idle);
      },
    },
    { mostHosts, lobby },
    (socket, first) => {
      if (first[0] !== CONTROL_BYTE) return undefined;
      const admit = (): PhoneKeyError | undefined => {
        lobby.leave(socket);
        return clients.takes(socket) ? undefined : tooMany();
      };
      return serve(socket, { ...control, admit });
    },
  );
  server.on('close', () => {
    closed = true;
    cancelIdle();
  });
  return server;
};

const tooMany = (): PhoneKeyError =>
  new PhoneKeyError(
    'radio.air-full',
    `${String(MOST_CLIENTS)} programs ask the virtual air or watch it, and it takes no more`,
    { hint: 'End some of them, such as those that watch, and try again.' },
  );
