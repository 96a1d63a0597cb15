import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';

/** How this phonekey came onto the machine; what npm is to be told depends on it. */
export type Installation = 'clone' | 'dependency' | 'global';

const SOCKET = '@abandonware/bluetooth-hci-socket';
const SOCKET_VERSION = '0.5.3-12';

/** The one command that builds the native socket for a real adapter (docs/decisions/0001). */
export const buildCommand = (installation: Installation): string => {
  switch (installation) {
    case 'clone':
      return `npm rebuild --ignore-scripts=false ${SOCKET}`;
    case 'dependency':
      return `npm install --ignore-scripts=false ${SOCKET}@${SOCKET_VERSION}`;
    case 'global':
      return `npm install -g --ignore-scripts=false ${SOCKET}@${SOCKET_VERSION}`;
  }
};

/** A package in node_modules was installed: into a project, or else globally. */
export const installationOf = (modulePath: string, exists = existsSync): Installation => {
  const at = modulePath.lastIndexOf(`${sep}node_modules${sep}phonekey${sep}`);
  if (at < 0) return 'clone';
  return exists(join(modulePath.slice(0, at), 'package.json')) ? 'dependency' : 'global';
};
