import type { Context } from '../context.js';
import { withRemote } from './open.js';
import { statusLines } from './status-lines.js';
import { TakenWay } from './ways.js';
import type { WayOptions } from './ways.js';

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
  async (context: Context<'radio'>, options: WayOptions): Promise<void> => {
    const doing = `reaching the car to ${action}`;
    const way = new TakenWay(options);
    await withRemote(context, { doing, way }, ({ phone, call }) => phone[action](call));
    tellDone(context, action, way);
  };

/** What was done, and by which way. */
export const tellDone = (context: Context, action: Action, way: TakenWay): void => {
  const { output } = context;
  way.tell(context);
  const sentence = `${ACTIONS[action]}${way.text}`;
  output.result({ command: action, ok: true, ...way.json }, [output.paint('green', sentence)]);
};

export const showStatus = async (context: Context<'radio'>, options: WayOptions): Promise<void> => {
  const way = new TakenWay(options);
  const use = { doing: 'asking the car', way };
  const answer = await withRemote(context, use, ({ phone, call }) => phone.status(call));
  way.tell(context);
  context.output.result({ ...answer, ...way.json }, statusLines(answer));
};
