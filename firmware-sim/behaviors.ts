import { NO_END } from '../lib/credentials/grant.js';
import type { CommandName } from '../lib/domain/commands.js';
import { permits } from '../lib/domain/roles.js';
import type { Behavior } from './behavior.js';
import { speedLimitIn } from './body.js';

/** Of a key card in the list of keys: it has no rights of its own, and nothing takes them for a time. */
const CARD = {
  formFactor: 'card',
  role: 'none',
  own: false,
  suspended: false,
  notAfter: null,
  usesLeft: null,
  grantedBy: null,
} as const;

export type Behaviors = ReadonlyMap<CommandName, Behavior>;

/** One for each command: the compiler misses one that is not here. */
const ALL: { readonly [N in CommandName]: Behavior<N> } = {
  lock: ({ act }) => act({ type: 'lock' }),

  unlock: ({ act }, _command, { role }) =>
    act({
      type: 'unlock',
      shut: (['trunk', 'frunk'] as const).filter((luggage) => !permits(role, luggage)),
    }),

  trunk: ({ act }) => act({ type: 'release', closure: 'trunk' }),

  frunk: ({ act }) => act({ type: 'release', closure: 'frunk' }),

  async start({ act, checkPin, allowance: { speedLimit } }, { pin = '' }) {
    const refusal = await checkPin(pin);
    if (refusal !== undefined) return refusal;
    return act({ type: 'authorise-drive', ...(speedLimit === undefined ? {} : { speedLimit }) });
  },

  status({ body, driveSecondsLeft, pinNeeded }) {
    const state = body();
    return {
      type: 'status',
      status: {
        locked: state.locked,
        open: state.open,
        driveSecondsLeft: driveSecondsLeft(),
        speedLimit: speedLimitIn(state) ?? null,
        pinNeeded: pinNeeded(),
      },
    };
  },

  listKeys: ({ keys, cards }, _command, own) => ({
    type: 'keys',
    keys: [
      ...keys().map(({ grant, suspended = false, ...key }) => {
        const notAfter = grant?.notAfter ?? NO_END;
        return {
          ...key,
          own: key.slot === own.slot,
          suspended,
          notAfter: notAfter === NO_END ? null : notAfter,
          usesLeft: grant?.usesLeft ?? null,
          grantedBy: grant?.owner ?? null,
        };
      }),
      ...cards().map((card) => ({ ...card, ...CARD })),
    ],
  }),

  removeKey: ({ removeKey }, { slot }) => removeKey(slot),

  /** Whoever has a key may relay a revocation list; what it may do is asked of the owner who signed it. */
  deliver: ({ deliver }, { revocationList }) => deliver(revocationList),

  raiseEpoch: ({ raiseEpoch }) => raiseEpoch(),

  setPin: ({ setPin }, { pin, oldPin = '' }) => setPin(pin, oldPin),

  setTime: ({ setTime }, { seconds }) => setTime(seconds),

  listRevocations: ({ listRevocations }, { page }) => listRevocations(page),
};

/** What a SimulatedCar does. */
export const BEHAVIORS = new Map(Object.entries(ALL)) as ReadonlyMap<string, unknown> as Behaviors;
