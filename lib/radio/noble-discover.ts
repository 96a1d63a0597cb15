import { bareUuid, characteristicsOf } from '../link/gatt-profile.js';
import type { GattCharacteristic, GattProfile } from '../link/gatt-profile.js';
import { isRowHandle, layoutOf, notThere, rowOf } from './gatt-row.js';
import type { Declaration } from './gatt-row.js';
import type { Noble, NobleCharacteristic, NoblePeripheral, NobleService } from './noble-types.js';
import type { Settle } from './operation.js';
import { runsOwnHost } from './stack.js';

/** The characteristics of a connected car. */
export interface Discovered {
  readonly toCar: NobleCharacteristic;
  readonly fromCar: NobleCharacteristic;
  /** Where their row begins, as the car has told it on this connection; undefined: in no row. */
  readonly attHandle: number | undefined;
}

/** Runs one operation of the connection; rejects when that ends. */
type Ask = <T>(what: string, start: (settle: Settle<T>) => void) => Promise<T>;

/**
 * Finds the service of the profile and its characteristics, first where they were the last time. A memory that is
 * wrong costs one request: noble uses the handles that the car tells now, and no others.
 * @param known ATT handle of the first characteristic on an earlier connection
 * @throws PhoneKeyError `radio.connect-failed` where there is no such service, and what `ask` throws
 */
export const discover = async (
  noble: Noble,
  peripheral: NoblePeripheral,
  profile: GattProfile,
  known: number | undefined,
  ask: Ask,
): Promise<Discovered> => {
  const service = isRowHandle(known, profile)
    ? serviceAt(noble, peripheral, profile, known)
    : undefined;
  if (service !== undefined) {
    const found = await lookInto(service, profile, ask);
    if (found.attHandle === known) return chosen(found, profile);
  }
  const services = await ask<NobleService[]>('looking for the service', ({ resolve, on }) => {
    on(peripheral, 'servicesDiscover', resolve);
    peripheral.discoverServices([bareUuid(profile.service)]);
  });
  const found = services.find(({ uuid }) => uuid === bareUuid(profile.service));
  if (found === undefined) throw notThere(`service ${profile.service}`);
  return chosen(await lookInto(found, profile, ask), profile);
};

/**
 * A service that noble has not looked for, of a row that begins at this handle. Undefined where the system's
 * stack is used (macOS, Windows): it tells no handles, and has a memory of its own.
 */
const serviceAt = (
  noble: Noble,
  peripheral: NoblePeripheral,
  profile: GattProfile,
  first: number,
): NobleService | undefined => {
  if (!runsOwnHost(noble)) return undefined;
  peripheral.services = null; // noble would add one for each connection
  const range = { startHandle: first, endHandle: first + layoutOf(profile).lastAt };
  return noble.addService?.(peripheral.id, { uuid: bareUuid(profile.service), ...range });
};

interface Characteristics {
  readonly characteristics: readonly NobleCharacteristic[];
  readonly attHandle: number | undefined;
}

const lookInto = (
  service: NobleService,
  profile: GattProfile,
  ask: Ask,
): Promise<Characteristics> =>
  ask('looking for the characteristics', ({ resolve, on }) => {
    let attHandle: number | undefined;
    // Comes first, and only where noble knows handles.
    on(service, 'characteristicsDiscovered', (declarations: readonly Declaration[]) => {
      attHandle = rowOf(declarations, profile);
    });
    on(service, 'characteristicsDiscover', (characteristics: readonly NobleCharacteristic[]) => {
      resolve({ characteristics, attHandle });
    });
    service.discoverCharacteristics(characteristicsOf(profile).map(({ uuid }) => bareUuid(uuid)));
  });

const chosen = (
  { characteristics, attHandle }: Characteristics,
  profile: GattProfile,
): Discovered => {
  // All of them: noble's subscribe, for one, never answers where there is nothing to subscribe to.
  const [toCar, fromCar] = characteristicsOf(profile).map((each) => find(characteristics, each));
  if (toCar === undefined || fromCar === undefined) throw notThere('characteristics');
  return { toCar, fromCar, attHandle };
};

const find = (
  characteristics: readonly NobleCharacteristic[],
  { uuid, properties }: GattCharacteristic,
): NobleCharacteristic => {
  const found = characteristics.find(
    (each) =>
      each.uuid === bareUuid(uuid) &&
      properties.some((property) => each.properties.includes(property)),
  );
  if (found === undefined) throw notThere(`characteristic ${uuid}`);
  return found;
};
