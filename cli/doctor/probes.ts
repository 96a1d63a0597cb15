import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestOf } from '../../lib/radio/loader/manifest.js';
import { systemClock } from '../../lib/platform/clock.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { existsSync } from 'node:fs';

/** What the doctor asks the machine. Every function may throw whatever it throws. */
export type Probes = ReturnType<typeof systemProbes>;

const CAP_NET_RAW = 13n;
const OPEN_TIMEOUT_MS = 3_000;

export const systemProbes = ({ paths, log }: Context) => {
  const require = createRequire(import.meta.url);
  return {
    nodeVersion: process.versions.node,
    platform: process.platform,
    installation: installationOf(fileURLToPath(import.meta.url)),
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

/**
 * The one command that builds the native socket for a real adapter (docs/decisions/0001), by how this
 * phonekey came onto the machine.
 */
export const BUILD_COMMANDS = {
  clone: `npm rebuild --ignore-scripts=false ${SOCKET}`,
  dependency: `npm install --ignore-scripts=false ${SOCKET}@${SOCKET_VERSION}`,
  global: `npm install -g --ignore-scripts=false ${SOCKET}@${SOCKET_VERSION}`,
};

type Installation = keyof typeof BUILD_COMMANDS;

/** A package in node_modules was installed: into a project, or else globally. */
export const installationOf = (modulePath: string, exists = existsSync): Installation => {
  const at = modulePath.lastIndexOf(`${sep}node_modules${sep}phonekey${sep}`);
  if (at < 0) return 'clone';
  return exists(join(modulePath.slice(0, at), 'package.json')) ? 'dependency' : 'global';
};
