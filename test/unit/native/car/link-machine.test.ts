import { MOST_PATIENCE_MS } from '../../../../lib/radio/patience.js';
import { describe, expect, it } from '@jest/globals';
import type { ToCar } from '../../../../lab/hostile-phone.js';
import {
  LAST_WORD_MS,
  MAX_FAILURES,
  openLink,
  READY_IDLE_MS,
} from '../../../../lib/native/car/link-state.js';
import type { LinkInput, LinkStep } from '../../../../lib/native/car/link-state.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import type { Suite } from '../../../../lib/crypto/suite.js';
import { encodeCommand } from '../../../../lib/native/commands.js';
import { SealedChannel } from '../../../../lib/native/session/common.js';
import type { SessionKeys } from '../../../../lib/native/session/common.js';
import { CipherState } from '../../../../lib/noise/symmetric-state.js';
import { DONE } from '../../../support/test-car.js';
import { IDENTITY } from '../../../support/memory-car.js';
import { UNLOCK } from '../session/sample.js';
import { linkIn, linkLeftIn, opened, PHASES, PHONE } from './link-rig.js';
import type { Phase } from './link-rig.js';
import type { Machine } from './machine.js';

/** The input changes nothing and causes nothing. */
const expectDeaf = (rig: Machine, input: LinkInput): void => {
  const before = rig.state;
  expectNothing(rig.input(input), before);
};

const expectNothing = ({ state, effects }: LinkStep, before: LinkStep['state']): void => {
  expect(effects).toEqual([]);
  expect(state).toBe(before);
};

const expectNotHeard = (rig: Machine, message: ToCar): void => {
  const before = rig.state;
  expectNothing(rig.say(message), before);
};

const closed = (why: string): LinkStep => ({
  state: { phase: 'closed' },
  effects: [{ type: 'close', why }],
});

const MESSAGES: readonly ToCar[] = [
  { case: 'proof', value: { handshake: new Uint8Array(98), tag: new Uint8Array(16) } },
  { case: 'sealed', value: new Uint8Array(18) },
  { case: 'pairStart', value: { share: new Uint8Array(65) } },
  { case: 'pairConfirm', value: { confirm: new Uint8Array(32), handshake: new Uint8Array(48) } },
  { case: 'pairCommit', value: new Uint8Array(90) },
];

describe('a link opens', () => {
  it('with a challenge, and ends without a proof in time', () => {
    const { state, effects } = openLink(opened().context);
    if (state.phase !== 'challenged') throw new Error('no challenge');
    expect(state.failures).toBe(0);
    const hello = { version: 1, handshake: state.challenge.bytes };
    expect(effects).toEqual([
      { type: 'send', message: { case: 'hello', value: hello } },
      { type: 'idle-after', ms: MOST_PATIENCE_MS },
    ]);
  });
});

describe('what comes late', () => {
  const late: readonly [LinkInput, Phase][] = [
    [{ type: 'refusal-due' }, 'refusing'],
    [{ type: 'executed', result: DONE }, 'executing'],
    [{ type: 'try-counted', allowed: true }, 'counting-try'],
    [{ type: 'enrolled', outcome: 'fault' }, 'enrolling'],
  ];

  it.each(PHASES)('changes nothing for a link that is %s', (phase) => {
    for (const [input, awaited] of late) {
      if (phase !== awaited) expectDeaf(linkLeftIn(phase), input);
    }
    expectDeaf(linkLeftIn(phase), { type: 'key-removed', publicKey: new Uint8Array(32).fill(9) });
  });

  it('finds a closed link closed', () => {
    for (const message of MESSAGES) expectNotHeard(linkLeftIn('closed'), message);
    expectDeaf(linkLeftIn('closed'), { type: 'malformed' });
    expectDeaf(linkLeftIn('closed'), { type: 'idle' });
  });
});

describe('an idle link', () => {
  it.each(PHASES.filter((phase) => phase !== 'closed'))('that is %s', (phase) => {
    const rig = linkLeftIn(phase);
    if (phase === 'admitting' || phase === 'executing' || phase === 'enrolling') {
      expectDeaf(rig, { type: 'idle' });
    } else {
      const why = phase === 'ending' ? 'pairing refused' : 'idle';
      expect(rig.input({ type: 'idle' })).toEqual(closed(why));
    }
  });
});

describe('a message out of turn', () => {
  const expected: Partial<Record<Phase, [ToCar['case'], string]>> = {
    ready: ['sealed', 'not a sealed command'],
    shared: ['pairConfirm', 'not a PairConfirm'],
    offered: ['pairCommit', 'not a PairCommit'],
  };

  it.each(Object.entries(expected))('closes a link that is %s', (phase, [awaited, why]) => {
    for (const message of MESSAGES) {
      if (message.case === awaited) continue;
      expect(linkLeftIn(phase as Phase).say(message)).toEqual(closed(why));
    }
  });

  it('closes a link whose try is being counted', () => {
    for (const message of MESSAGES) {
      const why = 'a message before the answer to the last one';
      expect(linkLeftIn('counting-try').say(message)).toEqual(closed(why));
    }
  });

  it.each<Phase>(['refusing', 'admitting', 'executing', 'enrolling', 'ending'])(
    'is not heard by a link that is %s',
    (phase) => {
      for (const message of MESSAGES) expectNotHeard(linkLeftIn(phase), message);
      expectDeaf(linkLeftIn(phase), { type: 'malformed' });
    },
  );

  it.each<Phase>(['ready', 'counting-try', 'shared', 'offered'])(
    'that is none closes a link that is %s',
    (phase) => {
      expect(linkLeftIn(phase).input({ type: 'malformed' })).toEqual(closed('malformed message'));
    },
  );
});

describe('a stranger', () => {
  const refused = { effects: [{ type: 'refused' }, { type: 'refuse-later' }] };

  it('is refused alike for whatever it sends', () => {
    for (const message of MESSAGES.filter((each) => each.case !== 'pairStart')) {
      const step = linkIn('challenged').say(message);
      expect(step).toEqual({ ...refused, state: { phase: 'refusing', failures: 1 } });
    }
    const step = linkIn('challenged').input({ type: 'malformed' });
    expect(step).toEqual({ ...refused, state: { phase: 'refusing', failures: 1 } });
  });

  it('is refused for a PairStart of another length, which is none and costs no try', () => {
    for (const length of [0, 33, 64, 66]) {
      const step = linkIn('challenged').say({
        case: 'pairStart',
        value: { share: new Uint8Array(length) },
      });
      expect(step).toEqual({ ...refused, state: { phase: 'refusing', failures: 1 } });
    }
  });

  it('may hand in five lists on a link, all of which the car looks at', () => {
    const rig = linkIn('challenged');
    const revocationList = new Uint8Array(148);
    for (let list = 1; list <= MAX_FAILURES; list++) {
      const { effects } = rig.say({ case: 'revocationList', value: revocationList });
      expect(effects[0]).toEqual({ type: 'receive-revocation-list', revocationList });
      const after = rig.input({ type: 'refusal-due' });
      if (list === MAX_FAILURES) expect(after).toEqual(closed('too many failed proofs'));
      else expect(after.effects).toMatchObject([{ type: 'send', message: { case: 'hello' } }]);
    }
  });

  it('whose grant holds is told in private that its name is none', () => {
    const nameless = encodeCommand({ type: 'unlock' }, { grants: new Uint8Array(115), name: '' });
    const rig = opened();
    const { effects } = rig.say(rig.phone.proof(PHONE.identity, nameless));
    expect(effects).toMatchObject([{ type: 'admit', introduction: { name: undefined } }]);
    expect(rig.input({ type: 'admitted', outcome: 'name-invalid' }).state.phase).toBe('ending');
    expect(rig.phone.result()).toEqual({ type: 'refused', refusal: 'name-invalid' });
  });

  it('gets a fresh challenge each time, and no sixth', () => {
    const rig = linkIn('challenged');
    const challenges = new Set<string>();
    for (let failure = 1; failure <= MAX_FAILURES; failure++) {
      const { state } = rig;
      if (state.phase === 'challenged') {
        challenges.add(Buffer.from(state.challenge.bytes).toString('hex'));
      }
      const step = rig.input({ type: 'malformed' });
      expect(step.state).toEqual({ phase: 'refusing', failures: failure });
      if (failure === MAX_FAILURES) break;
      const { effects } = rig.input({ type: 'refusal-due' });
      expect(effects).toMatchObject([{ type: 'send', message: { case: 'hello' } }]);
      expect(rig.state).toMatchObject({ phase: 'challenged', failures: failure });
    }
    expect(challenges.size).toBe(MAX_FAILURES);
    expect(rig.input({ type: 'refusal-due' })).toEqual(closed('too many failed proofs'));
  });
});

describe('a phone that is known', () => {
  const unlock = { type: 'unlock' };
  const key = expect.objectContaining({ slot: 0, publicKey: IDENTITY.publicKey });

  it('gives a command with its proof, and gets the result', () => {
    const rig = opened();
    expect(rig.say(rig.phone.proof(IDENTITY, UNLOCK)).effects).toEqual([
      { type: 'authenticated', key },
      { type: 'execute', command: unlock, key },
    ]);
    expect(rig.state).toMatchObject({ phase: 'executing', ends: undefined });
    const { effects } = rig.input({ type: 'executed', result: DONE });
    expect(effects).toMatchObject([
      { type: 'send', message: { case: 'sealed' } },
      { type: 'idle-after', ms: READY_IDLE_MS },
    ]);
    expect(rig.phone.result().type).toBe('done');
    expect(rig.state.phase).toBe('ready');
    expect(rig.say(rig.phone.sealed(UNLOCK)).effects).toEqual([
      { type: 'execute', command: unlock, key },
    ]);
  });

  it.each([
    ['unknown', Uint8Array.of(0xa2, 0x06, 0x00)],
    ['no message', Uint8Array.of(0x0a)],
  ])('is told that a command is %s', (_, command) => {
    const rig = opened();
    const { effects } = rig.say(rig.phone.proof(IDENTITY, command));
    expect(effects.map(({ type }) => type)).toEqual(['authenticated', 'send', 'idle-after']);
    expect(rig.phone.result()).toEqual({ type: 'refused', refusal: 'unknown-command' });
    expect(rig.state.phase).toBe('ready');
  });

  it('loses its link for a command that does not open, or once its key is gone', () => {
    const altered = linkIn('ready').say({ case: 'sealed', value: new Uint8Array(18) });
    expect(altered).toEqual(closed('a sealed command did not open'));
    const rig = linkIn('ready');
    rig.host.enrolled.length = 0;
    expect(rig.say(rig.phone.sealed(UNLOCK))).toEqual(closed('key removed'));
  });

  it('loses its link when the numbers of its messages have come to their end', () => {
    const rig = linkIn('ready');
    if (rig.state.phase !== 'ready') throw new Error(rig.state.phase);
    const cipher = new CipherState(defaultSuite, new Uint8Array(32));
    cipher.setNonce(2n ** 64n - 1n);
    const channel = new SealedChannel({ send: cipher, receive: cipher });
    rig.state = { ...rig.state, session: { ...rig.state.session, channel } };
    expect(rig.say(rig.phone.sealed(UNLOCK))).toEqual(closed('a sealed command did not open'));
  });

  it('does not take a fault of the car for an altered command', () => {
    let failing = false;
    const suite: Suite = {
      ...defaultSuite,
      open: (...sealed) => {
        if (failing) throw new RangeError('out of memory');
        return defaultSuite.open(...sealed);
      },
    };
    const rig = linkIn('ready', { suite });
    failing = true;
    expect(() => rig.say(rig.phone.sealed(UNLOCK))).toThrow(RangeError);
  });

  it.each<[string, LinkInput]>([
    ['key removed', { type: 'key-removed', publicKey: IDENTITY.publicKey }],
    ['its turn is over', { type: 'turn-over' }],
  ])('loses its link, though not before an answer under way: %s', (why, input) => {
    expect(linkIn('ready').input(input)).toEqual(closed(why));
    const rig = linkIn('executing');
    const before = rig.state;
    expect(rig.input(input)).toEqual({ state: { ...before, ends: why }, effects: [] });
    const { state, effects } = rig.input({ type: 'executed', result: DONE });
    expect(state).toEqual({ phase: 'ending', why });
    expect(effects).toMatchObject([
      { type: 'send', message: { case: 'sealed' } },
      { type: 'idle-after', ms: LAST_WORD_MS },
    ]);
    expect(rig.phone.result().type).toBe('done');
  });

  it('is told that the car is busy when it has had its turn, and nothing is done', () => {
    const rig = opened({ admits: () => false });
    const { state, effects } = rig.say(rig.phone.proof(IDENTITY, UNLOCK));
    expect(state).toEqual({ phase: 'ending', why: 'others are next' });
    expect(effects).toMatchObject([
      { type: 'turned-away', key: { slot: 0 } },
      { type: 'send', message: { case: 'sealed' } },
      { type: 'idle-after', ms: LAST_WORD_MS },
    ]);
    expect(rig.phone.result()).toEqual({ type: 'refused', refusal: 'busy' });
  });

  it.each(PHASES.filter((phase) => phase !== 'ready' && phase !== 'executing'))(
    'has no turn that could be over: %s',
    (phase) => {
      const rig = linkIn(phase);
      const { state } = rig;
      expect(rig.input({ type: 'turn-over' })).toEqual({ state, effects: [] });
    },
  );

  it('lets somebody read along who was allowed to', () => {
    const logged: SessionKeys[] = [];
    const rig = opened({ onSessionKeys: (keys) => logged.push(keys) });
    rig.say(rig.phone.proof(IDENTITY, UNLOCK));
    expect(logged).toMatchObject([{ challenge: rig.phone.challenge }]);
  });
});
