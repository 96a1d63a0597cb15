import { Option } from '@commander-js/extra-typings';
import { GRANTED_ROLES } from '../../lib/domain/roles.js';
import type { Act } from '../context.js';
import { adder } from './adder.js';
import type { Parent } from './adder.js';
import { parseAccount, parseCount, parseFile, parseSource, parseTime } from '../config/parse.js';
import { formFactor } from './phone.js';

const ID_EXAMPLES = `Examples:
  $ key id                                 a fresh key, to be sent to an owner
  $ key id --car Blue                      the key for Blue, for another grant to it
  $ key id --out bob.png                   a picture of its QR code
`;

const SHARE_EXAMPLES = `Examples:
  $ key share --to phonekey:key/...                            a guest, for three days
  $ key share --to bob.key --role valet --until +4h --uses 6
  $ ssh bob key id | key share --to - --role driver --name Bob --lease 168 --out bob.grant
  $ key share --to eve.key --from 2026-05-01T08:00 --until 2026-05-08 --delegations 1

A guest's key ends after 72 hours, a valet's after 12, a service's after 24, a driver's not, unless
--until says otherwise. Without a fresh signature of the owner for the hours of --lease, it unlocks
and does not drive; key refresh signs one. Nothing is sent: give the grant to the other phone, for key
accept.
`;

const ACCEPT_EXAMPLES = `Examples:
  $ key accept phonekey:grant/... --name 'the blue one' --as Bob
  $ key accept bob.grant && key unlock
  $ key accept screenshot.png              of the QR code
`;

const REVOKE_EXAMPLES = `Examples:
  $ key revoke Bob                         by the name that it was shared by
  $ key revoke 43ea6d628a0fbb21            by its fingerprint: key shared, key keys list
  $ key revoke 3                           by its slot; asks the car
  $ key revoke Bob --offline --out bob.revocation

The owner's revocation list is delivered when the car is near, and otherwise with the next command
there. Whoever else comes to the car may relay it: key relay. It is sealed, so they cannot read it.
`;

const RELAY_EXAMPLES = `Examples:
  $ key relay bob.revocation
  $ key relay - --id ID < bob.revocation   to the car that key scan shows as ID

A phone that has a key for the car delivers it as its own. Any other phone sends it to all cars that are
near; only the car that it is meant for can read it, and no car tells a stranger which one that is.
`;

const PIN_EXAMPLES = `Examples:
  $ key pin set                            asks for it
  $ pass show car-pin | key pin set --pin -
  $ key pin clear                          asks for the one that the car has

To change or clear a PIN, give the one that the car has. Whoever has forgotten it clears it at the car,
with the card: key car pin clear.
`;

const STATUS_VERBS = [
  ['revoke', 'take the rights of a key away, for good; for owners'],
  ['suspend', 'take them away until key resume; for owners'],
  ['resume', 'give the rights of a suspended key back; for owners'],
] as const;

/** The commands of keys that come from a phone, not from the car. */
export const addSharingCommands = (program: Parent, act: Act): void => {
  const add = adder(program);
  addGrants(add, act);
  addRevocationLists(add, act);
  const pin = add(
    'pin',
    'set or clear the PIN that the car asks for to start; for owners',
    PIN_EXAMPLES,
  );
  const addToPin = adder(pin);
  addToPin('set', 'make the car ask for this PIN from now on')
    .option('--pin <->', '-: read it from stdin (or give it in KEY_PIN)')
    .addOption(oldPin())
    .action(act('radio', async () => (await import('../phone/pin.js')).setPin));
  addToPin('clear', 'make the car stop asking for a PIN')
    .addOption(oldPin())
    .action(act('radio', async () => (await import('../phone/pin.js')).clearPin));
  add('rekey', "remove every key but the owners', and void every grant; for owners")
    .option('-y, --yes', 'do not ask')
    .action(act('radio', async () => (await import('../phone/rekey.js')).rekey));
};

const addGrants = (add: ReturnType<typeof adder>, act: Act): void => {
  add('id', 'show a key of this phone, which an owner of a car can share with', ID_EXAMPLES)
    .addOption(out())
    .addOption(qr())
    .action(act('nothing', async () => (await import('../phone/share.js')).showKey));
  add('share', 'give rights to a key of another phone, offline', SHARE_EXAMPLES)
    .requiredOption(
      '--to <key>',
      'phonekey:key/... of key id, a file with it or a PNG of its QR code, - for stdin, or an X25519 public key in hex',
      parseSource,
    )
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(GRANTED_ROLES)
        .default('guest' as const),
    )
    .option('--from <time>', 'when it begins (default: now)', parseTime)
    .option(
      '--until <time>',
      'when it ends: +30m, +2h, +3d, +1w, or as 2026-05-01T18:00',
      parseTime,
    )
    .option('--uses <n>', 'how often it unlocks or starts (default: no limit)', parseCount(255, 1))
    .option(
      '--lease <hours>',
      'how long it drives without a fresh signature of the owner (default: no limit)',
      parseCount(255, 1),
    )
    .option('--delegations <n>', 'how many times it may be handed on', parseCount(3))
    .option('--name <name>', 'name of the key, for key revoke')
    .option(
      '--account <name>',
      'leave it in the cloud for this account, too: with key cloud sync, also after an outage',
      parseAccount,
    )
    .addOption(out())
    .addOption(qr())
    .action(act('nothing', async () => (await import('../phone/share.js')).shareKey));
  add('accept', 'take a grant for a key that key id has shown', ACCEPT_EXAMPLES)
    .argument(
      '<grant>',
      'phonekey:grant/..., a file with it or a PNG of its QR code, or - for stdin',
      parseSource,
    )
    .option('--name <name>', 'name of the car, on this phone (default: car)')
    .option('--as <name>', 'name of this phone, for the list of keys (default: phone)')
    .addOption(formFactor())
    .action(act('nothing', async () => (await import('../phone/share.js')).acceptGrant));
  add('shared', 'list what this phone has shared').action(
    act('nothing', async () => (await import('../phone/share.js')).listShared),
  );
};

const lists = () => import('../phone/revocation-lists.js');

const addRevocationLists = (add: ReturnType<typeof adder>, act: Act): void => {
  for (const [verb, summary] of STATUS_VERBS) {
    add(verb, summary, verb === 'revoke' ? REVOKE_EXAMPLES : '')
      .argument('<key>', 'fingerprint of the key, the name that it was shared by, or its slot')
      .addOption(offline())
      .addOption(out())
      .addOption(qr())
      .action((which, options) =>
        act(radioUnless(options), async () => (await lists()).changeKeyStatus)(
          verb,
          which,
          options,
        ),
      );
  }
  add(
    'refresh',
    'sign a fresh revocation list, so that the leases of shared keys begin anew; for owners',
  )
    .addOption(offline())
    .addOption(out())
    .addOption(qr())
    .action((options) =>
      act(radioUnless(options), async () => (await lists()).refreshLeases)(options),
    );
  add('relay', "relay an owner's revocation list to the car, from any phone", RELAY_EXAMPLES)
    .argument(
      '<list>',
      'phonekey:revocation-list/..., a file with one on each line or a PNG of its QR code, or - for stdin',
      parseSource,
    )
    .option('--id <id>', 'send it to this car alone, by its id in key scan')
    .action(act('radio', async () => (await lists()).relayLists));
};

const oldPin = () =>
  new Option(
    '--old-pin <->',
    '-: read the PIN that the car asks for now from stdin (or give it in KEY_OLD_PIN)',
  );
const qr = () =>
  new Option('--qr', 'show a QR code on stderr, too (on a terminal it comes by itself)');
const out = () =>
  new Option('--out <file>', 'write it to a file; to a .png, as a QR code').argParser(parseFile);
const offline = () => new Option('--offline', 'do not try to reach the car');
const radioUnless = (options: { readonly offline?: true | undefined }): 'nothing' | 'radio' =>
  options.offline === true ? 'nothing' : 'radio';
