import { broken } from './facts.js';
import type { Action, World } from './search.js';
import { carAnswers, carHears, NEW_SESSION, otherKeyGoes } from './session.js';
import type { InTheAir, SessionState } from './session.js';
import { asks, dropsWish, givesUp, phoneHears } from './session-phone.js';
import { text } from './text.js';

/** A man in the middle holds back what a phone and a car say, for as long as he likes. */

const TICK_MS = 2_500;

const toCar = (state: SessionState): SessionState | undefined => {
  const [next, ...rest] = state.toCar;
  return next && carHears({ ...state, toCar: rest, heard: next }, next);
};

const toPhone = (state: SessionState): SessionState | undefined => {
  const [next, ...rest] = state.fromCar;
  return next && phoneHears({ ...state, fromCar: rest }, next);
};

const wait = (state: SessionState, ms: number): SessionState =>
  dropsWish({ ...state, now: state.now + ms });

const happens = (
  name: string,
  apply: (state: SessionState) => SessionState | undefined,
): Action<SessionState> => ({ name, apply });

const asksOne = happens('Ada asks', asks);
const letsToCar = happens('he lets the next message through to the car', toCar);
const letsToPhone = happens('he lets the next message through to the phone', toPhone);
const answers = happens('the car answers', carAnswers);

const ACTIONS: readonly Action<SessionState>[] = [
  letsToCar,
  letsToPhone,
  answers,
  happens('he drops the next message to the car', (state) =>
    state.toCar.length > 0 ? { ...state, toCar: state.toCar.slice(1) } : undefined,
  ),
  happens('he drops the next message to the phone', (state) =>
    state.fromCar.length > 0 ? { ...state, fromCar: state.fromCar.slice(1) } : undefined,
  ),
  happens(
    'he sends the last message to the car again',
    (state) => state.heard && carHears(state, state.heard),
  ),
  happens('another key is removed', otherKeyGoes),
  happens('the phone gives up', givesUp),
];

const waits = happens('two and a half seconds pass', (state) => wait(state, TICK_MS));

/** Where nobody holds anything back, what is asked for is done, and is not too late first. */
const checkHope = (state: SessionState): void => {
  const { phone, car } = state;
  if (phone.phase !== 'session' || phone.wish !== undefined || car.link.phase !== 'ready') return;
  if (state.toCar.length + state.fromCar.length > 0 || phone.sealing.received !== car.sealing.sent)
    return;
  if (phone.sealing.sent !== car.sealing.received) return;
  for (const ms of [0, 2 * TICK_MS, 4 * TICK_MS]) {
    let now = asks(wait(state, ms));
    while (now?.phone.wish !== undefined) {
      if (now.phone.wish.attempt.sent > 0) broken('who is not held back is not too late', 'once');
      now = toCar(now) ?? carAnswers(now) ?? toPhone(now);
    }
    if (now?.acted.includes(state.asked.length) !== true)
      broken('who is not held back gets what he asks for', 'nothing');
  }
};

const nameOf = (message: InTheAir | undefined): string => {
  if (message?.case !== 'sealed') return text(message);
  return String.fromCharCode(...message.value);
};

/** @param wishes how often the person asks, the beginning included */
const world = (
  name: string,
  beginning: readonly Action<SessionState>[],
  wishes: number,
  ticks: number,
): World<SessionState> => ({
  name,
  start: NEW_SESSION,
  beginning,
  actions: ({ now, asked }) => [
    ...ACTIONS,
    ...(asked.length < wishes ? [asksOne] : []),
    ...(now < TICK_MS * ticks ? [waits] : []),
  ],
  depth: 40,
  canonical: ({ car, phone, ...rest }) => {
    const { link, ...counts } = car;
    return text([
      link.phase,
      link.phase === 'ready' && link.wordAt,
      'failures' in link && link.failures,
      counts,
      [phone.phase, phone.since, phone.sealing, phone.hello, phone.wish],
      [rest.now, rest.asked, rest.acted],
      [rest.toCar, rest.fromCar, [rest.heard]].map((messages) => messages.map(nameOf)),
    ]);
  },
  checkState: () => undefined,
  checkStep: () => undefined,
  checkHope,
});

export const FRESHNESS_WORLDS: readonly World<SessionState>[] = [
  world('a man in the middle of a first command', [], 1, 8),
  world(
    'a man in the middle of a session',
    [asksOne, letsToPhone, letsToCar, answers, letsToPhone],
    3,
    10,
  ),
];
