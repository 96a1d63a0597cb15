import { createServer } from 'node:net';
import type { Server } from 'node:net';
import type { Aedes, Client } from 'aedes';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { EmbeddedBrokerLimits } from './embedded.js';
import { packetMeter } from './packet-meter.js';

/** Connections that have not said who they are, and services. */
const OTHERS = 200;
/** Packets that may come at once, in seconds of what may come in the long run: a car that comes back has 64 reports. */
const BURST_S = 4;

/** Gives connections to aedes, and ends those that send more than they may: aedes itself has no bound. */
export const embeddedListener = (
  aedes: Aedes,
  {
    limits: { mostCars, mostPacketBytes, packetsPerSecond },
    isService,
    clock,
    log,
  }: {
    readonly limits: EmbeddedBrokerLimits;
    readonly isService: (client: Client) => boolean;
    readonly clock: Clock;
    readonly log: Logger | undefined;
  },
): Server => {
  const limits = {
    mostBytes: mostPacketBytes,
    perSecond: packetsPerSecond,
    burst: BURST_S * packetsPerSecond,
  };
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    const client = aedes.handle(socket);
    const meter = packetMeter(limits, clock.now());
    // Told what aedes reads, which is the only one that reads.
    socket.on('data', (chunk: Uint8Array) => {
      if (isService(client)) return;
      const excess = meter(chunk, clock.now());
      if (excess === undefined) return;
      log?.warn('ended the connection of a car that sends what it may not', { why: excess });
      socket.destroy();
    });
  });
  server.maxConnections = mostCars + OTHERS;
  return server;
};
