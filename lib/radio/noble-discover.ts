import { PhoneKeyError } from '../errors.js';
import { bareUuid, FROM_CAR_UUID, INFO_UUID, SERVICE_UUID, TO_CAR_UUID } from './gatt.js';
import { isRowHandle, lastInRow, rowOf, type Declaration } from './gatt-row.js';
import type { Noble, NobleCharacteristic, NoblePeripheral, NobleService } from './noble-types.js';
import type { Settle } from './operation.js';
import { runsOwnHost } from './stack.js';

/** The characteristics of a connected car. */
export interface Discovered {
  readonly toCar: NobleCharacteristic;
  readonly fromCar: NobleCharacteristic;
  readonly info: NobleCharacteristic;
  /** Where their row begins, as the car has told it on this connection; undefined: in no row. */
  readonly attHandle: number | undefined;
}

/** Runs one operation of the connection; rejects when that ends. */
type Ask = <T>(what: string, start: (settle: Settle<T>) => void) => Promise<T>;

/**
 * Finds the phonekey service and its characteristics, first where they were the last time. A memory that is
 * wrong costs one request: noble uses the handles that the car tells now, and no others.
 * @param known ATT handle of the first characteristic on an earlier connection
 * @throws PhoneKeyError `radio.connect-failed` where there is no such service, and what `ask` throws
 */
export const discover = async (
  noble: Noble,
  peripheral: NoblePeripheral,
  known: number | undefined,
  ask: Ask,
): Promise<Discovered> => {
  const service = isRowHandle(known) ? serviceAt(noble, peripheral, known) : undefined;
  if (service !== undefined) {
    const found = await characteristicsOf(service, ask);
    if (found.attHandle === known) return chosen(found);
  }
  const services = await ask<NobleService[]>('Looking for the service', ({ resolve, on }) => {
    on(peripheral, 'servicesDiscover', resolve);
    peripheral.discoverServices([bareUuid(SERVICE_UUID)]);
  });
  const found = services.find(({ uuid }) => uuid === bareUuid(SERVICE_UUID));
  if (found === undefined) throw notACar('phonekey service');
  return chosen(await characteristicsOf(found, ask));
};

/**
 * A service that noble has not looked for, of a row that begins at this handle. Undefined where the system's
 * stack is used (macOS, Windows): it tells no handles, and has a memory of its own.
 */
const serviceAt = (
  noble: Noble,
  peripheral: NoblePeripheral,
  first: number,
): NobleService | undefined => {
  if (!runsOwnHost(noble)) return undefined;
  peripheral.services = null; // noble would add one for each connection
  const range = { startHandle: first, endHandle: lastInRow(first) };
  return noble.addService?.(peripheral.id, { uuid: bareUuid(SERVICE_UUID), ...range });
};

interface Characteristics {
  readonly characteristics: readonly NobleCharacteristic[];
  readonly attHandle: number | undefined;
}

const characteristicsOf = (service: NobleService, ask: Ask): Promise<Characteristics> =>
  ask('Looking for the characteristics', ({ resolve, on }) => {
    let attHandle: number | undefined;
    // Comes first, and only where noble knows handles.
    on(service, 'characteristicsDiscovered', (declarations: readonly Declaration[]) => {
      attHandle = rowOf(declarations);
    });
    on(service, 'characteristicsDiscover', (characteristics: readonly NobleCharacteristic[]) => {
      resolve({ characteristics, attHandle });
    });
    service.discoverCharacteristics([TO_CAR_UUID, FROM_CAR_UUID, INFO_UUID].map(bareUuid));
  });

const chosen = ({ characteristics, attHandle }: Characteristics): Discovered => ({
  toCar: find(characteristics, TO_CAR_UUID, ['write', 'writeWithoutResponse']),
  // noble's subscribe never answers where there is nothing to subscribe to.
  fromCar: find(characteristics, FROM_CAR_UUID, ['notify']),
  info: find(characteristics, INFO_UUID, ['read']),
  attHandle,
});

const find = (
  characteristics: readonly NobleCharacteristic[],
  uuid: string,
  properties: readonly string[],
): NobleCharacteristic => {
  const found = characteristics.find(
    (each) =>
      each.uuid === bareUuid(uuid) &&
      properties.some((property) => each.properties.includes(property)),
  );
  if (found === undefined) throw notACar(`characteristic ${uuid}`);
  return found;
};

const notACar = (missing: string): PhoneKeyError =>
  new PhoneKeyError('radio.connect-failed', `The device has no ${missing}.`, {
    temporary: false,
    hint: 'This is not a phonekey car, or it speaks another version.',
  });
