import { describe, expect, it } from '@jest/globals';
import { fingerprint } from '../../../../lib/credentials/key-slot.js';
import { person, suite } from '../../credentials/sample.js';
import { commandOf } from '../rig.js';
import { ADA, BOB, CLEO, DAN, DAY, HOUR, town } from '../sharing-rig.js';
import type { Owner } from '../sharing-rig.js';
import { AHEAD, LATEST } from './cast.js';
import { EVE, removeAtScreen, setTime, strangers, twoOwners } from './stories.js';

/** The rules of memory and time (docs/PROTOCOL.md, section 8), each as a story at a car. */

describe('R7: a full list', () => {
  it('folds into the floor of its own owner, who is told of it, and of nobody else', async () => {
    const all = await twoOwners();
    const { attempt, grant, relay, now, car, pass } = all;
    pass(DAY);
    const [hers, his] = [grant(BOB, { issuedAt: now() - HOUR }), grant(CLEO, {}, EVE)];
    await relay(strangers(513, now() - HOUR - AHEAD));
    const floorOf = async (owner: Owner) =>
      (await car.execute(commandOf('status'), car.keys()[owner.slot]!)).floor;
    expect(await floorOf(ADA)).toBe(now() - HOUR);
    expect(await floorOf(EVE)).toBe(0);
    // At or before the floor.
    expect(await attempt(BOB, 'unlock', hers)).toBe('grant-void');
    expect(await attempt(CLEO, 'unlock', his)).toBe('done');
    expect(await attempt(BOB, 'unlock', grant(BOB, { issuedAt: now() - HOUR + 1 }))).toBe('done');
  });

  it('never folds what concerns a key in a slot', async () => {
    const { attempt, grant, relay, entry, now, pass } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB, { notAfter: LATEST }))).toBe('done');
    await relay([entry(BOB, 'suspended')]);
    pass(DAY);
    for (let n = 0; n < 2; n++) await relay(strangers(1000, now(), 1000 * n));
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
  });

  it('is no obstacle to a removal', async () => {
    const all = await twoOwners();
    const { attempt, grant, relay, now, pass } = all;
    await relay(strangers(1152, now()));
    await relay(strangers(1152, now(), 1152), EVE);
    pass(AHEAD + 1);
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await removeAtScreen(all, BOB);
    await removeAtScreen(all, EVE.person);
    expect(all.car.keys()).toHaveLength(1);
  });

  it('of an owner that left is kept, of so many of them', async () => {
    const all = await town();
    const { attempt, grant, relay, entry, pair, pass } = all;
    expect(await attempt(BOB, 'unlock', grant(BOB, { notAfter: LATEST }))).toBe('done');
    for (let n = 0; n < 12; n++) {
      const owner: Owner = { person: person(60 + n), slot: 2 };
      await pair(owner.person, 'owner');
      if (n === 0) await relay([entry(BOB, 'suspended')], owner);
      else await relay([entry(DAN, 'suspended')], owner);
      pass(60);
      await removeAtScreen(all, owner.person);
    }
    expect(all.store.record.owners).toHaveLength(8);
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
  });
});

describe('R8: of the lists of an owner', () => {
  it('every part revokes, whatever its number', async () => {
    const { attempt, grant, relay, entry } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await relay([], ADA, { number: 9 });
    await relay([entry(BOB)], ADA, { number: 1 });
    expect(await attempt(BOB, 'unlock')).toBe('unknown');
  });

  it('a part that is held back keeps no older one from revoking', async () => {
    const { attempt, grant, revocationList, entry, now, car } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    const first = revocationList([entry(BOB)]);
    const [part] = revocationList([...strangers(144, now()), entry(BOB)]);
    await car.credentials.receive(part!);
    expect(await attempt(BOB, 'unlock')).toBe('done');
    for (const each of first) await car.credentials.receive(each);
    expect(await attempt(BOB, 'unlock')).toBe('unknown');
  });

  it('only a whole one lifts, and only what came with a lower number and no later stamp', async () => {
    const { attempt, grant, relay, entry, revocationList, car, now, pass } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    pass(HOUR);
    await relay([entry(BOB, 'suspended')], ADA, { number: 5 });
    const resumed = [entry(BOB, 'resumed')];
    for (const more of [{ number: 5 }, { number: 4 }, { number: 6, issuedAt: now() - 1 }]) {
      await relay(resumed, ADA, more);
      expect(await attempt(BOB, 'unlock')).toBe('suspended');
    }
    const parts = revocationList([...strangers(144, 1), ...resumed], ADA, { number: 7 });
    await car.credentials.receive(parts[1]!);
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
    await car.credentials.receive(parts[0]!);
    expect(await attempt(BOB, 'unlock')).toBe('done');
  });

  it('a restored phone reads number and entries from the car, and lifts nothing by leaving them out', async () => {
    const all = await town();
    const { attempt, grant, relay, entry, car, now } = all;
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await relay([entry(BOB, 'suspended'), entry(CLEO)], ADA, { number: 3 });
    await relay([], ADA, { number: 4 });
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
    const { outcome } = await car.execute(commandOf('listRevocations'), car.keys()[0]!);
    expect(outcome).toEqual({
      type: 'revocations',
      number: 4,
      pages: 1,
      entries: [
        { kind: 'suspended', fingerprint: fingerprint(suite, BOB.publicKey), since: now() },
        { kind: 'revoked', fingerprint: fingerprint(suite, CLEO.publicKey), since: now() },
      ],
    });
    expect(await attempt(BOB, commandOf('listRevocations'))).toBe('not-permitted');
  });
});

describe('R9: what is dated ahead', () => {
  it('of every link is refused, and of a list', async () => {
    const { attempt, grant, delegate, now, relay, entry, store, car } = await town();
    const issuedAt = now() + AHEAD + 1;
    const first = grant(BOB, { delegations: 1 });
    expect(await attempt(BOB, 'unlock', grant(BOB, { issuedAt }))).toBe('dated-ahead');
    expect(await attempt(CLEO, 'unlock', delegate(first, BOB, CLEO, { issuedAt }))).toBe(
      'dated-ahead',
    );
    await relay([entry(BOB)], ADA, { issuedAt });
    expect(store.record.owners).toEqual([]);
    expect(car.status().now).toBe(now());
  });

  it('is judged by the clock that runs, and by nothing that was signed', async () => {
    const { attempt, grant, now, relay, car } = await town();
    await relay([], ADA, { issuedAt: now() + AHEAD });
    expect(car.status().now).toBe(now() + AHEAD);
    const ratchet = grant(BOB, { issuedAt: now() + 2 * AHEAD });
    expect(await attempt(BOB, 'unlock', ratchet)).toBe('dated-ahead');
  });

  it('is not asked of the time that an entry says', async () => {
    const { attempt, grant, relay, entry } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await relay([entry(BOB, 'revoked', LATEST)]);
    expect(await attempt(BOB, 'unlock')).toBe('unknown');
  });

  it('is not asked while the time is lost; then nothing that is signed moves the clock', async () => {
    const { attempt, grant, now, relay, entry, car } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await car.loseClock();
    await relay([entry(BOB)], ADA, { issuedAt: now() + DAY });
    expect(await attempt(BOB, 'unlock')).toBe('unknown');
    expect(await attempt(ADA.person, setTime(now()))).toBe('done');
    expect(car.status().now).toBe(now());
  });
});

describe('R10: while the time is lost', () => {
  it('a removal covers every date, until the clock is set', async () => {
    const all = await town();
    const { attempt, grant, now, car, pass } = all;
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    pass(DAY);
    const later = grant(BOB, { notAfter: LATEST });
    await car.loseClock();
    await removeAtScreen(all, BOB);
    expect(await attempt(BOB, 'unlock', later)).toBe('grant-void');
    expect(await attempt(ADA.person, setTime(now()))).toBe('done');
    expect(await attempt(BOB, 'unlock', later)).toBe('grant-void');
    expect(await attempt(BOB, 'unlock', grant(BOB, { issuedAt: now() + AHEAD }))).toBe(
      'grant-void',
    );
    pass(1);
    expect(await attempt(BOB, 'unlock', grant(BOB, { issuedAt: now() + AHEAD }))).toBe('done');
  });

  it('so does a fold', async () => {
    const { attempt, grant, now, car, relay } = await town();
    await car.loseClock();
    await relay(strangers(513, LATEST));
    expect(await attempt(ADA.person, setTime(now()))).toBe('done');
    const terms = await car.execute(commandOf('status'), car.keys()[0]!);
    expect(terms).toMatchObject({ time: now(), floor: now() + AHEAD });
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('grant-void');
  });
});

describe('R11: a re-key', () => {
  it('leaves a suspended owner suspended, and clears marks and floors', async () => {
    const all = await twoOwners();
    const { attempt, grant, relay, entry, now, pass, store } = all;
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await relay([...strangers(600, now()), entry(EVE.person, 'suspended')]);
    await removeAtScreen(all, BOB);
    pass(60);
    expect(await attempt(ADA.person, 'raiseEpoch')).toBe('done');
    expect(await attempt(EVE.person, 'start')).toBe('suspended');
    expect(store.record.owners).toMatchObject([{ number: 0, floor: { until: 0 }, entries: [{}] }]);
    // An honest guest needs no more than a new grant.
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    // Its owner may lift it by the first list of the new epoch.
    await relay([entry(EVE.person, 'resumed')]);
    expect(await attempt(EVE.person, 'start')).toBe('done');
  });

  it('is what setting the time back with the card is', async () => {
    const all = await twoOwners();
    const { attempt, grant, relay, entry, now, pass, car, seen } = all;
    const honest = now();
    // The car's clock has run ahead for ten years.
    pass(3650 * DAY);
    const chain = grant(BOB, { notAfter: LATEST });
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    await relay([entry(EVE.person, 'suspended')]);
    seen();
    expect(await car.credentials.setTimeByCard(honest)).toBeUndefined();
    expect(seen()).toEqual(['epoch-raised', 'key-removed', 'clock-set']);
    expect(car.status()).toMatchObject({ now: honest, epoch: 1 });
    expect(await attempt(BOB, 'unlock', chain)).toBe('grant-invalid');
    expect(await attempt(EVE.person, 'start')).toBe('suspended');
    // Now what is signed by right clocks counts, and lifts.
    const dated = { issuedAt: honest, notBefore: honest, notAfter: honest + DAY };
    expect(await attempt(BOB, 'unlock', grant(BOB, dated))).toBe('done');
    await relay([entry(EVE.person, 'resumed')], ADA, { issuedAt: honest });
    expect(await attempt(EVE.person, 'start')).toBe('done');
  });
});

describe('R12: phones date above the mark of the car', () => {
  it('which the car tells owners, with its time', async () => {
    const all = await town();
    const { attempt, grant, now, pair, car, pass } = all;
    await pair(BOB, 'driver');
    await removeAtScreen(all, BOB);
    const told = async () => car.execute(commandOf('status'), car.keys()[0]!);
    const { mark } = await told();
    expect(await told()).toMatchObject({ time: now(), mark: now() + AHEAD, epoch: 0 });
    expect(await attempt(BOB, 'unlock', grant(BOB, { issuedAt: mark }))).toBe('grant-void');
    // A second ahead of what the car takes: it waits a second, and tries again.
    expect(await attempt(BOB, 'unlock', grant(BOB, { issuedAt: mark + 1 }))).toBe('dated-ahead');
    pass(1);
    expect(await attempt(BOB, 'unlock', grant(BOB, { issuedAt: mark + 1 }))).toBe('done');
    pass(AHEAD);
    expect(await told()).toMatchObject({ time: now(), mark: 0 });
  });
});
