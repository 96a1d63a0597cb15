import { Argument, Option } from '@commander-js/extra-typings';
import type { Act } from '../context.js';
import { adder, examplesOf } from './adder.js';
import type { Parent } from './adder.js';
import { CLOSURES, DOORS } from '../../lib/domain/closures.js';
import { ROLES } from '../../lib/domain/roles.js';
import { DEFAULT_NAME } from '../car/home.js';
import type { Beside } from '../car/beside.js';
import { parseCar, parseName, parseDuration, parseSlot, parseTime } from '../config/parse.js';

const EXAMPLES = `Examples:
  $ key car start                          a car, until Ctrl-C
  $ key car start --name red --at 0,5      another one, five metres away
  $ key car tap console --pair             opens a pairing window
  $ key car screen                         shows the code
  $ key car handle front-left              opens the door, if it is unlocked
  $ key car status --name red --json
`;

/** A card is known by its name. */
const CARD = ['--card <name>', 'which key card (default: the first)', parseName] as const;

/** The commands of a simulated car and of the person beside it. */
export const addCarCommands = (program: Parent, act: Act): void => {
  const car = adder(program)('car', 'run a simulated car, and do what a person beside it can do')
    .option('--name <name>', 'which car, where there are several', parseCar, DEFAULT_NAME)
    .addHelpText('after', examplesOf(EXAMPLES));

  const add = adder(car);

  add('start', 'run the car until Ctrl-C (then exit code 0); its events, one a line, on stdout')
    .addOption(
      new Option(
        '--memory <kind>',
        'what a new car keeps its keys in: files, or a simulated flash (default: files)',
      ).choices(['files', 'flash'] as const),
    )
    .addOption(
      new Option(
        '--stack <kind>',
        'its Bluetooth host: bleno serves one phone at a time, hci three (default: bleno)',
      ).choices(['bleno', 'hci'] as const),
    )
    .option('--cloud', 'link it to the cloud, too: register there once, and show a code for its owner')
    .action(
      act('radio', async () => {
        const { startCar } = await import('../car/start.js');
        return (context, options) => startCar(context, car.opts().name, options);
      }),
    );

  const person =
    <M>(load: () => Promise<M>) =>
    (work: (module: M, at: Beside) => Promise<void>): Promise<void> =>
      act('nothing', async () => {
        const module = await load();
        return (context) => work(module, { context, name: car.opts().name });
      })();
  const beside = person(() => import('../car/beside.js'));
  const atScreen = person(() => import('../car/at-screen.js'));

  add('tap', 'hold a key card to a reader')
    .addArgument(
      new Argument('[reader]', 'console: drive, or pair with --pair; pillar: lock or unlock')
        .choices(['console', 'pillar'] as const)
        .default('console' as const),
    )
    .option('--pair', 'open the pairing window')
    .addOption(
      new Option('--role <role>', 'what the new key may do (default: the first key owns the car)')
        .choices(ROLES)
        .implies({ pair: true }),
    )
    .option(...CARD)
    .action((reader, options) => beside((module, at) => module.tap(at, reader, options)));
  add('handle', 'pull the handle of a door')
    .addArgument(new Argument('<door>', 'which door').choices(DOORS))
    .action((door) => beside((module, at) => module.pullHandle(at, door)));
  add('door', 'open or close a door, the trunk or the frunk by hand')
    .addArgument(new Argument('<what>', 'open or close').choices(['open', 'close'] as const))
    .addArgument(new Argument('<door>', 'which one').choices(CLOSURES))
    .action((what, door) => beside((module, at) => module.moveDoor(at, what, door)));
  add('drive', 'drive off').action(() => beside((module, at) => module.driveOrPark(at, 'drive')));
  add('park', 'park').action(() => beside((module, at) => module.driveOrPark(at, 'park')));
  add('screen', 'read the screen: the pairing code is there while the window is open')
    .option('--qr', 'show its QR code, too (on a terminal it comes by itself)')
    .action((options) => beside((module, at) => module.screen(at, options)));
  add('status', 'look at the car: locks, doors, driving, keys')
    .option('--watch', 'go on to tell what happens at it, until Ctrl-C (then exit code 0)')
    .action((options) => beside((module, at) => module.carStatus(at, options)));
  add('card', 'enrol another key card, at the screen, with one that the car knows')
    .addArgument(new Argument('<what>', 'add').choices(['add'] as const))
    .argument('<card>', 'name of the new card, for the list of keys', parseName)
    .option(...CARD)
    .action((_, name, options) => atScreen((module, at) => module.addCard(at, name, options)));
  add('remove', 'remove a key or a card at the screen, with a card on the console')
    .argument('<slot>', 'slot of the key', parseSlot)
    .option(...CARD)
    .action((slot, options) =>
      atScreen((module, at) => module.removeKeyAtScreen(at, slot, options)),
    );
  add('pin', 'make the car stop asking for a PIN, at the screen, with a card on the console')
    .addArgument(new Argument('<what>', 'clear').choices(['clear'] as const))
    .option(...CARD)
    .action((_, options) => atScreen((module, at) => module.clearPin(at, options)));
  add('time', 'show the time of the car, or set it')
    .option(
      '--set <time>',
      "set it, also back, with the card on the console; this re-keys the car: only the owners' keys stay, and every grant is void",
      parseTime,
    )
    .option('-y, --yes', 'do not ask')
    .option(...CARD)
    .action((options) => atScreen((module, at) => module.carTime(at, options)));
  add('clock', 'make the clock of the car lose the time, or let time pass for it')
    .addArgument(new Argument('<what>', 'lose or advance').choices(['lose', 'advance'] as const))
    .argument('[time]', 'for advance: 90m, 6h, 30d', parseDuration)
    .action((what, seconds) => beside((module, at) => module.clock(at, what, seconds)));
  add('reset', 'factory reset: the car forgets every key and gets a new identity')
    .option('-y, --yes', 'do not ask')
    .option('--card <name>', 'the key card that it knows from then on (default: card)', parseName)
    .action((options) => beside((module, at) => module.reset(at, options)));
};
