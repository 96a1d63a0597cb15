import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBleno, loadNoble } from '../../air/load.js';
import { VirtualAir } from '../../air/air.js';
import type { HciTransport } from '../../air/index.js';
import { SimulatedCar } from '../../firmware-sim/index.js';
import type { CarControl } from '../../firmware-sim/index.js';
import { PhoneKey, systemClock } from '../../lib/index.js';
import type { Car, KeyLog, Logger, TraceEvent } from '../../lib/index.js';
import { openBlenoPeripheral } from '../../lib/radio/bleno.js';
import { openNobleCentral } from '../../lib/radio/noble.js';
import { FileKeyStore } from '../config/key-store.js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The app's cloud, on the day it is out of order: a server on the loopback that answers 500. */
const startBrokenCloud = async () => {
  const server = createServer((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ error: 'internal server error' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/cars/demo/unlock`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** Everything that the demonstration touches, as its steps use it. */
export type World = Awaited<ReturnType<typeof openWorld>>;

/**
 * A car on the real bleno and a phone on the real noble, on one air in this process. `watch` may put something
 * between the phone and its controller; `keyLog` is given the keys of the phone's sessions.
 */
export const openWorld = async (
  log: Logger,
  signal: AbortSignal,
  watch: (transport: HciTransport) => HciTransport,
  keyLog: KeyLog | undefined,
) => {
  const air = new VirtualAir();
  const phoneHci = watch(air.controller({ label: 'phone', position: { x: 1, y: 0 } }));
  const home = await mkdtemp(join(tmpdir(), 'phonekey-demo-'));
  const removeHome = (): void => rmSync(home, { recursive: true, force: true });
  process.on('exit', removeHome); // a second Ctrl-C does not wait for close()
  const cloud = await startBrokenCloud();
  const clock = systemClock;
  const traced: TraceEvent[] = [];
  let car: SimulatedCar | undefined;
  let phone: PhoneKey | undefined;
  const withPhone = (): PhoneKey => {
    if (phone === undefined) throw new Error('the phone is not on');
    return phone;
  };

  return {
    async startCar(): Promise<CarControl> {
      const controller = air.controller({ label: 'car', position: { x: 0, y: 0 } });
      const load = async () => loadBleno(controller);
      const peripheral = await openBlenoPeripheral({ load, clock, log });
      const carHome = join(home, 'car');
      car = await SimulatedCar.start({ name: 'Demo car', home: carHome, peripheral, log });
      return car.control;
    },
    async startPhone(): Promise<void> {
      const load = async () => loadNoble(phoneHci);
      const central = await openNobleCentral({ load, clock, log });
      const store = new FileKeyStore(join(home, 'keys'));
      const trace = (event: TraceEvent): unknown => traced.push(event);
      phone = new PhoneKey({ central, store, log, trace, keyLog });
    },
    pair: (code: string): Promise<Car> => withPhone().pair({ code, signal }),
    /** Asks the app's cloud to unlock; gives the HTTP status of its answer. */
    async askCloud(): Promise<number> {
      const response = await fetch(cloud.url, { method: 'POST', signal });
      await response.arrayBuffer();
      return response.status;
    },
    unlock: () => withPhone().unlock({ signal }),
    start: () => withPhone().start({ signal }),
    lock: () => withPhone().lock({ signal }),
    /** What went over the air since the last call. */
    messages: (): readonly TraceEvent[] => traced.splice(0),
    async close(): Promise<void> {
      await Promise.allSettled([phone?.close(), car?.stop(), cloud.close()]);
      air.close();
      await rm(home, { recursive: true, force: true });
      process.removeListener('exit', removeHome);
    },
  };
};
