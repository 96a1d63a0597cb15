import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import { checkHubDirectory } from './path.js';

/**
 * A connection to the hub at `path`; undefined when nobody listens there.
 * @throws PhoneKeyError `radio.unavailable` when it cannot be reached, or others could be there instead
 */
export const connectSocket = async (path: string): Promise<Socket | undefined> => {
  await checkHubDirectory(path);
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined;
    throw new PhoneKeyError('radio.unavailable', 'the air hub cannot be reached', { cause: error });
  }
};

export const noAir = (): PhoneKeyError =>
  new PhoneKeyError('radio.unavailable', 'no virtual air is running', {
    temporary: true,
    hint: 'Start the car first, it brings the air up: key car start.',
  });
