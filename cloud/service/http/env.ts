import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Token } from '../../store/store.js';
import type { Service } from '../service.js';

export interface CloudEnv {
  /** Empty where a test asks without a socket. */
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: {
    service: Service;
    /** Of who asks; only behind `bearer`. */
    token: Token;
  };
}

export type CloudContext = Context<CloudEnv>;
