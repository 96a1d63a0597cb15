import { decodeResult } from '../../lib/native/commands.js';
import {
  afterAsking,
  afterTooLate,
  FIRST_ATTEMPT,
  isStale,
  nextMove,
} from '../../lib/native/session/freshness.js';
import { isRefusal } from '../../lib/domain/outcomes.js';
import type { Outcome } from '../../lib/domain/outcomes.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { wishMsLeft } from '../../lib/phone/deadline.js';
import { broken, met } from './facts.js';
import { counting, encoded, STATUS } from './session.js';
import type { InTheAir, SessionState, Wish } from './session.js';

/** What a phone does in a session, by its own decisions, in the order of lib/native/phone.ts. */

const wishLeft = ({ asked, now }: SessionState, { number }: Wish): number =>
  wishMsLeft(asked[number] ?? now, now);

/** It drops the link: what comes in now counts no more. The man in the middle keeps the car's end up. */
export const givesUp = (state: SessionState): SessionState | undefined => {
  const { wish: _, hello: __, ...phone } = state.phone;
  return state.phone.phase === 'gone'
    ? undefined
    : { ...state, phone: { ...phone, phase: 'gone' }, fromCar: [] };
};

const gone = (state: SessionState): SessionState => givesUp(state) ?? state;

/** A person asks for something, when what he asked for before is over. */
export const asks = (state: SessionState): SessionState | undefined => {
  const { phone, asked, now } = state;
  if (phone.wish !== undefined || phone.phase === 'gone') return undefined;
  const wish: Wish = { number: asked.length, attempt: FIRST_ATTEMPT, waitsFor: 'hello', sentAt: 0 };
  const after = { ...state, asked: [...asked, now], phone: { ...phone, wish } };
  if (phone.phase === 'session') return moves(after, wish);
  return phone.hello === undefined ? after : proves(after, wish);
};

const proves = (state: SessionState, wish: Wish): SessionState => {
  const { phone, toCar, now } = state;
  const { hello = 0 } = phone;
  if (wishLeft(state, wish) <= 0) return gone(state);
  return {
    ...state,
    phone: { ...phone, wish: { ...wish, waitsFor: 'proof', sentAt: now } },
    toCar: [...toCar, { case: 'proof', hello, wish: wish.number }],
  };
};

const moves = (state: SessionState, wish: Wish): SessionState => {
  const { phone, toCar, now } = state;
  const move = nextMove(wish.attempt, isStale(phone.since, now), wishLeft(state, wish));
  if (move === 'drop') return gone(state);
  const { channel, counted } = counting(phone.sealing);
  const value = channel.seal(move === 'ask' ? STATUS : encoded(wish.number));
  const waitsFor = move === 'ask' ? 'status' : 'command';
  return {
    ...state,
    phone: { ...phone, sealing: counted(), wish: { ...wish, waitsFor, sentAt: now } },
    toCar: [...toCar, { case: 'sealed', value }],
  };
};

/** It waits for a fresh word only as long as the wish stands. */
export const dropsWish = (state: SessionState): SessionState => {
  const { wish } = state.phone;
  return wish?.waitsFor === 'status' && wishLeft(state, wish) <= 0 ? gone(state) : state;
};

export const phoneHears = (state: SessionState, message: InTheAir): SessionState => {
  const { phone } = state;
  const { wish } = phone;
  if (phone.phase === 'gone') return state;
  if (message.case === 'hello') return hearsHello(state, message.hello);
  if (message.case === 'proof' || wish === undefined) return gone(state);
  const { channel, counted } = counting(phone.sealing);
  let outcome: Outcome;
  try {
    ({ outcome } = decodeResult(channel.open(message.value)));
  } catch (error) {
    if (error instanceof PhoneKeyError) return gone(state);
    throw error;
  }
  const { wish: _, hello: __, ...rest } = phone;
  const session = { ...rest, phase: 'session', since: wish.sentAt, sealing: counted() } as const;
  const over = { ...state, phone: session };
  const tooLate = isRefusal(outcome, 'too-late');
  if (tooLate && wish.waitsFor === 'status')
    broken('what only looks is answered at any time', 'status');
  if (wish.waitsFor === 'status')
    return moves(over, { ...wish, attempt: afterAsking(wish.attempt) });
  if (!tooLate) return over;
  met('command', 'too-late');
  const attempt = afterTooLate(wish.attempt);
  return attempt === undefined ? over : moves(over, { ...wish, attempt });
};

const hearsHello = (state: SessionState, hello: number): SessionState => {
  const { phone } = state;
  const { wish } = phone;
  if (wish === undefined || wish.waitsFor === 'hello') {
    if (phone.phase !== 'unproven' || phone.hello !== undefined) return gone(state);
    const ready = { ...state, phone: { ...phone, hello } };
    return wish === undefined ? ready : proves(ready, wish);
  }
  // The car did not take the proof: it came too late, or the car does not know this phone.
  if (wish.waitsFor !== 'proof' || !isStale(phone.since, wish.sentAt)) return gone(state);
  return proves({ ...state, phone: { ...phone, hello, since: wish.sentAt } }, wish);
};
