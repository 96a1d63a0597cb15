import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningCloud } from '../../../cloud/types.js';
import { VirtualAir } from '../../../air/air.js';
import { loadBleno, loadNoble } from '../../../air/load.js';
import type { Position } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import type { CarControl } from '../../../firmware-sim/index.js';
import {
  cloudCentral,
  CloudClient,
  cloudPeripheral,
  registerCar,
} from '../../../lib/cloud/index.js';
import type { CarChannel } from '../../../lib/cloud/index.js';
import { PhoneKey, systemClock } from '../../../lib/index.js';
import type { Logger } from '../../../lib/index.js';
import type { Central } from '../../../lib/radio/types.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import { loadCar, loadService } from '../../cloud/package.js';
import { FileKeyStore } from '../../config/key-store.js';
import { CellFile } from '../../fob/cell-file.js';
import { codeByCard, Fob } from '../../fob/fob.js';
import { orAborted } from '../../io/interrupt.js';
import { undoAll } from '../../../lib/platform/undo.js';
import type { Undo } from '../../../lib/platform/undo.js';

const NEAR: Position = { x: 1, y: 0 };
/** Out of the reach of any Bluetooth, in metres. */
const FAR: Position = { x: 5_000, y: 0 };
/** Of scrypt, for accounts that live as long as the story. */
const PASSWORD_COST = 10;

/** Everything that the story touches, in this process. */
export interface World {
  readonly cloud: RunningCloud;
  readonly car: CarControl;
  readonly phones: Readonly<Record<Person, PhoneKey>>;
  readonly fob: Fob;
  close(): Promise<void>;
}

/** Who has a phone that is a key of the car, and a member of it in the cloud. */
export const PEOPLE = ['ada', 'ben', 'cleo', 'dan'] as const;
export type Person = (typeof PEOPLE)[number];

/**
 * Resolves when every key has been enrolled by card, and everybody is where the story wants them: Dan far away, Cleo
 * logged out.
 * @throws PhoneKeyError `cloud.not-installed`, `interrupted`
 */
export const openWorld = async (log: Logger, signal: AbortSignal): Promise<World> => {
  const [service, carModule] = await Promise.all([loadService(), loadCar()]);
  const undo: Undo[] = [];
  try {
    return await makeWorld({ ...service, ...carModule, log, signal, undo });
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
};

interface Making {
  readonly startCloud: Awaited<ReturnType<typeof loadService>>['startCloud'];
  readonly connectCar: Awaited<ReturnType<typeof loadCar>>['connectCar'];
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly undo: Undo[];
}

const makeWorld = async (making: Making): Promise<World> => {
  const { startCloud, connectCar, log, signal, undo } = making;
  const home = await temporaryHome(undo);
  const cloud = await startCloud({
    home: join(home, 'cloud'),
    port: 0,
    passwordCost: PASSWORD_COST,
  });
  undo.push(() => cloud.close());
  const { url } = cloud;
  const air = new VirtualAir();
  undo.push(() => air.close());

  const { car: id, secret, brokerUrl, claimCode } = await registerCar({ url }, 'Demo car');
  const controller = air.controller({ label: 'car' });
  const load = async () => loadBleno(controller);
  const peripheral = await openBlenoPeripheral({ load, clock: systemClock, log });
  const channel = connectCar({ brokerUrl, car: id, secret, log });
  const car = await startCar(channel, { home: join(home, 'car'), peripheral, log }, making);

  const central = (label: string, position: Position): Promise<Central> => {
    const hci = air.controller({ label, position });
    return openNobleCentral({ load: async () => loadNoble(hci), clock: systemClock, log });
  };
  const keysOf = (who: string): FileKeyStore => new FileKeyStore(join(home, who, 'keys'));

  const phones: Partial<Record<Person, PhoneKey>> = {};
  let owner: CloudClient | undefined;
  for (const who of PEOPLE) {
    const store = keysOf(who);
    const near = new PhoneKey({ central: await central(who, NEAR), store, log, name: who });
    const role = owner === undefined ? 'owner' : 'driver';
    await near.pair({ code: await codeByCard(car, { role }), signal });
    await near.close();
    const client = await logIn(url, who);
    if (owner === undefined) await client.claimCar(claimCode);
    else await owner.addMember(id, who);
    owner ??= client;
    if (who === 'cleo') await client.deleteToken('current');
    const place = who === 'dan' ? FAR : NEAR;
    const phone = new PhoneKey({
      ...{ central: await central(who, place), cloud: cloudCentral(client), store, log, name: who },
    });
    undo.push(() => phone.close());
    phones[who] = phone;
  }
  const fob = new Fob({
    ...{ central: await central('fob', NEAR), store: keysOf('fob'), log, name: 'fob' },
    cell: new CellFile(join(home, 'fob')),
  });
  undo.push(() => fob.close());
  await fob.pair(await codeByCard(car, { role: 'driver' }), { signal });
  return {
    cloud,
    car,
    phones: phones as Record<Person, PhoneKey>,
    fob,
    close: () => undoAll(undo),
  };
};

/** Resolves when the car is connected to the cloud. */
const startCar = async (
  channel: CarChannel,
  options: Pick<Parameters<typeof SimulatedCar.start>[0], 'home' | 'peripheral' | 'log'>,
  { signal, undo }: Making,
): Promise<CarControl> => {
  let isThere = (): void => undefined;
  const connected = new Promise<void>((resolve) => (isThere = resolve));
  const telematics = cloudPeripheral(channel, { onConnected: () => isThere() });
  const onTelematicsCommand = channel.report.bind(channel);
  const car = await SimulatedCar.start({
    name: 'Demo car',
    ...options,
    telematics,
    onTelematicsCommand,
  });
  undo.push(() => car.stop());
  await orAborted(signal, connected);
  return car.control;
};

/** An account, and a phone that is logged in to it. */
const logIn = async (url: string, name: string): Promise<CloudClient> => {
  const credentials = { name, password: `of ${name}, for a minute` };
  const nobody = new CloudClient({ url });
  await nobody.createAccount(credentials);
  return new CloudClient({ url, token: (await nobody.createToken(credentials)).token });
};

const temporaryHome = async (undo: Undo[]): Promise<string> => {
  const home = await mkdtemp(join(tmpdir(), 'phonekey-demo-'));
  const removeHome = (): void => rmSync(home, { recursive: true, force: true });
  process.on('exit', removeHome); // a second Ctrl-C does not wait for the end
  undo.push(async () => {
    await rm(home, { recursive: true, force: true });
    process.removeListener('exit', removeHome);
  });
  return home;
};
