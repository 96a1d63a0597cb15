import { describe, expect, it } from '@jest/globals';
import { cheapSuite } from '../../../support/cheap-suite.js';
import { PAIRING_MS } from '../../../../lib/car/host.js';
import { LAST_WORD_MS } from '../../../../lib/native/car/link-state.js';
import type { LinkStep } from '../../../../lib/native/car/link-state.js';
import { PairRefusalReason } from '../../../../lib/native/schema/gen/phonekey.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { MOST_PATIENCE_MS } from '../../../../lib/radio/patience.js';
import { enrolmentOf } from '../../../support/test-car.js';
import { linkIn, opened, PHONE, WAYS } from './link-rig.js';

const pairRefusal = (reason: PairRefusalReason): LinkStep => ({
  state: { phase: 'ending', why: 'pairing refused' },
  effects: [
    { type: 'send', message: { case: 'pairRefusal', value: { reason } } },
    { type: 'idle-after', ms: LAST_WORD_MS },
  ],
});

describe('pairing on a link', () => {
  it('counts a try, shares, offers, enrols, and challenges anew', () => {
    const rig = opened();
    const window = rig.host.pairing.window();
    expect(rig.say(rig.phone.pairStart(rig.host.code)).effects).toEqual([
      { type: 'idle-after', ms: PAIRING_MS },
      { type: 'count-try', window },
    ]);
    const shared = rig.input({ type: 'try-counted', allowed: true });
    expect(shared.effects).toMatchObject([{ type: 'send', message: { case: 'pairShare' } }]);
    expect(shared.effects).toHaveLength(1);
    const offer = rig.say(rig.phone.pairConfirm());
    expect(offer.effects).toMatchObject([{ type: 'send', message: { case: 'pairOffer' } }]);
    expect(offer.state.phase).toBe('offered');
    const enrol = rig.say(rig.phone.pairCommit(PHONE, { name: 'Ada', formFactor: 'watch' }));
    const { publicKey, signingKey } = PHONE;
    expect(enrol.effects).toEqual([
      { type: 'enrol', window, phone: { publicKey, signingKey, name: 'Ada', formFactor: 'watch' } },
    ]);
    const outcome = { ...enrolmentOf({ slot: 3, role: 'driver' }), formerRole: 'owner' } as const;
    const done = rig.input({ type: 'enrolled', outcome });
    expect(done.effects).toMatchObject([
      { type: 'send', message: { case: 'pairDone' } },
      { type: 'send', message: { case: 'hello' } },
      { type: 'idle-after', ms: MOST_PATIENCE_MS },
    ]);
    expect(rig.phone.pairDone()).toEqual(outcome);
    expect(done.state).toMatchObject({ phase: 'challenged', failures: 0 });
  });

  it.each(['closed', 'slots-full', 'last-owner', 'key-mismatch', 'name-invalid', 'fault'] as const)(
    'says in private why a key was not enrolled: %s',
    (outcome) => {
      const rig = linkIn('enrolling');
      const { state, effects } = rig.input({ type: 'enrolled', outcome });
      expect(effects).toMatchObject([
        { type: 'send', message: { case: 'pairDone' } },
        { type: 'idle-after', ms: LAST_WORD_MS },
      ]);
      expect(state).toEqual({ phase: 'ending', why: 'pairing refused' });
      expect(rig.phone.pairDone()).toBe(outcome);
    },
  );

  it('is refused while the window is closed, and when it closes before the try counts', () => {
    const rig = opened({ pairingWindow: () => undefined });
    expect(rig.say(rig.phone.pairStart(rig.host.code))).toEqual(
      pairRefusal(PairRefusalReason.CLOSED),
    );
    const late = linkIn('counting-try');
    expect(late.input({ type: 'try-counted', allowed: false })).toEqual(
      pairRefusal(PairRefusalReason.CLOSED),
    );
  });

  it.each([
    ['a share that is no point', 'counting-try'],
    ['a confirmation under another code', 'shared'],
    ['a commitment that does not open', 'offered'],
  ] as const)('fails for %s', (_, phase) => {
    const rig = opened();
    if (phase === 'counting-try') {
      rig.say({ case: 'pairStart', value: { share: new Uint8Array(65).fill(4) } });
      const step = rig.input({ type: 'try-counted', allowed: true });
      expect(step).toEqual(pairRefusal(PairRefusalReason.FAILED));
      return;
    }
    WAYS[phase](rig);
    const message =
      phase === 'shared'
        ? {
            case: 'pairConfirm' as const,
            value: { confirm: new Uint8Array(32), handshake: new Uint8Array(48) },
          }
        : { case: 'pairCommit' as const, value: new Uint8Array(90) };
    expect(rig.say(message)).toEqual(pairRefusal(PairRefusalReason.FAILED));
  });

  /** A car whose randomness, or whose cipher, fails from now on. */
  const breaking = (part: 'random' | 'open') => {
    const working = seededRandom('link machine');
    const fails = { now: false };
    const orFail = <A extends unknown[], R>(work: (...args: A) => R) => {
      return (...args: A): R => {
        if (fails.now) throw new RangeError('out of memory');
        return work(...args);
      };
    };
    const change =
      part === 'random'
        ? { random: orFail(working) }
        : { suite: { ...cheapSuite, open: orFail(cheapSuite.open) } };
    return { fails, change };
  };

  it('says that the car has a fault, and counts the try of who may not know the code', () => {
    const { fails, change } = breaking('random');
    const rig = linkIn('counting-try', change);
    fails.now = true;
    const { state, effects } = rig.input({ type: 'try-counted', allowed: true });
    expect(state).toEqual({ phase: 'ending', why: 'pairing refused' });
    expect(effects).toMatchObject([
      { type: 'internal-error', during: 'pairStart', error: expect.any(RangeError) },
      ...pairRefusal(PairRefusalReason.FAULT).effects,
    ]);
  });

  it.each(['shared', 'offered'] as const)(
    'gives the try back to who knew the code, when the car has a fault after that: %s',
    (phase) => {
      const { fails, change } = breaking('open');
      const rig = linkIn(phase, change);
      const message = phase === 'shared' ? rig.phone.pairConfirm() : rig.phone.pairCommit(PHONE);
      fails.now = true;
      expect(rig.say(message).effects).toMatchObject([
        { type: 'internal-error' },
        { type: 'return-try', window: { code: rig.host.code } },
        ...pairRefusal(PairRefusalReason.FAULT).effects,
      ]);
    },
  );

  it('gives nothing back for a wrong confirmation, whatever is broken', () => {
    const { fails, change } = breaking('open');
    const rig = linkIn('shared', change);
    fails.now = true;
    const value = { confirm: new Uint8Array(32), handshake: new Uint8Array(48) };
    expect(rig.say({ case: 'pairConfirm', value })).toEqual(pairRefusal(PairRefusalReason.FAILED));
  });

  it('says that the car has a fault when a try cannot be counted', () => {
    const rig = linkIn('counting-try');
    expect(rig.input({ type: 'try-counted', allowed: 'fault' })).toEqual(
      pairRefusal(PairRefusalReason.FAULT),
    );
  });
});
