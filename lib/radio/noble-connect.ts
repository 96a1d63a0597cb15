import { PhoneKeyError } from '../errors.js';
import type { GattProfile } from '../link/gatt-profile.js';
import type { Cancel, Clock } from '../platform/clock.js';
import type { Noble, NoblePeripheral, NobleCharacteristic, NobleService } from './noble-types.js';
import { outcomeOf, runOperation, subscribe } from './operation.js';
import type { Settle } from './operation.js';
import { bareUuid, characteristicsOf } from '../link/gatt-profile.js';
import { isRowHandle, layoutOf, notThere, rowOf } from './gatt-row.js';
import type { Declaration } from './gatt-row.js';
import { runsOwnHost } from './stack.js';

/** What the phone uses of a connected car. */
export interface NobleGatt extends ReturnType<typeof chosen> {
  readonly profile: GattProfile;
  /** ATT MTU in bytes. */
  readonly mtu: number;
}

/** ATT_MTU before any exchange (Core, Vol 3 Part G 5.2.1). */
const DEFAULT_MTU = 23;
/** What noble offers; it takes the car's answer as it is, but the smaller one holds (Vol 3 Part F 3.4.2.2). */
const NOBLE_MTU = 256;

/** For a device that is connected, until all is found: one that is silent is not the car. */
const DISCOVERY_MS = 2000;
const CANCEL_TIMEOUT_MS = 1000;
const DISCONNECT_TIMEOUT_MS = 2000;

export interface ConnectContext {
  readonly noble: Noble;
  readonly clock: Clock;
  /** On the clock, in milliseconds. */
  readonly end: number;
  readonly signals: readonly AbortSignal[];
  readonly profile: GattProfile;
  /** As in ConnectOptions. */
  readonly attHandle: number | undefined;
}

/**
 * Connects and finds the service of the profile. On any failure nothing is left connected or connecting.
 * @throws PhoneKeyError `radio.connect-failed`, `radio.timeout`, `car.asleep`, or what a signal was aborted with
 */
export const connectPeripheral = async (
  peripheral: NoblePeripheral,
  { noble, clock, end, signals, profile, attHandle }: ConnectContext,
): Promise<NobleGatt> => {
  const ended = new AbortController();
  let forget: Cancel | undefined;
  let latest = end;
  let connected = false;
  const ask: Ask = (what, start) => {
    const limits = { timeoutMs: latest - clock.now(), signals: [...signals, ended.signal] };
    const late = connected && { timeoutError: silent };
    return runOperation(
      clock,
      { what, ...limits, failure: 'radio.connect-failed', ...late },
      start,
    );
  };
  try {
    await ask<void>('connecting', ({ resolve, reject, on }) => {
      on(peripheral, 'connect', (error?: Error | string | null) => {
        if (error) reject(error);
        else resolve();
      });
      peripheral.connect();
    });
    connected = true;
    latest = Math.min(end, clock.now() + DISCOVERY_MS);
    forget = subscribe(peripheral, 'disconnect', () => {
      const dropped = 'the connection ended before it was ready';
      ended.abort(new PhoneKeyError('radio.connect-failed', dropped));
    });
    const discovered = await discover(noble, peripheral, profile, attHandle, ask);
    // The MTU exchange was noble's first request on this connection, so its answer is in by now.
    const mtu = Math.max(DEFAULT_MTU, Math.min(peripheral.mtu ?? DEFAULT_MTU, NOBLE_MTU));
    return { ...discovered, profile, mtu };
  } catch (error) {
    await abandon(peripheral, clock);
    throw error;
  } finally {
    forget?.();
  }
};

const silent = (): PhoneKeyError =>
  new PhoneKeyError('car.asleep', 'the car is there and says nothing: it is asleep, or hangs');

/**
 * Ends whatever there is: a pending connection is cancelled, a connection closed. Waits for the
 * controller's word, within limits; never rejects: the central's guard ends a connection that comes up later.
 */
export const abandon = async (peripheral: NoblePeripheral, clock: Clock): Promise<void> => {
  if (peripheral.state === 'connecting') {
    // The controller answers a cancelled connection with a failed one, or had just completed it.
    const options = { what: 'cancelling', timeoutMs: CANCEL_TIMEOUT_MS };
    await outcomeOf(clock, options, peripheral, 'connect', () => {
      peripheral.cancelConnect();
    });
  }
  if (peripheral.state === 'connected') {
    const options = { what: 'disconnecting', timeoutMs: DISCONNECT_TIMEOUT_MS };
    await outcomeOf(clock, options, peripheral, 'disconnect', () => {
      peripheral.disconnect();
    });
  }
};

/** Runs one operation of the connection; rejects when that ends. */
type Ask = <T>(what: string, start: (settle: Settle<T>) => void) => Promise<T>;

/**
 * Finds the service of the profile and its characteristics, first where they were the last time. A memory that is
 * wrong costs one request: noble uses the handles that the car tells now, and no others.
 * @param known ATT handle of the first characteristic on an earlier connection
 * @throws PhoneKeyError `radio.connect-failed` where there is no such service, and what `ask` throws
 */
const discover = async (
  noble: Noble,
  peripheral: NoblePeripheral,
  profile: GattProfile,
  known: number | undefined,
  ask: Ask,
) => {
  let service: NobleService | undefined;
  // The system's stack (macOS, Windows) tells no handles, and has a memory of its own.
  if (isRowHandle(known, profile) && runsOwnHost(noble)) {
    peripheral.services = null; // noble would add one for each connection
    const range = { startHandle: known, endHandle: known + layoutOf(profile).lastAt };
    service = noble.addService?.(peripheral.id, { uuid: bareUuid(profile.service), ...range });
  }
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

interface Characteristics {
  readonly characteristics: readonly NobleCharacteristic[];
  /** Where their row begins, as the car has told it on this connection; undefined: in no row. */
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
    service.discoverCharacteristics(layoutOf(profile).uuids);
  });

const chosen = ({ characteristics, attHandle }: Characteristics, profile: GattProfile) => {
  // All of them: noble's subscribe, for one, never answers where there is nothing to subscribe to.
  const [toCar, fromCar] = characteristicsOf(profile).map(({ uuid, properties }) => {
    const found = characteristics.find(
      (each) =>
        each.uuid === bareUuid(uuid) &&
        properties.some((property) => each.properties.includes(property)),
    );
    if (found === undefined) throw notThere(`characteristic ${uuid}`);
    return found;
  });
  if (toCar === undefined || fromCar === undefined) throw notThere('characteristics');
  return { toCar, fromCar, attHandle };
};
