import { Refusal } from '../refusal.js';
import type { CloudContext } from './env.js';

/**
 * A body of bytes, as long as its route lets in. Only of its own type: what a form of a web page sends is none.
 * @throws Refusal 400
 */
export const bodyBytes = async (c: CloudContext): Promise<Uint8Array> => {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/octet-stream') {
    throw new Refusal(400, 'malformed', 'the body is application/octet-stream');
  }
  return new Uint8Array(await c.req.arrayBuffer());
};
