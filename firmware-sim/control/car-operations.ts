import { MAX_TIME } from '../../lib/credentials/grant.js';
import { CLOSURES, DOORS } from '../../lib/domain/closures.js';
import type { Closure, Door } from '../../lib/domain/closures.js';
import { FORM_FACTORS, MOST_NAME_BYTES } from '../../lib/domain/names.js';
import { ROLES } from '../../lib/domain/roles.js';
import type { Role } from '../../lib/domain/roles.js';
import { isJsonObject } from '../../lib/platform/json.js';
import {
  boolean,
  JsonError,
  list,
  name,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  whole,
} from '../../local/json.js';
import type { JsonReader } from '../../local/json.js';
import { done, none } from '../../local/rpc/operation.js';
import type { Operation } from '../../local/rpc/operation.js';
import { MOST_CARDS } from '../cards.js';
import type { CardSummary } from '../cards.js';
import type { CarReport, Floor, LinkReport } from '../car-report.js';
import type { CardTap } from '../controller.js';
import type { CarEvent, GrantSummary, KeySummary } from '../events.js';
import { MAX_CAR_SLOTS } from '../rights/slots.js';
import type { Screen } from '../pairing-manager.js';

/** As far ahead as a person may turn the clock at once: ten years. */
const YEARS_S = 10 * 366 * 86_400;
/** More than a controller has. */
const MOST_LINKS = 255;
const count = whole(Number.MAX_SAFE_INTEGER);

const keySummary = object<KeySummary>({
  slot: count,
  name: text,
  formFactor: oneOf(['unknown', ...FORM_FACTORS]),
  role: oneOf(ROLES),
  fingerprint: text,
  suspended: optional((value, what) => {
    if (value !== true) throw JsonError.not(what, 'true');
    return value;
  }),
  grant: optional(
    object<GrantSummary>({
      owner: count,
      notBefore: count,
      notAfter: count,
      usesLeft: optional(count),
      leaseHours: optional(count),
    }),
  ),
});

const carReport = object<CarReport>({
  name: text,
  fingerprint: text,
  locked: boolean,
  open: list(oneOf(CLOSURES), CLOSURES.length),
  driveSecondsLeft: count,
  driving: boolean,
  keys: list(keySummary, MAX_CAR_SLOTS),
  cards: list(object<CardSummary>({ slot: count, name: text, fingerprint: text }), MOST_CARDS),
  slots: count,
  pairing: oneOf(['idle', 'checking', 'pairing']),
  links: list(
    object<LinkReport>({
      key: nullable(object<NonNullable<LinkReport['key']>>({ slot: count, name: text })),
      seconds: count,
      via: optional(oneOf(['cloud'])),
    }),
    MOST_LINKS,
  ),
  pairingTries: count,
  epoch: count,
  now: nullable(number()),
  pin: boolean,
  floors: list(
    object<Floor>({ owner: nullable(count), until: nullable(count) }),
    MAX_CAR_SLOTS + 1,
  ),
  pendingRemovals: count,
});

const dark = object<{ readonly state: 'idle' | 'checking' }>({
  state: oneOf(['idle', 'checking']),
});
const lit = object<Extract<Screen, { state: 'pairing' }>>({
  state: oneOf(['pairing']),
  code: text,
  secondsLeft: count,
  triesLeft: count,
  role: oneOf(ROLES),
});

/** Of all kinds of events what they have in common; whoever shows one knows the rest. */
const carEvent: JsonReader<CarEvent> = (value, what) => {
  if (isJsonObject(value)) {
    const { type, at, time } = value;
    if (typeof type === 'string' && typeof at === 'number' && typeof time === 'string') {
      return value as CarEvent;
    }
  }
  throw JsonError.not(what, 'an event of a car');
};

/** Which card is on the console; the car's first one by default. */
interface OnConsole {
  readonly card?: string;
}

const cardName = optional(name(MOST_NAME_BYTES)) as JsonReader<string>;

const tapFields = object<
  OnConsole & {
    readonly reader: CardTap['reader'];
    readonly purpose?: 'drive' | 'pair';
    readonly role?: Role;
  }
>({
  reader: oneOf(['console', 'pillar']),
  card: cardName,
  purpose: optional(oneOf(['drive', 'pair'])),
  role: optional(oneOf(ROLES)),
});

const cardTap: JsonReader<CardTap> = (value, what) => {
  const { reader, purpose, role, ...card } = tapFields(value, what);
  if (reader === 'pillar') {
    if (purpose === undefined && role === undefined) return { reader, ...card };
    throw new JsonError('the reader in the pillar only locks and unlocks');
  }
  if (purpose === undefined) throw JsonError.not('purpose', 'one of drive, pair');
  if (purpose === 'pair') return { reader, purpose, ...(role !== undefined && { role }), ...card };
  if (role !== undefined) throw new JsonError('a role is for pairing only');
  return { reader, purpose, ...card };
};

const doing = <P extends object>(op: string, parameters: JsonReader<P>): Operation<P, void> => ({
  op,
  parameters,
  result: done,
});

const closure = object<{ readonly closure: Closure }>({ closure: oneOf(CLOSURES) });

/** What the person beside a car can ask of it; see CarControl. */
export const CAR = {
  status: { op: 'status', parameters: none, result: carReport },
  screen: {
    op: 'screen',
    parameters: none,
    result: ((value, what) =>
      isJsonObject(value) && value['state'] === 'pairing'
        ? lit(value, what)
        : dark(value, what)) satisfies JsonReader<Screen>,
  },
  tap: doing('tap', cardTap),
  handle: {
    op: 'handle',
    parameters: object<{ readonly door: Door }>({ door: oneOf(DOORS) }),
    result: object<{ readonly opened: boolean }>({ opened: boolean }),
  },
  open: doing('open', closure),
  close: doing('close', closure),
  drive: doing('drive', none),
  park: doing('park', none),
  remove: doing(
    'remove',
    object<OnConsole & { readonly slot: number }>({
      slot: whole(MAX_CAR_SLOTS - 1),
      card: cardName,
    }),
  ),
  addCard: doing(
    'card/add',
    object<OnConsole & { readonly name: string }>({ name: name(MOST_NAME_BYTES), card: cardName }),
  ),
  clearPin: doing('pin/clear', object<OnConsole>({ card: cardName })),
  loseClock: doing('clock/lose', none),
  advanceClock: doing(
    'clock/advance',
    object<{ readonly seconds: number }>({ seconds: whole(YEARS_S, 1) }),
  ),
  setTime: doing(
    'clock/set',
    object<OnConsole & { readonly seconds: number }>({ seconds: whole(MAX_TIME), card: cardName }),
  ),
  reset: {
    op: 'reset',
    parameters: object<OnConsole>({ card: cardName }),
    result: object<{ readonly fingerprint: string }>({ fingerprint: text }),
  },
  watch: { op: 'watch', parameters: none, result: carReport, event: carEvent },
};
