import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { defaultHubPath } from '../../air/hub/socket.js';

/** Where the command keeps things. */
export interface Paths {
  /** The keys of this phone. */
  readonly keys: string;
  /** The memories of simulated cars. */
  readonly cars: string;
  /** The keys and cells of key fobs. */
  readonly fobs: string;
  /** What the cloud of this home keeps. */
  readonly cloud: string;
  /** The socket of the hub of the virtual air. */
  readonly hub: string;
  /** What is a name server to those on this air. */
  readonly names: string;
}

/**
 * `home` holds everything; without it the directories are those of the operating system (XDG on
 * Linux). `air` puts several homes, each a phone or a car of its own, on one air.
 */
export const pathsFor = (
  { home, air }: { readonly home?: string | undefined; readonly air?: string | undefined },
  env: NodeJS.ProcessEnv,
): Paths => {
  const data = home === undefined ? envPaths('phonekey', { suffix: '' }).data : resolve(home);
  const runtime = env['XDG_RUNTIME_DIR'];
  const shared =
    home === undefined && runtime !== undefined && runtime !== ''
      ? join(runtime, 'phonekey')
      : data;
  const onAir = air === undefined ? shared : resolve(air);
  return {
    keys: join(data, 'keys'),
    cars: join(data, 'cars'),
    fobs: join(data, 'fobs'),
    cloud: join(data, 'cloud'),
    hub: defaultHubPath(onAir),
    names: join(onAir, 'air', 'names.json'),
  };
};
