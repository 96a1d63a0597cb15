import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';
import { isSupportedNode, NODE_NEEDED } from '../node-release.js';
import { systemProbes } from './probes.js';
import type { Probes } from './probes.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { withProgress } from '../io/progress.js';
import { orAborted } from '../io/interrupt.js';

export interface Check {
  readonly name: string;
  /** `skip`: not tried, because of what another check says. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly detail: string;
  /** What to do, as a sentence. */
  readonly fix?: string;
}

/** No probe may keep the doctor waiting for longer, in milliseconds. */
const PROBE_TIMEOUT_MS = 8_000;

/** Checks without which there is no use in trying the adapter. */
const NEEDED: ReadonlySet<string> = new Set([
  '@abandonware/noble',
  'native socket',
  'kernel',
  'adapter',
]);

/** Asks every probe; never rejects and never hangs. Gives the radios that were tried and work as `usable`. */
export const diagnose = async (probes: Probes, timeoutMs = PROBE_TIMEOUT_MS) => {
  const ask = <T>(probe: () => Promise<T>): Promise<Answer<T>> => answered(probe, timeoutMs);
  const checks: Check[] = [
    isSupportedNode(probes.nodeVersion)
      ? check('Node.js', 'ok', probes.nodeVersion)
      : check('Node.js', 'fail', probes.nodeVersion, `Install ${NODE_NEEDED}.`),
    checkAnswer('cryptography', await ask(async () => probes.cryptographyLacks()), (lacks) =>
      lacks === undefined
        ? ['ok', "Node's own"]
        : ['warn', lacks, 'Run it on another Node.js; it works all the same.'],
    ),
  ];
  for (const name of ['@abandonware/noble', '@abandonware/bleno']) {
    const install = `Install it: ${probes.installCommand(name)}`;
    checks.push(
      checkAnswer(
        name,
        await ask(() => probes.packageVersion(name)),
        (version) => ['ok', version],
        () => ['fail', 'not installed', install],
      ),
    );
  }
  if (probes.platform === 'linux') {
    checks.push(
      ...checkLinux(probes, await ask(() => probes.hciDevices())),
      checkAnswer(
        'rfkill',
        await ask(() => probes.bluetoothBlocked()),
        (blocked) => RFKILL[blocked ?? 'none'],
        (error) => ['warn', messageOf(error)],
      ),
      checkAnswer(
        'permission',
        await ask(() => probes.mayOpenRawSockets()),
        (allowed) =>
          allowed
            ? ['ok', 'may open raw Bluetooth sockets']
            : ['warn', 'no CAP_NET_RAW; a real adapter needs it', GRANT],
        (error) => ['warn', messageOf(error), GRANT],
      ),
    );
  }
  const obstacle = checks.find(({ name, status }) => status !== 'ok' && NEEDED.has(name));
  const ble: Answer<void> | undefined =
    obstacle === undefined ? await ask(() => probes.openBluetooth()) : undefined;
  const virtual = await ask(() => probes.openVirtual());
  checks.push(
    ble === undefined
      ? check('bluetooth', 'skip', `not tried: see ${obstacle?.name ?? 'above'}`)
      : checkAnswer('bluetooth', ble, () => ['ok', 'a real adapter is up']),
    checkAnswer('virtual air', virtual, () => ['ok', 'noble and bleno run on it']),
    checkAnswer('air hub', await ask(() => probes.hubRunning()), (running) =>
      running
        ? ['ok', 'running: a car is on the virtual air']
        : [
            'warn',
            'not running: no car is on the virtual air',
            'Start one: key car start --radio virtual',
          ],
    ),
    checkAnswer('settings', await ask(() => probes.settings()), (found) => ['ok', found]),
    checkAnswer('key store', await ask(() => probes.pairedCars()), (cars) => [
      'ok',
      `private; cars paired: ${String(cars)}`,
    ]),
  );
  return {
    checks,
    usable: [
      ...(ble?.ok === true ? (['ble'] as const) : []),
      ...(virtual.ok ? (['virtual'] as const) : []),
    ],
  };
};

type Answer<T> =
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

/** Status, detail and fix. */
type Finding = readonly [status: Check['status'], detail: string, fix?: string | undefined];

const check = (name: string, ...[status, detail, fix]: Finding): Check => ({
  name,
  status,
  detail,
  ...(fix !== undefined && { fix }),
});

const checkAnswer = <T>(
  name: string,
  answer: Answer<T>,
  found: (value: T) => Finding,
  failed: (error: unknown) => Finding = (error) => {
    // As the library says it: to run the doctor is no advice here.
    const fix = error instanceof PhoneKeyError ? error.hint : undefined;
    return ['fail', messageOf(error), fix];
  },
): Check => check(name, ...(answer.ok ? found(answer.value) : failed(answer.error)));

const checkLinux = (
  { buildCommand }: Probes,
  devices: Answer<readonly { readonly devId: number; readonly devUp: boolean }[]>,
): Check[] => {
  const socket = check('native socket', 'ok', 'built');
  if (!devices.ok) {
    if (isErrno(devices.error, 'EAFNOSUPPORT')) {
      const detail = 'no Bluetooth in this kernel or container';
      const fix =
        'Run on a kernel with AF_BLUETOOTH, outside the container; or use --radio virtual.';
      return [socket, check('kernel', 'fail', detail, fix)];
    }
    const fix = `Build it, with gcc, make and Python 3 installed: ${buildCommand}`;
    return [
      isErrno(devices.error, 'MODULE_NOT_FOUND')
        ? check('native socket', 'warn', 'not built; a real adapter needs it', fix)
        : check('native socket', 'fail', messageOf(devices.error), fix),
    ];
  }
  const names = devices.value.map(({ devId }) => `hci${String(devId)}`).join(', ');
  return [
    socket,
    check('kernel', 'ok', 'has AF_BLUETOOTH'),
    devices.value.length === 0
      ? check('adapter', 'fail', 'none found', 'Plug a Bluetooth adapter in.')
      : devices.value.some(({ devUp }) => devUp)
        ? check('adapter', 'ok', `${names}: up`)
        : check('adapter', 'fail', `${names}: down`, 'Switch it on: bluetoothctl power on'),
  ];
};

const RFKILL: Readonly<Record<'none' | 'soft' | 'hard', Finding>> = {
  none: ['ok', 'nothing blocks Bluetooth'],
  soft: ['fail', 'Bluetooth is blocked', 'Unblock it: rfkill unblock bluetooth'],
  hard: [
    'fail',
    'Bluetooth is blocked by a switch of the computer',
    'Move the switch, or press the key for the radio.',
  ],
};

const GRANT =
  'Grant it to Node.js: sudo setcap cap_net_raw+eip "$(readlink -f "$(command -v node)")"';

const messageOf = (error: unknown): string => errorMessage(error).split('\n')[0] ?? '';

/** Says which radio works here, why the others do not, and what to do. Exit code 4: none works. */
export const doctor = async (context: Context, probes?: Probes): Promise<ExitCode> => {
  const { output, signal } = context;
  const looking = 'looking at the radios of this machine';
  const { checks, usable } = await withProgress(output, looking, () =>
    orAborted(signal, diagnose(probes ?? systemProbes(context))),
  );
  const width = Math.max(...checks.map(({ name }) => name.length));
  const signs: Record<Check['status'], string> = {
    ok: output.paint('green', 'ok  '),
    warn: output.paint('yellow', 'warn'),
    fail: output.paint('red', 'fail'),
    skip: output.paint('dim', 'skip'),
  };
  output.result({ ok: usable.length > 0, usable, checks }, [
    ...checks.flatMap(({ name, status, detail, fix }) => [
      `${signs[status]}  ${name.padEnd(width)}  ${detail}`,
      ...(fix === undefined ? [] : [`${' '.repeat(width + 8)}${output.paint('dim', fix)}`]),
    ]),
    '',
    usable.length === 0
      ? output.paint('red', 'No radio works.')
      : `These radios work: ${usable.map((radio) => RADIO_NAMES[radio]).join(', ')}`,
  ]);
  return usable.length > 0 ? EXIT.ok : EXIT.unreachable;
};

const RADIO_NAMES = { ble: 'Bluetooth (--radio ble)', virtual: 'virtual air (--radio virtual)' };
