import { describe, expect, it } from '@jest/globals';
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

  it('does not take a fault of the car for one of the phone', () => {
    const working = seededRandom('link machine');
    let broken = false;
    const random = (length: number): Uint8Array => {
      if (broken) throw new RangeError('out of memory');
      return working(length);
    };
    const rig = linkIn('counting-try', { random });
    broken = true;
    expect(() => rig.input({ type: 'try-counted', allowed: true })).toThrow(RangeError);
  });
});
