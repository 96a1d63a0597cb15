import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import { systemClock } from '../../lib/platform/clock.js';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import { Lobby, Room } from '../../local/lobby.js';
import { handleCall, handleStream, serve } from '../../local/rpc/server.js';
import type { Handler, Opened } from '../../local/rpc/server.js';
import { listenAt } from '../../local/sockets.js';
import type { CarReport } from '../car-report.js';
import type { CarEvent } from '../events.js';
import { storageFault } from '../memory/memory.js';
import type { CarControl } from './car-control.js';
import { CAR } from './car-operations.js';

/** Who has asked for something, and is still there: watchers, above all. */
const MOST_CLIENTS = 32;

export const carHandlers = (
  car: CarControl,
  watch: () => Opened<CarReport, CarEvent>,
): Handler[] => [
  handleCall(CAR.status, () => car.status()),
  handleCall(CAR.screen, () => car.screen()),
  handleCall(CAR.tap, (tap) => car.tap(tap)),
  handleCall(CAR.handle, ({ door }) => car.pullHandle(door)),
  handleCall(CAR.open, ({ closure }) => car.open(closure)),
  handleCall(CAR.close, ({ closure }) => car.close(closure)),
  handleCall(CAR.drive, () => car.drive()),
  handleCall(CAR.park, () => car.park()),
  handleCall(CAR.remove, ({ slot, card }) => car.removeKey(slot, card)),
  handleCall(CAR.addCard, ({ name, card }) => car.addCard(name, card)),
  handleCall(CAR.clearPin, ({ card }) => car.clearPin(card)),
  handleCall(CAR.loseClock, () => car.loseClock()),
  handleCall(CAR.advanceClock, ({ seconds }) => car.advanceClock(seconds)),
  handleCall(CAR.setTime, ({ seconds, card }) => car.setTime(seconds, card)),
  handleCall(CAR.reset, () => car.reset()),
  handleStream(CAR.watch, watch),
];

/**
 * Opens the control door: JSON lines over a Unix socket that only its owner can reach, never over a
 * network. The caller holds the car's lock.
 * @param watch the car as it is now, and from then on what happens
 * @returns closes the door and whatever connection stands in it
 * @throws PhoneKeyError `sim.storage`
 */
export const openControlDoor = async (
  path: string,
  car: CarControl,
  watch: () => Opened<CarReport, CarEvent>,
  log: Logger,
  clock: Clock = systemClock,
): Promise<() => Promise<void>> => {
  /** With how each is ended when the car is. */
  const sockets = new Map<Socket, () => void>();
  const handlers = carHandlers(car, watch);
  const lobby = new Lobby(clock);
  const room = new Room(MOST_CLIENTS);
  const server = createServer((socket) => {
    lobby.enter(socket);
    const end = serve(socket, {
      handlers,
      who: 'the car',
      admit: () => {
        lobby.leave(socket);
        return room.takes(socket) ? undefined : doorFull();
      },
      tooSlow: new PhoneKeyError('car.silent', 'more happens at the car than its watcher reads'),
      failed: (error) => {
        log.warn('a control request failed', { error: String(error) });
      },
    });
    sockets.set(socket, end);
    socket.on('close', () => sockets.delete(socket));
  });
  await listenAt(server, path).catch(storageFault(`cannot open the control door ${path}`));
  return async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const end of sockets.values()) end();
    await closed;
  };
};

const doorFull = (): PhoneKeyError =>
  new PhoneKeyError(
    'sim.door-full',
    `the car's control door is full: ${String(MOST_CLIENTS)} programs are there`,
  );
