import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { withRemote } from './open.js';
import { statusLines } from './status-lines.js';

export const status = async (context: Context<'radio'>): Promise<ExitCode> => {
  const answer = await withRemote(context, { doing: 'asking the car' }, ({ phone, call }) =>
    phone.status(call),
  );
  context.output.result(answer, statusLines(answer));
  return EXIT.ok;
};
