import { encodeCommand } from '../lib/native/commands.js';
import type { Command, CommandName } from '../lib/domain/commands.js';
import { ROLES } from '../lib/domain/roles.js';
import type { Role } from '../lib/domain/roles.js';
import { toHex, utf8 } from '../lib/platform/bytes.js';
import { NOTE } from './example-keys.js';
import { NOW } from './sharing-examples.js';

/** test/vectors/decisions.json: what a key may do, before the command itself meets anything. */

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  unlock: { type: 'unlock' },
  lock: { type: 'lock' },
  start: { type: 'start' },
  trunk: { type: 'trunk' },
  frunk: { type: 'frunk' },
  status: { type: 'status' },
  listKeys: { type: 'listKeys' },
  removeKey: { type: 'removeKey' },
  deliver: { type: 'deliver', revocationList: utf8('') },
  setPin: { type: 'setPin', pin: '4711' },
  raiseEpoch: { type: 'raiseEpoch' },
  setTime: { type: 'setTime', seconds: NOW },
  listRevocations: { type: 'listRevocations', page: 0 },
};
const ALL = Object.keys(COMMANDS) as readonly CommandName[];
const EVERYBODY: readonly CommandName[] = [
  'unlock',
  'lock',
  'start',
  'status',
  'deliver',
  'removeKey',
];
/** Typed once more, by the table of the specification. */
const MAY: Readonly<Record<Role, readonly CommandName[]>> = {
  owner: ALL,
  driver: [...EVERYBODY, 'trunk', 'frunk'],
  guest: [...EVERYBODY, 'trunk'],
  valet: EVERYBODY,
  service: [...EVERYBODY, 'frunk'],
};

/** Of the last link of its chain; times are seconds since 1970. */
export interface Bounds {
  readonly not_before: number;
  readonly not_after: number;
  readonly uses: number;
  readonly used: number;
  readonly lease_hours: number;
  /** Of the first link, by the owner. */
  readonly issued_at: number;
}

interface Circumstances {
  readonly role: Role;
  readonly grant: Bounds | null;
  readonly suspended: boolean;
  /** The car's time; null where it does not know it. */
  readonly now: number | null;
  /** Issued at of the owner's last whole list; 0: there was none. */
  readonly last_list: number;
}

const HOUR = 3600;
const GRANT: Bounds = {
  not_before: NOW,
  not_after: NOW + 24 * HOUR,
  uses: 0,
  used: 0,
  lease_hours: 0,
  issued_at: NOW,
};
const PAIRED: Circumstances = {
  role: 'driver',
  grant: null,
  suspended: false,
  now: NOW,
  last_list: 0,
};
const granted = (bounds: Partial<Bounds>, more: Partial<Circumstances> = {}): Circumstances => ({
  ...PAIRED,
  grant: { ...GRANT, ...bounds },
  ...more,
});

/** One for each command of the role: those that are left to it, and the rest for this reason. */
const left = (
  name: string,
  circumstances: Circumstances,
  reason: string,
  ...commands: readonly CommandName[]
) =>
  MAY[circumstances.role].map((command) => ({
    name: `${name}: ${command}`,
    ...circumstances,
    command: toHex(encodeCommand(COMMANDS[command])),
    expect: commands.includes(command) ? 'allowed' : reason,
  }));

const but = (without: CommandName): readonly CommandName[] =>
  MAY.driver.filter((command) => command !== without);

export const decisionVectors = () => {
  const { not_before, not_after } = GRANT;
  const closed: readonly CommandName[] = ['lock', 'status', 'deliver', 'removeKey'];
  const outside: readonly CommandName[] = ['deliver', 'removeKey'];
  const ofOwner: readonly CommandName[] = ['unlock', 'lock', 'status', 'deliver'];
  const leased = { lease_hours: 2 };
  const used = { uses: 3, used: 3 };
  const atEnd = { now: not_before + 2 * HOUR };
  return {
    note: NOTE,
    decisions: [
      ...ROLES.flatMap((role) =>
        ALL.map((command) => ({
          name: `${role}: ${command}`,
          ...PAIRED,
          role,
          command: toHex(encodeCommand(COMMANDS[command])),
          expect: MAY[role].includes(command) ? 'allowed' : 'not permitted',
        })),
      ),
      ...left('suspended', { ...PAIRED, suspended: true }, 'suspended', 'deliver'),
      ...left(
        'suspended owner',
        { ...PAIRED, role: 'owner', suspended: true },
        'suspended',
        ...ofOwner,
      ),
      ...left('paired, time lost', { ...PAIRED, now: null }, '', ...MAY.driver),
      ...left('granted, time lost', granted({}, { now: null }), 'clock lost', ...closed),
      ...left('a second before', granted({}, { now: not_before - 1 }), 'not yet', ...outside),
      ...left('in the first second', granted({}), '', ...MAY.driver),
      ...left('in the last second', granted({}, { now: not_after - 1 }), '', ...MAY.driver),
      ...left('when it ends', granted({}, { now: not_after }), 'expired', ...outside),
      ...left(
        'without an end, at the highest time',
        granted({ not_after: 2 ** 32 - 1 }, { now: 2 ** 32 - 1 }),
        '',
        ...MAY.driver,
      ),
      ...left('with a use left', granted({ ...used, used: 2 }), '', ...MAY.driver),
      ...left('without a use left', granted(used), 'used up', ...closed),
      ...left('ended, without a use', granted(used, { now: not_after }), 'expired', ...outside),
      ...left(
        'suspended, ended',
        granted({}, { suspended: true, now: not_after }),
        'suspended',
        'deliver',
      ),
      ...left('a second of lease', granted(leased, { now: atEnd.now - 1 }), '', ...MAY.driver),
      ...left('lease over', granted(leased, atEnd), 'lease over', ...but('start')),
      ...left(
        'lease renewed by a list',
        granted(leased, { ...atEnd, last_list: NOW + 1 }),
        '',
        ...MAY.driver,
      ),
    ],
  };
};
