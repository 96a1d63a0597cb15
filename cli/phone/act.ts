import type { Context } from '../context.js';
import { withRemote } from './open.js';
import { statusLines } from './status-lines.js';

/** The commands that need no answer but yes, and what to say when they were done. */
export const ACTIONS = {
  unlock: 'unlocked',
  lock: 'locked',
  start: 'driving is authorised for 2 minutes',
  trunk: 'the trunk is open',
  frunk: 'the frunk is open',
} as const;

export type Action = keyof typeof ACTIONS;

/** All but starting, for which the car may ask for a PIN: see pin.ts. */
export type SimpleAction = Exclude<Action, 'start'>;

export const act =
  (action: SimpleAction) =>
  async (context: Context<'radio'>): Promise<void> => {
    const doing = `reaching the car to ${action}`;
    await withRemote(context, { doing }, ({ phone, call }) => phone[action](call));
    const { output } = context;
    output.result({ command: action, ok: true }, [output.paint('green', ACTIONS[action])]);
  };

export const showStatus = async (context: Context<'radio'>): Promise<void> => {
  const answer = await withRemote(context, { doing: 'asking the car' }, ({ phone, call }) =>
    phone.status(call),
  );
  context.output.result(answer, statusLines(answer));
};
