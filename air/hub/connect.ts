import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parse, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PhoneKeyError } from '../../lib/errors.js';
import { HardwareError, Status } from '../../lib/hci/constants.js';
import { HardwareErrorEvent, parseCommandComplete } from '../../lib/hci/events/general.js';
import type { AirTransport, HciTransport } from '../../lib/hci/transport.js';
import * as rule from '../../lib/platform/check.js';
import { checkOptions } from '../../lib/platform/check.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { isPipe } from '../../local/sockets.js';
import {
  FARTHEST_METRES,
  setDefaultPositionCommand,
  setLabelCommand,
  setPeripheralLinksCommand,
  setPositionCommand,
  setTxPowerCommand,
  TX_POWER_RANGE,
} from '../vendor.js';
import type { Position } from '../medium/path-loss.js';
import type { DeviceReport } from './control.js';
import { watchHub } from './control-client.js';
import type { HubWatch } from './control-client.js';
import { checkSettings, differences, hubArguments } from './settings.js';
import type { HubSettings } from './settings.js';
import { airFull, connectSocket, makeHubDirectory, noAir } from './socket.js';
import { HubTransport } from './transport.js';

/** The controller that a program gets in a hub. */
export interface HubOptions {
  /** A name for people, at most 32 bytes. */
  readonly label?: string;
  /** Metres: where it is, whatever the hub remembers of its label. */
  readonly position?: Position | undefined;
  /** Metres (default 0, 0): where it is unless `position` is given, or the hub remembers its label. */
  readonly defaultPosition?: Position;
  /** dBm, -40 to 20 (default 0). */
  readonly txPower?: number;
  /** Most links in the peripheral role at one time, 1 to 255 (default 1: bleno serves one). */
  readonly peripheralLinks?: number;
}

const METRES = rule.needed(rule.number(-FARTHEST_METRES, FARTHEST_METRES));
const PLACE = rule.record({ x: METRES, y: METRES });
const HUB_RULES = {
  label: rule.text,
  position: PLACE,
  defaultPosition: PLACE,
  txPower: rule.number(TX_POWER_RANGE.min, TX_POWER_RANGE.max),
  peripheralLinks: rule.whole(1, 255),
};

const HUB_PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url));

/** A hub may end just when somebody connects; then the next attempt finds none, or a new one. */
const ATTEMPTS = 5;
const ANSWER_MS = 5000;
const NO_CONTROLLER = HardwareErrorEvent.packet({ code: HardwareError.noController });
const ORIGIN: Position = { x: 0, y: 0 };

/**
 * A new controller in the running hub. For the phone: it never starts a hub.
 * @throws PhoneKeyError `radio.unavailable` when no hub listens at `path`, `radio.air-full`, `usage.invalid`
 */
export const connectHub = async (path: string, options: HubOptions = {}): Promise<AirTransport> => {
  checkOptions(options, HUB_RULES);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await tryHub(path, options);
    if (found === 'none') break;
    if (found !== 'lost') return found;
  }
  throw noAir();
};

/**
 * A new controller in the hub at `path`, which is started with these settings when there is none. For
 * the car.
 * @throws PhoneKeyError `radio.unavailable` when the hub cannot be started, `radio.air-full`, `usage.invalid` when one runs
 *   with other settings, or there are no such settings
 */
export const connectOrStartHub = async (
  path: string,
  options: HubOptions & {
    /** Called when this has started the hub. */
    readonly onStart?: (() => void) | undefined;
  } = {},
  settings: HubSettings = {},
): Promise<AirTransport> => {
  checkOptions(options, HUB_RULES);
  checkSettings(settings);
  await makeHubDirectory(path);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await tryHub(path, options);
    if (found === 'none' && (await startHub(path, settings))) options.onStart?.();
    if (typeof found === 'string') continue;
    if (await joinWith(settings, path, found, options.label)) return found;
  }
  throw new PhoneKeyError('radio.unavailable', 'the air hub does not start');
};

/** `none`: nobody listens; `lost`: the hub ended, or fell silent, before it answered. */
const tryHub = async (
  path: string,
  options: HubOptions,
): Promise<AirTransport | 'none' | 'lost'> => {
  const socket = await connectSocket(path);
  if (socket === undefined) return 'none';
  const transport = new HubTransport(socket);
  const settled = await settle(transport, options);
  if (settled === 'answered') return transport;
  transport.close();
  if (settled === 'full') throw airFull();
  return 'lost';
};

type Settled = 'answered' | 'full' | 'lost';

/** Tells the controller where it is. When all was answered, the hub is there to stay. */
const settle = async (transport: HubTransport, options: HubOptions): Promise<Settled> => {
  const { label, position, defaultPosition: { x, y } = ORIGIN, txPower, peripheralLinks } = options;
  const commands = [
    // The label comes first: places are remembered under it.
    ...(label !== undefined && label !== '' ? [setLabelCommand(label)] : []),
    position ? setPositionCommand(position.x, position.y) : setDefaultPositionCommand(x, y),
    ...(txPower !== undefined ? [setTxPowerCommand(txPower)] : []),
    ...(peripheralLinks !== undefined ? [setPeripheralLinksCommand(peripheralLinks)] : []),
  ];
  let unanswered = commands.length;
  return new Promise((resolve) => {
    const finish = (settled: Settled): void => {
      clearTimeout(timer);
      stopReading();
      stopWatching();
      resolve(settled);
    };
    const timer = setTimeout(finish, ANSWER_MS, 'lost');
    const stopReading = transport.onPacket((packet) => {
      if (sameBytes(packet, NO_CONTROLLER)) finish('full');
      const answer = parseCommandComplete(packet);
      if (answer === undefined) return;
      unanswered--;
      if (answer.returned[0] !== Status.success) finish('lost');
      else if (unanswered === 0) finish('answered');
    });
    const stopWatching = transport.onClose(() => {
      finish('lost');
    });
    for (const command of commands) transport.send(command);
  });
};

/** Starts a hub that outlives us, and waits until it, or another one (false), serves the path. */
const startHub = async (path: string, settings: HubSettings): Promise<boolean> => {
  const { NODE_OPTIONS, ...others } = process.env;
  // Under Yarn's Plug'n'Play it is by them that packages are found.
  const env = 'pnp' in process.versions ? { ...others, NODE_OPTIONS } : others;
  const parameters = hubArguments(isPipe(path) ? path : resolve(path), settings);
  const hub = spawn(process.execPath, [HUB_PROGRAM, ...parameters], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    cwd: parse(process.execPath).root,
    env,
    windowsHide: true,
  });
  hub.unref();
  try {
    await once(hub, 'spawn');
    for await (const line of createInterface({ input: hub.stdout })) {
      if (line === 'ready' || line === 'taken') return line === 'ready';
    }
    return false;
  } catch (error) {
    throw new PhoneKeyError('radio.unavailable', 'the air hub does not start', { cause: error });
  } finally {
    hub.stdout.destroy();
  }
};

/**
 * Makes sure that the hub which `transport` has joined has the settings that are asked for. A hub that
 * has others, and nobody else on it, is left and waited for until it has ended: false.
 * @param label of the transport's controller
 * @throws PhoneKeyError `usage.invalid` that says which settings differ, and how to end the hub
 */
const joinWith = async (
  asked: HubSettings,
  path: string,
  transport: HciTransport,
  label = '',
): Promise<boolean> => {
  if (Object.values(asked).every((value) => value === undefined)) return true;
  let watch: HubWatch | undefined;
  let fits = false;
  try {
    watch = await watchHub(path);
    const { devices, ...inForce } = watch.first;
    const different = differences(asked, inForce);
    fits = different.length === 0;
    if (fits) return true;
    // The last one that came under the label.
    const own = devices.findLast((device) => device.label === label);
    const others = devices.filter((device) => device !== own);
    if (others.length > 0) throw otherSettings(different, others);
    await hubEnds(watch, transport, own?.index ?? 0);
    return false;
  } finally {
    watch?.close();
    if (!fits) transport.close();
  }
};

/** Leaves it, and waits until it has ended, or somebody else has come and may keep it. */
const hubEnds = async (watch: HubWatch, transport: HciTransport, own: number): Promise<void> => {
  transport.close();
  try {
    for await (const { devices } of watch) if (devices.some(({ index }) => index > own)) return;
  } catch {
    // It was killed.
  }
};

const otherSettings = (
  different: readonly string[],
  others: readonly DeviceReport[],
): PhoneKeyError => {
  const names = others.map(({ label, address }) => (label === '' ? address : label)).join(', ');
  return new PhoneKeyError(
    'usage.invalid',
    `a virtual air runs already, with ${different.join(', and ')}`,
    { hint: `It ends a second after the last of what is on it: ${names}. End that first.` },
  );
};
