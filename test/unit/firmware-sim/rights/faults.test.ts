import { describe, expect, it } from '@jest/globals';
import type { Person } from '../../credentials/sample.js';
import { commandOf } from '../rig.js';
import { ADA, BOB, CLEO, DAN, DAY, HOUR, town } from '../sharing-rig.js';
import type { Town } from '../sharing-rig.js';
import { LATEST } from './cast.js';
import { EVE, removeAtScreen, setTime, slotOf, strangers, twoOwners } from './stories.js';

/** What went wrong once, each as it was seen. What the car did then stands in the comments. */

const until = { notAfter: LATEST };

/** Whether a key does something now, which it asks for as at a first use. */
const comesBack = async (all: Town, who: Person, chain: Uint8Array): Promise<string> => {
  expect(slotOf(all, who)).toBe(-1);
  return all.attempt(who, 'unlock', chain);
};

describe('a key that was paired, and removed', () => {
  // Nothing was remembered of it: the old grant opened the car, and drove.
  it('does not come back by a grant of before it was paired', async () => {
    const all = await town();
    const chain = all.grant(BOB, { role: 'driver', ...until });
    expect(await all.attempt(BOB, 'unlock', chain)).toBe('done');
    all.pass(HOUR);
    await all.pair(BOB, 'driver');
    all.pass(HOUR);
    expect(await all.attempt(ADA.person, commandOf('removeKey', slotOf(all, BOB)))).toBe('done');
    expect(await comesBack(all, BOB, chain)).toBe('grant-void');
  });

  // A removed owner who had been a guest once was back as a driver.
  it('does not either where it was an owner, whom the card removed', async () => {
    const all = await town();
    const chain = all.grant(EVE.person, { role: 'driver', ...until });
    expect(await all.attempt(EVE.person, 'unlock', chain)).toBe('done');
    all.pass(60);
    await all.pair(EVE.person, 'owner');
    await removeAtScreen(all, EVE.person);
    expect(await comesBack(all, EVE.person, chain)).toBe('grant-void');
  });

  // It opened.
  it('does not come back by a grant that it was given while it was paired', async () => {
    const all = await town();
    await all.pair(DAN, 'driver');
    const chain = all.grant(DAN, { role: 'driver', ...until });
    all.pass(10);
    await removeAtScreen(all, DAN);
    expect(await comesBack(all, DAN, chain)).toBe('grant-void');
  });
});

describe('a granted key that was removed', () => {
  // Only the grant that it had shown was remembered: the other one opened.
  it('does not come back by a second grant of before the removal', async () => {
    const all = await town();
    const first = all.grant(BOB, until);
    all.pass(5);
    const second = all.grant(BOB, { role: 'driver', ...until });
    expect(await all.attempt(BOB, 'unlock', first)).toBe('done');
    all.pass(10);
    await removeAtScreen(all, BOB);
    expect(await comesBack(all, BOB, second)).toBe('grant-void');
  });

  // It depended on how many keys had removed themselves before, and the document said something else.
  it('by itself does not come back either', async () => {
    const all = await town();
    const chain = all.grant(BOB, until);
    expect(await all.attempt(BOB, 'unlock', chain)).toBe('done');
    expect(await all.attempt(BOB, commandOf('removeKey', slotOf(all, BOB)))).toBe('done');
    expect(await comesBack(all, BOB, chain)).toBe('grant-void');
  });
});

describe('an owner that was removed, and paired again', () => {
  // Suspended guests were in again, and a grant for one use opened once more.
  it('brings back neither suspended guests nor uses', async () => {
    const all = await twoOwners();
    const { attempt, relay, entry, pass, pair } = all;
    const [his, once] = [all.grant(BOB, until), all.grant(CLEO, { uses: 1, ...until })];
    expect(await attempt(BOB, 'unlock', his)).toBe('done');
    expect(await attempt(CLEO, 'unlock', once)).toBe('done');
    pass(10);
    await relay([entry(BOB, 'suspended')]);
    pass(60);
    await removeAtScreen(all, ADA.person);
    expect(await comesBack(all, BOB, his)).toBe('grant-invalid');
    pass(60);
    await pair(ADA.person, 'owner');
    expect(await comesBack(all, BOB, his)).toBe('suspended');
    expect(await comesBack(all, CLEO, once)).toBe('grant-void');
  });

  // Its numbers began again: list 1 suspended Eve, although list 2 had resumed her.
  it('has its old lists taken no second time', async () => {
    const all = await twoOwners();
    const { attempt, relay, revocationList, entry, pass, pair, car } = all;
    const old = revocationList([entry(EVE.person, 'suspended')]);
    for (const part of old) await car.credentials.receive(part);
    pass(60);
    await relay([entry(EVE.person, 'resumed')]);
    expect(await attempt(EVE.person, 'start')).toBe('done');
    await removeAtScreen(all, ADA.person);
    await pair(ADA.person, 'owner');
    for (const part of old) await car.credentials.receive(part);
    expect(await attempt(EVE.person, 'start')).toBe('done');
    expect(await attempt(ADA.person, { type: 'deliver', revocationList: old[0]! })).toBe(
      'revocation-list-old',
    );
  });
});

describe('a list of two parts, of which a guest brings the one that does not name him', () => {
  // From then on the car refused the list of before, which revoked him.
  it('keeps no earlier one from revoking', async () => {
    const { attempt, grant, revocationList, entry, now, car } = await town();
    expect(await attempt(BOB, 'start', grant(BOB, until))).toBe('done');
    const first = revocationList([entry(BOB)]);
    const last = revocationList([...strangers(144, now()), entry(BOB)]);
    expect(last).toHaveLength(2);
    await car.credentials.receive(last[0]!);
    for (const part of first) await car.credentials.receive(part);
    expect(await attempt(BOB, 'start')).toBe('unknown');
  });
});

describe('an owner who has revoked a great many', () => {
  // The list of removed keys was full: the person with the card could not take the key away, also after
  // a re-key; with 1,152 entries no other owner could suspend it.
  it.each([601, 1152])(
    '%i of them can be suspended, removed at the screen, and re-keyed',
    async (count) => {
      const all = await twoOwners();
      const { attempt, relay, entry, now, pass } = all;
      await relay([entry(EVE.person, 'suspended', LATEST), ...strangers(count - 1, now())]);
      expect(await attempt(EVE.person, 'start')).toBe('suspended');
      // The card frees her, by pairing again. What she signs from then on counts.
      await all.pair(EVE.person, 'owner');
      pass(301);
      await relay([entry(ADA.person, 'suspended')], EVE);
      expect(await attempt(ADA.person, 'start')).toBe('suspended');
      await removeAtScreen(all, ADA.person);
      expect(await attempt(ADA.person, 'unlock')).toBe('unknown');
      expect(await attempt(EVE.person, 'raiseEpoch')).toBe('done');
    },
  );

  // After 1,152 the list had no room, and nothing could be revoked any more.
  it('ten thousand of them still revokes, and the car keeps no more than it has room for', async () => {
    const { attempt, grant, relay, entry, now, pass, store, car } = await town();
    pass(400 * DAY);
    let listed = strangers(0, 0);
    for (let n = 0; n < 10; n++) {
      const { floor } = await car.execute(commandOf('status'), car.keys()[0]!);
      // What the car has folded into its floor the owner leaves out.
      listed = [
        ...listed.filter(({ since }) => since + 300 > floor),
        ...strangers(1000, now(), 1000 * n),
      ].slice(-1152);
      await relay(listed);
      pass(DAY);
    }
    expect(store.record.owners).toMatchObject([{ number: 10, entries: { length: 512 } }]);
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await relay([entry(BOB)]);
    expect(await attempt(BOB, 'unlock')).toBe('unknown');
  });
});

describe('a stamp that is dated ahead', () => {
  // Every grant with an end was expired for good, and `set_time` said done and did nothing.
  it('is refused, and leaves the clock and everybody as they were', async () => {
    const all = await town();
    const { attempt, grant, relay, now, car } = all;
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await relay([], ADA, { issuedAt: now() + 3650 * DAY });
    expect(await attempt(DAN, 'unlock', grant(DAN, { issuedAt: LATEST, notAfter: LATEST }))).toBe(
      'dated-ahead',
    );
    expect(car.status().now).toBe(now());
    expect(await attempt(BOB, 'unlock')).toBe('done');
  });

  // There was no way to set a clock back that ran.
  it('that a clock of then took is undone with the card', async () => {
    const all = await town();
    const { attempt, grant, now, car } = all;
    const honest = now();
    await car.loseClock();
    expect(await attempt(ADA.person, setTime(honest + 3650 * DAY))).toBe('done');
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('expired');
    expect(await car.credentials.setTimeByCard(honest)).toBeUndefined();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
  });
});

describe('a thief with the phone of an owner', () => {
  it('who revokes everybody is removed, and a new grant lets everybody in', async () => {
    const all = await twoOwners();
    const { attempt, grant, relay, entry, pass } = all;
    expect(await attempt(BOB, 'unlock', grant(BOB, until))).toBe('done');
    await relay([entry(BOB, 'revoked', LATEST), entry(EVE.person, 'revoked', LATEST)]);
    pass(60);
    // With the card: the other owner pairs again, and the thief's key goes.
    await all.pair(EVE.person, 'owner');
    await removeAtScreen(all, ADA.person);
    pass(400);
    expect(await attempt(EVE.person, 'start')).toBe('done');
    // For all times is for all times; only what the card does is above it.
    expect(await attempt(BOB, 'unlock', grant(BOB, until, EVE))).toBe('suspended');
    expect(await attempt(EVE.person, 'raiseEpoch')).toBe('done');
    expect(await attempt(BOB, 'unlock', grant(BOB, until, EVE))).toBe('done');
  });
});
