import { Option } from '@commander-js/extra-typings';
import type { Act } from '../context.js';
import { adder } from './adder.js';
import type { Parent } from './adder.js';
import { OUTAGE_MODES } from '../cloud/outage-modes.js';
import { CLOUD_PORT } from '../cloud/url.js';
import { parseAccount, parseCount, parseDuration, parseFile, parseName, parsePort } from '../config/parse.js';

const EXAMPLES = `Examples:
  $ key cloud start                        the cloud of the app, until Ctrl-C
  $ key car start --cloud                  a car that is linked to it, and shows a code
  $ key cloud register ada                 an account, and this phone logged in to it
  $ key cloud cars claim CODE              makes the car one of the account
  $ key unlock --via cloud                 from afar
  $ key cloud fail --mode 500 --for 20m    the outage; key cloud fail --stop ends it
`;

const FAIL_EXAMPLES = `Examples:
  $ key cloud fail                         500 for 20 minutes
  $ key cloud fail --mode dns --for 30s
  $ key cloud fail --stop

500: it answers that it failed. timeout: it takes requests and does not answer. refuse: nobody listens at its port.
slow: it answers after seconds. flap: it comes and goes. dns: its name is not found.
`;

const START_EXAMPLES = `Examples:
  $ key cloud start                        data in the home, broker in the process
  $ key cloud start --port 0               on any free port
  $ KEY_CLOUD_DATABASE=postgres://... KEY_CLOUD_BROKER=mqtts://... key cloud start
`;

/** The commands of the cloud, of accounts there, and of its outages. */
export const addCloudCommands = (program: Parent, act: Act): void => {
  const cloud = adder(program)(
    'cloud',
    'run the cloud of the app, use it, and let it fail',
    EXAMPLES,
  );
  const add = adder(cloud);

  add(
    'start',
    'run the cloud until Ctrl-C (then exit code 0); its events, one a line, on stdout',
    START_EXAMPLES,
  )
    .option('--port <port>', 'where it listens, on this machine (0: any)', parsePort, CLOUD_PORT)
    .option(
      '--broker-port <port>',
      `where its own broker listens (default: ${String(CLOUD_PORT + 1)}, or any with --port 0)`,
      parsePort,
    )
    .option(
      '--database <file>',
      'a file with the URL of a PostgreSQL database (or give the URL in KEY_CLOUD_DATABASE; default: data in the home)',
      parseFile,
    )
    .option(
      '--broker <file>',
      'a file with the URL of an MQTT broker (or give the URL in KEY_CLOUD_BROKER; default: one in the process)',
      parseFile,
    )
    .action(act('nothing', async () => (await import('../cloud/start.js')).startCloud));

  add('fail', 'let the cloud that runs here fail, for a time', FAIL_EXAMPLES)
    .addOption(
      new Option('--mode <mode>', 'how it fails').choices(OUTAGE_MODES).default('500' as const),
    )
    .option('--for <time>', 'how long: 30s, 20m, 2h', parseDuration, 20 * 60)
    .option('--stop', 'end the outage')
    .action(act('nothing', async () => (await import('../cloud/fail.js')).failCloud));

  add('status', 'show whether the cloud answers, and who is logged in to it').action(
    act('nothing', async () => (await import('../cloud/status.js')).showCloud),
  );
  add('watch', 'tell what happens there, until Ctrl-C (then exit code 0)').action(
    act('nothing', async () => (await import('../cloud/watch.js')).watchCloud),
  );
  addAccounts(add, act);
  addCars(add, act);
};

const accounts = () => import('../cloud/account.js');

const addAccounts = (add: ReturnType<typeof adder>, act: Act): void => {
  for (const [verb, summary] of [
    ['register', 'make an account, and log this phone in to it'],
    ['login', 'log this phone in to an account'],
  ] as const) {
    add(verb, summary)
      .argument('<name>', 'name of the account', parseAccount)
      .option(
        '--password <->',
        '-: read the password from stdin (or give it in KEY_CLOUD_PASSWORD)',
      )
      .action(act('nothing', async () => (await accounts())[verb]));
  }
  add('logout', 'log this phone out; its keys stay, and open cars by Bluetooth').action(
    act('nothing', async () => (await accounts()).logout),
  );
};

const cars = () => import('../cloud/cars.js');

const addCars = (add: ReturnType<typeof adder>, act: Act): void => {
  const below = adder(add('cars', 'list, claim and give up cars of the account'));
  below('list', 'list them').action(act('nothing', async () => (await cars()).listCars));
  below('claim', 'make a car one of the account, with the code that it shows')
    .argument('<code>', 'code on the screen of the car')
    .action(act('nothing', async () => (await cars()).claimCar));
  below('remove', 'give a car up, with its members and its log; for owners')
    .argument('<car>', 'its name or id, as key cloud cars list shows it', parseName)
    .action(act('nothing', async () => (await cars()).removeCar));

  for (const [verb, summary] of [
    ['share', 'let another account reach a car; a key of the car is another thing: key share'],
    ['unshare', 'end that'],
  ] as const) {
    add(verb, summary)
      .argument('<account>', 'name of the other account', parseAccount)
      .argument('[car]', 'its name or id (default: the only one)', parseName)
      .action(act('nothing', async () => (await cars())[verb]));
  }
  add('log', 'show what was asked of a car through the cloud; for its owner')
    .argument('[car]', 'its name or id (default: the only one)', parseName)
    .option('--limit <n>', 'how many of the newest', parseCount(200, 1), 20)
    .action(act('nothing', async () => (await cars()).showLog));
};
