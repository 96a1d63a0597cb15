import { OUTAGE_CONTROLS } from './outage/controls.js';
import { RIGHTS_CONTROLS } from './rights-controls.js';
import type { Control } from './switch-off.js';

/**
 * Every rule that is switched off, one at a time. Not searched, and why:
 * - one command at a time (freshness): no decision in the text but how the phone's code waits for each answer
 *   (lib/phone/connection.ts); test/property/freshness.test.ts asks without waiting.
 * - a clock that runs in the car's sleep, and words dated when they are handed to the radio: the host's; the same
 *   test has a car whose clock sleeps.
 * - one try of the PIN after the other: how pin-lock.ts waits; pin-lock.test.ts.
 * - room for the commands that are remembered, 1000 tries counted, an hour of waiting: beyond so short stories.
 */
export const CONTROLS: readonly Control[] = [
  ...RIGHTS_CONTROLS,
  ...OUTAGE_CONTROLS,
  {
    rule: 'window: three tries',
    file: '../pairing-window.js',
    find: 'state.phase === "open" ? countTry(state, now) : impossible(state)',
    replace: 'isOpen(state) ? countTry(state, now) : impossible(state)',
    world: 'the pairing window',
  },
  {
    rule: 'window: nobody pairs who has not tried the code',
    file: '../pairing-window.js',
    find: 'isOpen(state) && state.tries > 0 ? accepted(',
    replace: 'isOpen(state) ? accepted(',
    world: 'the pairing window',
  },
  {
    rule: 'window: who gets a try back gets no more time',
    file: '../pairing-window.js',
    find: 'until: state.end',
    replace: 'until: Infinity',
    world: 'the pairing window',
  },
  {
    rule: 'window: one phone pairs in it',
    file: '../pairing-window.js',
    find: 'close("paired")',
    replace:
      'accepted({ phase: "open", code: "", role: "owner", until: now + WINDOW_MS, tries: 1 })',
    world: 'the pairing window',
  },
  {
    rule: 'window: two minutes',
    file: '../pairing-window.js',
    find: '!isOpen(before) || now < before.until',
    replace: 'true',
    world: 'the pairing window',
  },
  {
    rule: 'PIN: a try is counted before it is looked at',
    file: '../pin-tries.js',
    find: 'made + 1',
    replace: 'made',
    also: {
      find: 'return { pin, refusal: "pin-wrong" };',
      replace:
        'return { pin: withTries(pin, { ...pin.tries, [who]: pin.tries[who] + 1 }), refusal: "pin-wrong" };',
    },
    world: 'the PIN',
  },
  {
    rule: 'PIN: the wait doubles',
    file: '../pin-tries.js',
    find: ' * 2 ** (tries - FREE_TRIES)',
    replace: '',
    world: 'the PIN',
  },
  {
    rule: 'PIN: three tries are free, and no more',
    file: '../pin-tries.js',
    find: 'tries < FREE_TRIES ?',
    replace: 'tries <= FREE_TRIES ?',
    world: 'the PIN',
  },
  {
    rule: 'PIN: owners have a count of their own',
    file: '../pin-tries.js',
    find: 'role === "owner" ? "owners" : "others"',
    replace: '"others"',
    world: 'the PIN',
  },
  {
    rule: 'PIN: only an owner clears the count by the right one',
    file: '../pin-tries.js',
    find: 'who === "owners" ? NO_TRIES',
    replace: 'true ? NO_TRIES',
    world: 'the PIN',
  },
  {
    rule: 'PIN: the right one of another is not counted',
    file: '../pin-tries.js',
    find: '{ ...pin.tries, others }',
    replace: 'pin.tries',
    world: 'the PIN',
  },
  {
    rule: 'PIN: after a power cut the whole wait begins again',
    file: '../pin-tries.js',
    find: '({ owners: now, others: now })',
    replace: '({ owners: -Infinity, others: -Infinity })',
    world: 'the PIN',
  },
  {
    rule: 'PIN: the one before opens nothing once there is another',
    file: '../pin-tries.js',
    find: ' || !sameBytes(pin.salt, counted.salt)',
    replace: '',
    world: 'the PIN',
  },
  {
    rule: 'PIN: it is asked for',
    file: '../pin-tries.js',
    find: 'if (!typed) return "pin-needed";',
    replace: '',
    world: 'the PIN',
  },
  {
    rule: 'freshness: what acts counts within 5 s of the last result',
    file: '../../lib/native/session/freshness.js',
    find: 'AT_ANY_TIME.has(command) || isFresh(wordAt, now)',
    replace: 'true',
    world: 'a man in the middle of a session',
  },
  {
    rule: 'freshness: and of the challenge',
    file: '../../lib/native/session/car.js',
    find: '!isFresh(this.#madeAt, now)',
    replace: 'false',
    world: 'a man in the middle of a first command',
  },
  {
    rule: 'freshness: what came too late is not done',
    file: '../../lib/native/car/link-machine.js',
    find: 'return say(session, refusedResult("too-late"), context);',
    replace:
      '{\n      const late = say(session, refusedResult("too-late"), context);\n      return { ...late, effects: [{ type: "execute", command, key }, ...late.effects] };\n    }',
    world: 'a man in the middle of a session',
  },
  {
    rule: 'freshness: what only looks is good at any time',
    file: '../../lib/native/session/freshness.js',
    find: 'AT_ANY_TIME.has(command) || ',
    replace: '',
    world: 'a man in the middle of a session',
  },
  {
    rule: 'freshness: the phone asks for a fresh word first',
    file: '../../lib/native/session/freshness.js',
    find: 'stale && asked < MOST_AGAIN',
    replace: 'false',
    world: 'a man in the middle of a session',
  },
  {
    rule: 'freshness: the phone drops a wish',
    file: '../../lib/phone/deadline.js',
    find: 'askedAt + WISH_MS - now',
    replace: 'Infinity',
    world: 'a man in the middle of a session',
  },
  {
    rule: 'freshness: and sends nothing again that it would drop',
    file: '../../lib/native/session/freshness.js',
    find: 'if (wishMs <= 0)',
    replace: 'if (wishMs <= 0 && sent === 0)',
    also: { find: '({ asked }, stale, wishMs)', replace: '({ asked, sent }, stale, wishMs)' },
    world: 'a man in the middle of a session',
  },
  {
    rule: 'freshness: nothing unasked is a word',
    file: '../../lib/native/car/link-machine.js',
    find: 'if (!context.suite.equal(state.session.phonePublicKey, publicKey)) return { state, effects: [] };',
    replace:
      'if (!context.suite.equal(state.session.phonePublicKey, publicKey)) return { state: { ...state, wordAt: context.now }, effects: [] };',
    world: 'a man in the middle of a session',
  },
  {
    rule: 'commands: that one was begun is remembered',
    file: '../outcome-memory.js',
    find: '[{ key, id, until, outcome: "begun" }] : []',
    replace: '[] : []',
    world: 'commands that come again',
  },
  {
    rule: 'commands: what was interrupted is not done again',
    file: '../outcome-memory.js',
    find: 'const found = find(id)',
    replace: 'const found = [find(id)].find((each) => each?.outcome !== "begun")',
    world: 'commands that come again',
  },
  {
    rule: 'commands: for as long as it may come again',
    file: '../outcome-memory.js',
    find: 'const OUTCOME_SECONDS = 30;',
    replace: 'const OUTCOME_SECONDS = 10;',
    world: 'commands that come again',
  },
  {
    rule: 'commands: each key has ids of its own',
    file: '../outcome-memory.js',
    find: 'kept.filter((each) => sameBytes(each.key, key))',
    replace: 'kept',
    world: 'commands that come again',
  },
  {
    rule: 'commands: what came of it is remembered',
    file: '../outcome-memory.js',
    find: 'typeof answer === "string" ? answer : "done"',
    replace: '"done"',
    world: 'commands that come again',
  },
  {
    rule: 'commands: a use is counted before the car acts',
    file: 'use.js',
    find: 'key.grant.used + 1',
    replace: 'key.grant.used',
    world: 'commands that come again',
  },
  {
    rule: 'wishes: what is void is remembered',
    file: '../outcome-memory.js',
    find: '...distinct(voids)',
    replace: '...distinct([])',
    world: 'wishes over two links',
  },
  {
    rule: 'wishes: what is void is not done',
    file: '../outcome-memory.js',
    find: 'const found = find(id)',
    replace: 'const found = [find(id)].find((each) => each?.outcome !== "superseded")',
    world: 'wishes over two links',
  },
  {
    rule: 'wishes: what is void and under way is over first',
    file: '../outcome-memory.js',
    find: 'under: voids.filter(',
    replace: 'under: [].filter(',
    world: 'wishes over two links',
  },
  {
    rule: 'wishes: what is under way is not forgotten',
    file: '../outcome-memory.js',
    find: ' || isActing(each)',
    replace: '',
    world: 'wishes that take their time',
  },
  {
    rule: 'wishes: what comes again voids, too',
    file: '../outcome-memory.js',
    find: '...distinct(voids)',
    replace: '...distinct(found === void 0 ? voids : [])',
    world: 'wishes over two links',
  },
  {
    rule: 'wishes: what took its time is remembered from its end',
    file: '../outcome-memory.js',
    find: 'until: now + OUTCOME_SECONDS',
    replace: 'until: each.until',
    world: 'wishes that take their time',
  },
  {
    rule: 'wishes: each key voids its own',
    file: '../outcome-memory.js',
    find: 'kept.filter((each) => sameBytes(each.key, key))',
    replace: 'kept',
    world: 'wishes over two links',
  },
  {
    rule: 'wishes: what was done takes nothing back',
    file: '../outcome-memory.js',
    find: 'find(other) === void 0',
    replace: 'true',
    also: { find: '[...kept, ...added]', replace: '[...added, ...kept]' },
    world: 'wishes over two links',
  },
  {
    rule: 'wishes: for as long as one may come',
    file: '../outcome-memory.js',
    find: 'const OUTCOME_SECONDS = 30;',
    replace: 'const OUTCOME_SECONDS = 10;',
    world: 'wishes over two links',
  },
];
