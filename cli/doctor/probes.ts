import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestOf } from '../../lib/radio/loader/manifest.js';
import { systemClock } from '../../lib/platform/clock.js';
import { lackingCryptography } from '../config/cryptography.js';
import { FileKeyStore } from '../config/key-store.js';
import { settingsPath } from '../config/settings.js';
import type { Context } from '../context.js';
import { existsSync } from 'node:fs';

/** What the doctor asks the machine. Every function may throw whatever it throws. */
export type Probes = ReturnType<typeof systemProbes>;

const CAP_NET_RAW = 13n;
const OPEN_TIMEOUT_MS = 3_000;

export const systemProbes = ({ paths, log }: Context) => {
  const require = createRequire(import.meta.url);
  const installation = installationOf(fileURLToPath(import.meta.url));
  const cwd = process.cwd();
  const hasSocket = existsSync(join(installation.root, 'node_modules', SOCKET, 'package.json'));
  return {
    nodeVersion: process.versions.node,
    platform: process.platform,
    /** What node:crypto lacks of what a suite needs. */
    cryptographyLacks: () => lackingCryptography(),
    buildCommand: buildCommand(installation, cwd, hasSocket),
    installCommand: (name: string) => installCommand(installation, cwd, name),
    async packageVersion(name: string) {
      const text = await readFile(manifestOf(name, 'virtual air'), 'utf8');
      return String((JSON.parse(text) as { version?: unknown }).version);
    },
    /** Linux: the adapters, as the native socket sees them. */
    async hciDevices() {
      const Socket = require('@abandonware/bluetooth-hci-socket') as new () => {
        getDeviceList(): { devId: number; devUp: boolean }[];
      };
      return Promise.resolve(new Socket().getDeviceList());
    },
    /** Linux: whether a switch keeps Bluetooth off. */
    bluetoothBlocked: () => blockedIn('/sys/class/rfkill'),
    /** Linux. */
    async mayOpenRawSockets() {
      if (process.getuid?.() === 0) return true;
      const [, mask = '0'] =
        /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8')) ?? [];
      return ((BigInt(`0x${mask}`) >> CAP_NET_RAW) & 1n) === 1n;
    },
    /** Opens the real adapter and closes it. */
    async openBluetooth() {
      const { openNobleCentral, systemNoble } = await import('../../lib/radio/noble.js');
      const options = { load: systemNoble, clock: systemClock, log, timeoutMs: OPEN_TIMEOUT_MS };
      await (await openNobleCentral(options)).close();
    },
    /** Lets noble and bleno run on a virtual air of their own. */
    async openVirtual() {
      const { VirtualAir } = await import('../../air/air.js');
      const { loadBleno, loadNoble } = await import('../../air/load.js');
      const { openNobleCentral } = await import('../../lib/radio/noble.js');
      const { openBlenoPeripheral } = await import('../../lib/radio/bleno.js');
      const air = new VirtualAir();
      const stack = { clock: systemClock, log, timeoutMs: OPEN_TIMEOUT_MS };
      try {
        const noble = async () => loadNoble(air.controller());
        await (await openNobleCentral({ ...stack, load: noble })).close();
        const bleno = async () => loadBleno(air.controller());
        await (await openBlenoPeripheral({ ...stack, load: bleno })).close();
      } finally {
        air.close();
      }
    },
    async hubRunning() {
      const { openHubControl } = await import('../../air/hub/control-client.js');
      try {
        const control = await openHubControl(paths.hub);
        await control.info();
        control.close();
        return true;
      } catch {
        return false;
      }
    },
    /** Where they are; that they can be read is known by now. */
    async settings() {
      const path = settingsPath();
      return Promise.resolve(existsSync(path) ? path : `none; they would be in ${path}`);
    },
    async pairedCars() {
      return (await new FileKeyStore(paths.keys).list()).length;
    },
  };
};

const blockedIn = async (directory: string): Promise<'soft' | 'hard' | undefined> => {
  const switches = await readdir(directory).catch(() => []);
  for (const name of switches) {
    const read = async (file: string): Promise<string> =>
      (await readFile(join(directory, name, file), 'utf8')).trim();
    if ((await read('type')) !== 'bluetooth') continue;
    if ((await read('hard')) === '1') return 'hard';
    if ((await read('soft')) === '1') return 'soft';
  }
  return undefined;
};

const SOCKET = '@abandonware/bluetooth-hci-socket';
const SOCKET_VERSION = '0.5.3-12';

/** How this phonekey came onto the machine, and where that was: the clone, the project, or nowhere to speak of. */
export interface Installation {
  readonly kind: 'clone' | 'dependency' | 'global';
  readonly root: string;
}

/** A package in node_modules was installed: into a project, or else globally. */
export const installationOf = (modulePath: string, exists = existsSync): Installation => {
  const at = modulePath.lastIndexOf(`${sep}node_modules${sep}phonekey${sep}`);
  if (at < 0) return { kind: 'clone', root: modulePath.split(`${sep}dist${sep}`)[0] ?? '' };
  const root = modulePath.slice(0, at);
  return { kind: exists(join(root, 'package.json')) ? 'dependency' : 'global', root };
};

/** npm, from where one stands: anywhere else than in the clone or the project it would change another one. */
const npmFor = ({ kind, root }: Installation, cwd: string): string => {
  if (kind === 'global') return 'npm -g';
  const inside = cwd === root || cwd.startsWith(`${root}${sep}`);
  return inside ? 'npm' : `npm --prefix "${root}"`;
};

/**
 * The one command that builds the native socket for a real adapter (docs/decisions/0001).
 * @param isThere the package is installed, and not built
 */
export const buildCommand = (at: Installation, cwd: string, isThere: boolean): string =>
  isThere && at.kind !== 'global'
    ? `${npmFor(at, cwd)} rebuild --ignore-scripts=false ${SOCKET}`
    : `${npmFor(at, cwd)} install --ignore-scripts=false ${SOCKET}@${SOCKET_VERSION}`;

/** Installs a package that is missing. */
export const installCommand = (at: Installation, cwd: string, name: string): string =>
  `${npmFor(at, cwd)} install --ignore-scripts ${name}`;
