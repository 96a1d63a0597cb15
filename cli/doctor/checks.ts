import { PhoneKeyError } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';
import { errorMessage } from '../error-message.js';
import { isSupportedNode, NODE_NEEDED } from '../node-release.js';
import { buildCommand } from './fixes.js';
import type { Probes } from './probes.js';

export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do, as a sentence. */
  readonly fix?: string;
}

export interface Diagnosis {
  readonly checks: readonly Check[];
  /** The radios that were tried and work. */
  readonly usable: readonly ('ble' | 'virtual')[];
}

/** No probe may keep the doctor waiting for longer, in milliseconds. */
export const PROBE_TIMEOUT_MS = 8_000;

/** Checks without which there is no use in trying the adapter. */
const NEEDED: ReadonlySet<string> = new Set([
  '@abandonware/noble',
  'native socket',
  'kernel',
  'adapter',
]);

/** Asks every probe; never rejects and never hangs. */
export const diagnose = async (
  probes: Probes,
  timeoutMs = PROBE_TIMEOUT_MS,
): Promise<Diagnosis> => {
  const ask = <T>(probe: () => Promise<T>): Promise<Answer<T>> => answered(probe, timeoutMs);
  const checks: Check[] = [checkNode(probes.nodeVersion)];
  for (const name of ['@abandonware/noble', '@abandonware/bleno']) {
    checks.push(checkPackage(name, await ask(() => probes.packageVersion(name))));
  }
  if (probes.platform === 'linux') {
    checks.push(...checkLinux(probes, await ask(() => probes.hciDevices())));
    checks.push(checkRfkill(await ask(() => probes.bluetoothBlocked())));
    checks.push(checkPermission(await ask(() => probes.mayOpenRawSockets())));
  }
  const obstacle = checks.find(({ name, status }) => status !== 'ok' && NEEDED.has(name));
  const ble: Answer<void> =
    obstacle === undefined
      ? await ask(() => probes.openBluetooth())
      : { ok: false, error: new Error(`not tried: see ${obstacle.name}`) };
  const virtual = await ask(() => probes.openVirtual());
  checks.push(
    checkRadio('bluetooth', ble, 'a real adapter is up'),
    checkRadio('virtual air', virtual, 'noble and bleno run on it'),
    checkHub(await ask(() => probes.hubRunning())),
    checkKeys(await ask(() => probes.pairedCars())),
  );
  return {
    checks,
    usable: [...(ble.ok ? (['ble'] as const) : []), ...(virtual.ok ? (['virtual'] as const) : [])],
  };
};

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

const answered = async <T>(probe: () => Promise<T>, timeoutMs: number): Promise<Answer<T>> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${String(timeoutMs / 1000)} s`));
    }, timeoutMs);
  });
  try {
    return { ok: true, value: await Promise.race([probe(), late]) };
  } catch (error) {
    return { ok: false, error };
  } finally {
    clearTimeout(timer);
  }
};

const checkNode = (version: string): Check => {
  const ok = isSupportedNode(version);
  return {
    name: 'Node.js',
    status: ok ? 'ok' : 'fail',
    detail: version,
    ...(ok ? {} : { fix: `Install ${NODE_NEEDED}.` }),
  };
};

const checkPackage = (name: string, version: Answer<string>): Check =>
  version.ok
    ? { name, status: 'ok', detail: version.value }
    : {
        name,
        status: 'fail',
        detail: 'not installed',
        fix: `Install it: npm install --ignore-scripts ${name}`,
      };

const checkLinux = (
  { installation }: Probes,
  devices: Answer<readonly { readonly devId: number; readonly devUp: boolean }[]>,
): Check[] => {
  const socket = { name: 'native socket' } as const;
  const kernel = { name: 'kernel' } as const;
  const adapter = { name: 'adapter' } as const;
  if (!devices.ok) {
    if (isErrno(devices.error, 'EAFNOSUPPORT')) {
      return [
        { ...socket, status: 'ok', detail: 'built' },
        {
          ...kernel,
          status: 'fail',
          detail: 'no Bluetooth in this kernel or container',
          fix: 'Run on a kernel with AF_BLUETOOTH, outside the container; or use --radio virtual.',
        },
      ];
    }
    const missing = isErrno(devices.error, 'MODULE_NOT_FOUND');
    return [
      {
        ...socket,
        status: missing ? 'warn' : 'fail',
        detail: missing ? 'not built; a real adapter needs it' : messageOf(devices.error),
        fix: `Build it, with gcc, make and Python 3 installed: ${buildCommand(installation)}`,
      },
    ];
  }
  const up = devices.value.filter(({ devUp }) => devUp);
  const names = devices.value.map(({ devId }) => `hci${String(devId)}`).join(', ');
  return [
    { ...socket, status: 'ok', detail: 'built' },
    { ...kernel, status: 'ok', detail: 'has AF_BLUETOOTH' },
    devices.value.length === 0
      ? { ...adapter, status: 'fail', detail: 'none found', fix: 'Plug a Bluetooth adapter in.' }
      : up.length === 0
        ? {
            ...adapter,
            status: 'fail',
            detail: `${names}: down`,
            fix: 'Switch it on: bluetoothctl power on',
          }
        : { ...adapter, status: 'ok', detail: `${names}: up` },
  ];
};

const checkRfkill = (blocked: Answer<'soft' | 'hard' | undefined>): Check => {
  const name = 'rfkill';
  if (!blocked.ok) return { name, status: 'warn', detail: messageOf(blocked.error) };
  switch (blocked.value) {
    case undefined:
      return { name, status: 'ok', detail: 'nothing blocks Bluetooth' };
    case 'soft':
      return {
        name,
        status: 'fail',
        detail: 'Bluetooth is blocked',
        fix: 'Unblock it: rfkill unblock bluetooth',
      };
    case 'hard':
      return {
        name,
        status: 'fail',
        detail: 'Bluetooth is blocked by a switch of the computer',
        fix: 'Move the switch, or press the key for the radio.',
      };
  }
};

const checkPermission = (allowed: Answer<boolean>): Check => {
  const name = 'permission';
  if (allowed.ok && allowed.value) {
    return { name, status: 'ok', detail: 'may open raw Bluetooth sockets' };
  }
  return {
    name,
    status: 'warn',
    detail: allowed.ok ? 'no CAP_NET_RAW; a real adapter needs it' : messageOf(allowed.error),
    fix: 'Grant it to Node.js: sudo setcap cap_net_raw+eip "$(readlink -f "$(command -v node)")"',
  };
};

const checkRadio = (name: string, opened: Answer<unknown>, detail: string): Check => {
  if (opened.ok) return { name, status: 'ok', detail };
  const { error } = opened;
  return {
    name,
    status: 'fail',
    detail: messageOf(error),
    ...(error instanceof PhoneKeyError ? { fix: error.hint } : {}),
  };
};

const checkHub = (running: Answer<boolean>): Check => {
  const name = 'air hub';
  if (!running.ok) return failed(name, running.error);
  return running.value
    ? { name, status: 'ok', detail: 'running: a car is on the virtual air' }
    : {
        name,
        status: 'warn',
        detail: 'not running: no car is on the virtual air',
        fix: 'Start one: key car start --radio virtual',
      };
};

const checkKeys = (cars: Answer<number>): Check => {
  const name = 'key store';
  if (!cars.ok) return failed(name, cars.error);
  return { name, status: 'ok', detail: `private; cars paired: ${String(cars.value)}` };
};

const failed = (name: string, error: unknown): Check => ({
  name,
  status: 'fail',
  detail: messageOf(error),
  ...(error instanceof PhoneKeyError ? { fix: error.hint } : {}),
});

const messageOf = (error: unknown): string => errorMessage(error).split('\n')[0] ?? '';
