import { Challenge } from '../session/car.js';
import { PROTOCOL_VERSION } from '../profile.js';
import { LAST_WORD_MS } from './link-state.js';
import type { LinkContext, LinkEffect, LinkState, LinkStep } from './link-state.js';

/** Steps that several states of a link take. */

/** A phone has subscribed. */
export const openLink = (context: LinkContext): LinkStep => {
  const { state, effects } = challenge(context, 0);
  return { state, effects: [...effects, { type: 'idle-after', ms: context.unprovenMs }] };
};

export const challenge = (context: LinkContext, failures: number): LinkStep => {
  const { suite, random, secrets, now, onSessionKeys } = context;
  const fresh = new Challenge(suite, random, secrets, now, { onSessionKeys });
  const hello = { version: PROTOCOL_VERSION, handshake: fresh.bytes };
  return {
    state: { phase: 'challenged', challenge: fresh, failures },
    effects: [{ type: 'send', message: { case: 'hello', value: hello } }],
  };
};

export const refuse = (failures: number): LinkStep => ({
  state: { phase: 'refusing', failures: failures + 1 },
  effects: [{ type: 'refused' }, { type: 'refuse-later' }],
});

export const lastWord = (send: LinkEffect, why: string): LinkStep => ({
  state: { phase: 'ending', why },
  effects: [send, { type: 'idle-after', ms: LAST_WORD_MS }],
});

/** Out-of-turn messages end the link, but never a command or an enrolment that is under way. */
export const drop = (state: LinkState, why: string): LinkStep =>
  DEAF.has(state.phase) ? { state, effects: [] } : close(why);

/** The host is at work, and will say so when it is done. */
export const BUSY: ReadonlySet<LinkState['phase']> = new Set([
  'admitting',
  'executing',
  'enrolling',
]);

const DEAF: ReadonlySet<LinkState['phase']> = new Set([...BUSY, 'refusing', 'ending']);

export const close = (why: string): LinkStep => ({
  state: { phase: 'closed' },
  effects: [{ type: 'close', why }],
});
