import type { PhoneKeyError } from '../../lib/errors.js';

/**
 * The library's hints speak of what to do, and know no command line. Here is which command does it: added to a sentence
 * of theirs, or in its place. The one table; a test holds it against the sources of both sides.
 */

/** A sentence of the library, without its stop: what does it. */
const DONE_BY: Readonly<Record<string, string>> = {
  'Go closer to the car and check that it is running': 'key scan',
  'Look at the car, or ask it': 'key status',
  'Look at the car': 'key car status',
  'See what the car says': 'key status',
  'See what state the car is in': 'key car status',
  'The command had been sent and may have been carried out': 'key status',
  'Start the car first': 'key car start',
  'Start the car first, it brings the air up': 'key car start',

  'Pair it again': 'key pair',
  'Pair it anew': 'key pair',
  'Ask an owner to give it back': 'key resume',
  'Pair this phone first': 'key pair',
  'Restore the key file, or pair again': 'key pair',
  'Delete it and pair again': 'key pair',
  'No try was used up': 'key pair --name',
  "Read the code on the car's screen": 'key car screen',
  'Open the window for an owner, or pair another owner first':
    'key car tap console --pair --role owner',
  'Re-key the car': 'key rekey',
  'List the cars this phone knows': 'key cars',
  'Wait until it begins': 'key cars',
  'Narrow it to what you have yourself': 'key cars',

  'Use another key, the phone or the card, and put a new CR2032 into the fob':
    'key fob battery --replace',

  'Remove a key first': 'key keys remove',
  'Ask the owner to remove a key': 'key keys remove',
  'Remove the key at the car, then pair again': 'key car remove',
  'Remove it at the car, with the card on the console': 'key car remove',
  'Ask the car for its keys': 'key keys list',
  'Ask the car for its keys once': 'key keys list',
  'Where an owner did who is one no more, name it by its fingerprint': 'key keys list',
  'Take its fingerprint, which the car tells': 'key keys list',
  'Pair another owner first, or reset the car from inside': 'key car reset',
  'Add another one first, at the car': 'key car card add',
  'See which cards the car knows': 'key car status',
  'Where the only one was lost, reset the car with another': 'key car reset --card',

  'Ask the owner for a new grant': 'key share',
  'Ask the owner for a new one': 'key share',
  'Give it a new grant instead': 'key share',
  'Owners can, and whoever was given a key to hand on': 'key share --delegations 1',
  'Ask the owner for one that may': 'key share --delegations 1',
  'Say a later time': '--until',
  'Ask for one to the key that this phone shows': 'key id',
  'Every car gets a key of its own': 'key id',
  'Take the key that the other phone offers': 'key id, there',
  'or give it to a fresh key of the other phone': 'key id, there',
  'Take the grant again with another one': 'key accept --as',
  'Ask an owner (another one, if you are one) to give it back': 'key resume',
  'Ask an owner to revoke it': 'key revoke',
  'An owner is suspended or revoked by another owner': 'key suspend, key revoke',
  'Let the owner sign the next one, near the car': 'key refresh',
  'Get a fresh revocation list of the owner and relay it to the car': 'key relay',

  'Give it with the command': 'key start --pin -, or key pin set --old-pin -',
  'Who has the card can clear it': 'key car pin clear',
  "Set the clock of the phone that signed it, or the car's with the card": 'key car time',

  'Check the connection to the internet and the address of the cloud': 'key cloud status',
  'Log in to the cloud again': 'key cloud login',
  'See which cars and which rights this account has in the cloud': 'key cloud cars list',
  'or leave those there first': 'key cloud sync',

  'Try again; where it stays so, switch Bluetooth off and on': 'key doctor',
  'Build the native Bluetooth socket': 'key doctor names the command',
  'Or use the virtual air': '--radio virtual',
  'unplug the adapter and plug it in again': 'key doctor tells what it sees then',
  'End some of the programs that are on the virtual air, and try again': 'key air list',
  'or choose another directory': '--home',
};

/** What the library says: what the command line says. */
const INSTEAD: Readonly<Record<string, string>> = {
  'Give something else; the message says what is wrong.': 'See the help of the command: key help.',
  'Switch Bluetooth on, or use another radio.': 'See which radio works here: key doctor.',
  'ask the owner for a new one, to the same key.':
    'ask the owner for a new one, to what key id --car shows.',
  'Ask it for its status; if it refuses, pair again.': 'Try key status; if it refuses, pair again.',
  'Ask for a grant to that key instead, or forget it first.':
    'Ask for a grant to that key instead: key id --car NAME. Or give it up: key forget NAME.',
  'It is what an owner has signed who revokes or suspends a key.':
    'Revocation lists come from key revoke, key suspend, key resume and key refresh.',
  'Let another owner do it, or remove it at the car, unless it is the last owner key.':
    'Let another owner do it; key keys remove takes it away, unless it is the last owner key.',
  'Say which one, by its name.': 'Say which one: --car NAME; list them with key cars.',
  "the car's with the card, then ask the car once for its status.":
    "the car's with the card (key car time), then ask the car once: key status.",
  'Start it as it was made, or': 'Start it without --memory, or',
  'Put it somewhere first, without a speed; or see its name in the list of the air.':
    'Put it somewhere first, without --speed; or see its name in key air list.',
  'End some of them, such as those that watch, and': 'End some of them, such as key air watch, and',
  'what was asked for may have been done.': 'what was asked for may have been done: key air list.',
  'Or serve HCI over TCP on 127.0.0.1:6402 and':
    'Or serve HCI over TCP (key air start --h4 127.0.0.1:6402) and',
  'Give a btsnoop file, such as btmon -w or Android writes.':
    'Give a file that --capture, btmon -w or Android has written.',
};

const SENTENCES: readonly (readonly [string, string])[] = [
  ...Object.entries(DONE_BY).map(
    ([sentence, command]) => [`${sentence}.`, `${sentence}: ${command}.`] as const,
  ),
  ...Object.entries(INSTEAD),
];

/** What to do now, in commands. */
export const hintFor = ({ hint }: Pick<PhoneKeyError, 'hint'>): string =>
  SENTENCES.reduce((text, [ours, theirs]) => text.replace(ours, () => theirs), hint);

/** For the test. */
export const HINT_TABLE = { DONE_BY, INSTEAD };
