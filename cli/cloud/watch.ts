import { PhoneKeyError } from '../../lib/errors.js';
import type { Context } from '../context.js';
import { call } from './account.js';
import { loggedInClient } from './client.js';
import { describeHappening } from './describe-event.js';

/** Tells what happens to the cloud and to the cars of this account, until Ctrl-C. */
export const watchCloud = async (context: Context): Promise<void> => {
  const { host, output } = context;
  const signal = host.interrupt.whileRead();
  const client = await loggedInClient(context);
  const names = new Map((await client.cars(call(context))).map(({ id, name }) => [id, name]));
  output.say('watching the cloud; Ctrl-C ends it');
  try {
    for await (const { id, type, data } of client.events({ signal })) {
      const time = new Date().toISOString();
      output.event(time, { time, id, ...data, type }, describeHappening({ type, data }, names));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new PhoneKeyError('cloud.unreachable', 'the cloud has ended the stream of its events');
};
