import type { Act } from '../context.js';
import { adder } from './adder.js';
import type { Parent } from './adder.js';
import { parsePaired, parseSeconds, parseSlotOrOwn } from '../config/parse.js';
import { Option } from '@commander-js/extra-typings';
import { FORM_FACTORS } from '../../lib/domain/names.js';

const ACTION_SUMMARIES = [
  ['unlock', 'unlock the doors'],
  ['lock', 'lock the doors'],
  ['trunk', 'open the trunk'],
  ['frunk', 'open the frunk'],
] as const;

const PAIR_EXAMPLES = `Examples:
  $ key pair                               asks for the code
  $ key pair --name Ada --id ID            as Ada, with the car that key scan shows as ID
  $ key car screen --json | jq -r .code | key pair --code -
  $ key car screen --json | jq -r .uri | key pair --uri -
`;

const START_EXAMPLES = `Examples:
  $ key start                              asks for the PIN, if the car does
  $ pass show car-pin | key start --pin -
`;

const KEYS_EXAMPLES = `Examples:
  $ key keys list
  $ key keys remove 1                      the key in slot 1
  $ key keys remove own                    the key of this phone, in the car and here
`;

/** The commands of a phone. Each loads what it needs when it runs, so that help is quick. */
export const addPhoneCommands = (program: Parent, act: Act): void => {
  const add = adder(program);
  for (const [action, summary] of ACTION_SUMMARIES) {
    add(action, summary)
      .addOption(via())
      .action(act('radio', async () => (await import('../phone/act.js')).act(action)));
  }
  add('start', 'authorise driving for 2 minutes', START_EXAMPLES)
    .option('--pin <->', '-: read the PIN of the car from stdin (or give it in KEY_PIN)')
    .addOption(via())
    .action(act('radio', async () => (await import('../phone/pin.js')).start));
  add('status', 'ask the car: locks, doors, driving')
    .addOption(via())
    .action(act('radio', async () => (await import('../phone/act.js')).showStatus));

  add('pair', 'make this phone a key of the car, with the code on its screen', PAIR_EXAMPLES)
    .option('--code <->', '-: read the code from stdin (or give it in KEY_PAIRING_CODE)')
    .option('--uri <->', '-: read the phonekey:pair/ URI of its QR code from stdin')
    .option('--id <id>', 'which car, by its id in key scan (default: the nearest that waits)')
    .option('--name <name>', 'name of this phone, for the list of keys')
    .addOption(formFactor())
    .option('--accept-role', 'pair also where the window gives a lower role than this phone has')
    .action(act('radio', async () => (await import('../phone/pair.js')).pair));

  add('scan', 'list the cars that are near')
    .option('--for <seconds>', 'how long to listen', parseSeconds, 3)
    .action(act('radio', async () => (await import('../phone/scan.js')).showScan));

  const keys = add('keys', 'list and remove the keys that the car knows', KEYS_EXAMPLES);
  const addToKeys = adder(keys);
  addToKeys('list', 'list them; for owners').action(
    act('radio', async () => (await import('../phone/keys.js')).listKeys),
  );
  addToKeys('remove', 'remove one')
    .argument('<slot>', 'slot of the key; own: the key of this phone', parseSlotOrOwn)
    .action(act('radio', async () => (await import('../phone/keys.js')).removeKey));

  add('cars', 'list the cars this phone has a key for').action(
    act('nothing', async () => (await import('../phone/cars.js')).listCars),
  );
  add('forget', "delete this phone's key for a car")
    .argument('<name>', 'name of the car', parsePaired)
    .action(act('nothing', async () => (await import('../phone/cars.js')).forgetCar));
};

const via = () =>
  new Option(
    '--via <way>',
    'auto: over Bluetooth, and through the cloud where the car is not heard; cloud: the other way round; ble: over Bluetooth alone (default: auto where this phone is logged in)',
  ).choices(['auto', 'ble', 'cloud'] as const);

export const formFactor = () =>
  new Option(
    '--form-factor <what>',
    'what this is to be in the list of keys (default: phone)',
  ).choices(FORM_FACTORS);
