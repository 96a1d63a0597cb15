import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort, serverFolder, serverProcess, serverUid } from './server.js';
import type { ServerProcess } from './server.js';

export interface MosquittoServer extends ServerProcess {
  /** `mqtts://127.0.0.1:PORT` with TLS, else `mqtt://`. */
  readonly url: string;
  /** Who may do everything, and give others accounts. */
  readonly username: string;
  readonly password: string;
  /** The certificate of the authority, PEM, with TLS. */
  readonly ca: string | undefined;
  /** Kills it, and removes what it kept. */
  remove(): Promise<void>;
}

const ADMIN = 'service';
const PASSWORD = 'of the service';
const PLUGIN = 'mosquitto_dynamic_security.so';

/**
 * A Mosquitto of its own in a temporary folder, not started: with persistence, and accounts by its plugin for dynamic security, in
 * which the administrator may use all topics.
 */
export const mosquittoServer = async ({ tls = false } = {}): Promise<MosquittoServer> => {
  const folder = serverFolder();
  const uid = serverUid();
  const file = (name: string): string => join(folder.path, name);
  const write = (name: string, text: string): void => {
    writeFileSync(file(name), text, { mode: 0o600 });
    if (uid !== undefined) chownSync(file(name), uid, uid);
  };
  try {
    const port = await freePort();
    initAccounts(file('accounts.json'));
    if (uid !== undefined) chownSync(file('accounts.json'), uid, uid);
    if (tls) makeCertificates(folder.path, uid);
    write('mosquitto.conf', configuration({ folder: folder.path, port, tls, plugin: plugin() }));
    const server = serverProcess({
      command: 'mosquitto',
      args: ['-c', file('mosquitto.conf')],
      ready: /mosquitto version .* running/,
      uid,
    });
    return {
      ...server,
      url: `${tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`,
      username: ADMIN,
      password: PASSWORD,
      ca: tls ? readFileSync(file('ca.pem'), 'utf8') : undefined,
      async remove() {
        await server.kill();
        folder.remove();
      },
    };
  } catch (error) {
    folder.remove();
    throw error;
  }
};

const configuration = ({
  folder,
  port,
  tls,
  plugin,
}: {
  readonly folder: string;
  readonly port: number;
  readonly tls: boolean;
  readonly plugin: string;
}): string =>
  [
    `listener ${port} 127.0.0.1`,
    ...(tls ? [`certfile ${folder}/server.pem`, `keyfile ${folder}/server.key`] : []),
    'allow_anonymous false',
    `plugin ${plugin}`,
    `plugin_opt_config_file ${folder}/accounts.json`,
    'persistence true',
    `persistence_location ${folder}/`,
    // After each change, as it is killed in tests.
    'autosave_interval 1',
    'autosave_on_changes true',
    // Else small packets wait 40 ms for acknowledgements of those before them.
    'set_tcp_nodelay true',
    'log_dest stderr',
    '',
  ].join('\n');

/** Its administrator may do all with accounts; a role lets it use the topics of the cloud. */
const initAccounts = (path: string): void => {
  must('mosquitto_ctrl', ['dynsec', 'init', path, ADMIN, PASSWORD]);
  const accounts = JSON.parse(readFileSync(path, 'utf8')) as {
    roles: { rolename: string; acls: object[] }[];
  };
  const topic = 'phonekey/1/#';
  for (const acltype of ['publishClientSend', 'publishClientReceive', 'subscribePattern']) {
    accounts.roles[0]?.acls.push({ acltype, topic, priority: 0, allow: true });
  }
  writeFileSync(path, JSON.stringify(accounts));
};

/** An authority of its own, and a certificate of it for 127.0.0.1. */
const makeCertificates = (folder: string, uid: number | undefined): void => {
  const key = (name: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    join(folder, `${name}.key`),
  ];
  must('openssl', [
    'req',
    '-x509',
    ...key('ca'),
    '-days',
    '2',
    '-subj',
    '/CN=authority of a test',
    '-out',
    join(folder, 'ca.pem'),
  ]);
  must('openssl', [
    'req',
    '-x509',
    ...key('server'),
    '-days',
    '2',
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-CA',
    join(folder, 'ca.pem'),
    '-CAkey',
    join(folder, 'ca.key'),
    '-out',
    join(folder, 'server.pem'),
  ]);
  if (uid !== undefined) {
    for (const name of ['server.key', 'server.pem']) chownSync(join(folder, name), uid, uid);
  }
};

const must = (command: string, args: readonly string[]): void => {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
};

/** Where the plugin lies: beside the libraries of the system, or of the folder that .ci/mosquitto has unpacked. */
const plugin = (): string => {
  const found = spawnSync('sh', ['-c', 'command -v mosquitto'], { encoding: 'utf8' }).stdout.trim();
  const roots = ['/usr', join(dirname(dirname(realpathSync(found))), 'root/usr')];
  for (const lib of roots.flatMap((root) => [join(root, 'lib'), join(root, 'lib64')])) {
    if (!existsSync(lib)) continue;
    const folders = [lib, ...readdirSync(lib).map((name) => join(lib, name))];
    const path = folders.map((each) => join(each, PLUGIN)).find((each) => existsSync(each));
    if (path !== undefined) return path;
  }
  throw new Error(`${PLUGIN} is missing`);
};
