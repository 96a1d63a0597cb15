import { EventStream } from '../event-stream.js';
import type { OpenStream } from '../service.js';
import type { CloudContext } from './env.js';

/** A stream to who asks; ends when the token expires, and `ended` is called once, however it ends. */
export const openStream = (c: CloudContext, ended: () => void): EventStream => {
  const { clock, limits, streams, now } = c.var.service;
  const { account, id, expiresAt } = c.var.token;
  const { outgoing } = c.env;
  const stream = new EventStream({
    clock,
    mostBytes: limits.streamBytes,
    ended: () => {
      expiry();
      streams.delete(open);
      ended();
    },
    cut: outgoing === undefined ? undefined : () => outgoing.destroy(),
  });
  const end = (): void => {
    stream.end();
  };
  const open: OpenStream = { account, token: id, end };
  streams.add(open);
  const expiry = clock.after(expiresAt.getTime() - now().getTime(), end);
  return stream;
};

export const streamed = (c: CloudContext, stream: EventStream): Response =>
  c.body(stream.body, 200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Of reverse proxies, nginx would gather it.
    'x-accel-buffering': 'no',
  });
