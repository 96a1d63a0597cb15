import type { Context } from '../context.js';
import { withRemote } from './open.js';
import { statusLines } from './status-lines.js';

export const showStatus = async (context: Context<'radio'>): Promise<void> => {
  const answer = await withRemote(context, { doing: 'asking the car' }, ({ phone, call }) =>
    phone.status(call),
  );
  context.output.result(answer, statusLines(answer));
};
