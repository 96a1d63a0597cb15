import { describe, expect, it } from '@jest/globals';
import { revocationsOf } from '../../../../firmware-sim/rights/rights.js';
import { fingerprint } from '../../../../lib/credentials/key-slot.js';
import { suite } from '../../credentials/sample.js';
import { commandOf } from '../rig.js';
import { ADA, BOB, CLEO, DAY, HOUR, town } from '../sharing-rig.js';
import type { Town } from '../sharing-rig.js';
import { AHEAD, LATEST } from './cast.js';
import { EVE, removeAtScreen, slotOf, strangers, twoOwners } from './stories.js';

/** The rules of memory and time (docs/PROTOCOL.md, section 8), each as a story at a car. */

describe('R1: whatever leaves a slot leaves a mark', () => {
  const exits: [string, (all: Town) => Promise<unknown>][] = [
    ['removed at the screen', (all) => removeAtScreen(all, BOB)],
    [
      'removed over the air',
      (all) => all.attempt(EVE.person, commandOf('removeKey', slotOf(all, BOB))),
    ],
    ['removed by itself', (all) => all.attempt(BOB, commandOf('removeKey', slotOf(all, BOB)))],
    ['revoked by its owner', (all) => all.relay([all.entry(BOB)])],
    ['revoked by the other owner', (all) => all.relay([all.entry(BOB)], EVE)],
    [
      'displaced by a pairing that was removed',
      async (all) => {
        await all.pair(BOB, 'driver');
        await removeAtScreen(all, BOB);
      },
    ],
    [
      'gone with its owner, who pairs again',
      async (all) => {
        await removeAtScreen(all, ADA.person);
        await all.pair(ADA.person, 'owner');
      },
    ],
    [
      'gone with its owner, who was made a driver and pairs again',
      async (all) => {
        await all.pair(ADA.person, 'driver');
        await all.pair(ADA.person, 'owner');
      },
    ],
  ];

  it.each(exits)('a grant for one use does not come back: %s', async (_, leave) => {
    const all = await twoOwners();
    const chain = all.grant(BOB, { uses: 1, notAfter: LATEST });
    expect(await all.attempt(BOB, 'unlock', chain)).toBe('done');
    all.pass(HOUR);
    await leave(all);
    all.pass(HOUR);
    expect(slotOf(all, BOB)).toBe(-1);
    expect(await all.attempt(BOB, 'unlock', chain)).toMatch(/^(suspended|grant-void)$/);
  });

  it('also of a key that made room when its time was over', async () => {
    const { attempt, grant, pass, store } = await town({ slots: 2 });
    const chain = grant(BOB);
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    pass(DAY);
    expect(await attempt(CLEO, 'unlock', grant(CLEO))).toBe('done');
    // Should the clock be set back, this is what keeps it out.
    pass(-DAY);
    expect(await attempt(BOB, 'unlock', chain)).toBe('grant-void');
    expect(store.record.owners[0]?.entries).toMatchObject([
      { kind: 'removed', fingerprint: fingerprint(suite, BOB.publicKey) },
    ]);
  });

  it('a removal reaches what may have been dated five minutes ahead, and no more', async () => {
    const { attempt, grant, now, pass, pair, car } = await town();
    await pair(BOB, 'driver');
    const chain = grant(BOB, { issuedAt: now() + AHEAD });
    expect(await car.credentials.remove(1, 'card')).toBeUndefined();
    expect(await attempt(BOB, 'unlock', chain)).toBe('grant-void');
    pass(1);
    expect(await attempt(BOB, 'unlock', grant(BOB, { issuedAt: now() + AHEAD }))).toBe('done');
  });
});

describe('R2: a removed owner', () => {
  it('has signed nothing that still counts: no grant, and no lifting', async () => {
    const all = await twoOwners();
    const { attempt, grant, pass, relay, entry, revocationList, pair, car } = all;
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    await relay([entry(BOB, 'suspended')], EVE);
    const unshown = grant(CLEO, { notAfter: LATEST }, EVE);
    const lifts = revocationList([entry(BOB, 'resumed')], EVE);
    await removeAtScreen(all, EVE.person);
    pass(HOUR);
    expect(await attempt(CLEO, 'unlock', unshown)).toBe('grant-invalid');
    await pair(EVE.person, 'owner');
    expect(await attempt(CLEO, 'unlock', unshown)).toBe('grant-void');
    for (const part of lifts) await car.credentials.receive(part);
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
    pass(AHEAD + 1);
    expect(await attempt(CLEO, 'unlock', grant(CLEO, {}, EVE))).toBe('done');
    await relay([entry(BOB, 'resumed')], EVE);
    expect(await attempt(BOB, 'unlock')).toBe('done');
  });

  it.each<[string, (all: Town) => Promise<unknown>]>([
    ['a lifting of another owner that names it', (all) => all.relay([all.entry(BOB, 'resumed')])],
    ['a new grant', (all) => all.admit(BOB, all.grant(BOB))],
    ['the card, by pairing', (all) => all.pair(BOB, 'driver')],
  ])('leaves what it took away, until that is undone by %s', async (_, undo) => {
    const all = await twoOwners();
    const { attempt, grant, pass, relay, entry } = all;
    expect(await attempt(BOB, 'unlock', grant(BOB, { notAfter: LATEST }))).toBe('done');
    await relay([entry(BOB, 'suspended')], EVE);
    await removeAtScreen(all, EVE.person);
    pass(AHEAD + 1);
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
    // Leaving it out lifts nothing.
    await relay([]);
    expect(await attempt(BOB, 'unlock')).toBe('suspended');
    await undo(all);
    expect(await attempt(BOB, 'unlock')).toBe('done');
  });

  it('is back as what it is made now, and not by what it was granted before it was an owner', async () => {
    const all = await town();
    const { attempt, grant, pass, pair } = all;
    const chain = grant(EVE.person, { role: 'driver', notAfter: LATEST });
    expect(await attempt(EVE.person, 'unlock', chain)).toBe('done');
    pass(60);
    await pair(EVE.person, 'owner');
    pass(60);
    await removeAtScreen(all, EVE.person);
    pass(60);
    expect(await attempt(EVE.person, 'unlock', chain)).toBe('grant-void');
  });

  it('that was suspended first has signed nothing meanwhile, though it pairs again', async () => {
    const { attempt, grant, relay, entry, pair, pass } = await twoOwners();
    await relay([entry(EVE.person, 'suspended')]);
    pass(HOUR);
    const meanwhile = grant(CLEO, { notAfter: LATEST }, EVE);
    pass(60);
    await pair(EVE.person, 'owner');
    expect(await attempt(EVE.person, 'start')).toBe('done');
    expect(await attempt(CLEO, 'unlock', meanwhile)).toBe('grant-void');
    pass(AHEAD + 1);
    expect(await attempt(CLEO, 'unlock', grant(CLEO, {}, EVE))).toBe('done');
  });
});

describe('R3: an entry about a key', () => {
  it('covers dates up to its time and five minutes more', async () => {
    const { attempt, grant, relay, entry, now } = await town();
    const since = now() - HOUR;
    await relay([entry(BOB, 'revoked', since)]);
    const dated = (issuedAt: number) => grant(BOB, { issuedAt });
    expect(await attempt(BOB, 'unlock', dated(since + AHEAD))).toBe('suspended');
    expect(await attempt(BOB, 'unlock', dated(since + AHEAD + 1))).toBe('done');
  });

  it('of an owner covers what was signed at its time or later', async () => {
    const { attempt, grant, relay, entry, now, pass } = await twoOwners();
    pass(HOUR);
    const since = now() - 60;
    for (const [who, issuedAt] of [
      [BOB, since - 1],
      [CLEO, since],
    ] as const) {
      expect(await attempt(who, 'unlock', grant(who, { issuedAt }, EVE))).toBe('done');
    }
    await relay([entry(EVE.person, 'suspended', since)]);
    expect(await attempt(BOB, 'unlock')).toBe('done');
    expect(await attempt(CLEO, 'unlock')).toBe('unknown');
  });
});

describe('R4: of a suspended or revoked owner', () => {
  it.each(['suspended', 'revoked'] as const)(
    'nothing is newly taken, whatever date it bears: %s',
    async (kind) => {
      const all = await twoOwners();
      const { attempt, grant, relay, entry, revocationList, now, pass, store } = all;
      pass(DAY);
      const since = now();
      const before = grant(BOB, { issuedAt: since - HOUR }, EVE);
      expect(await attempt(BOB, 'unlock', before)).toBe('done');
      await relay([entry(EVE.person, kind)]);
      for (const issuedAt of [since - 2 * HOUR, since, since + 9]) {
        expect(await attempt(CLEO, 'unlock', grant(CLEO, { issuedAt }, EVE))).toBe('grant-invalid');
      }
      const { record } = store;
      for (const part of revocationList([entry(BOB)], EVE, { issuedAt: since - HOUR })) {
        await all.car.credentials.receive(part);
      }
      expect(store.record).toBe(record);
      // Who came by what it signed before stays, and it may go in and out itself.
      expect(await attempt(BOB, 'unlock')).toBe('done');
      for (const command of ['unlock', 'lock', 'status'] as const) {
        expect(await attempt(EVE.person, command)).not.toBe('suspended');
      }
      for (const command of [
        'start',
        'trunk',
        'listKeys',
        'removeKey',
        'raiseEpoch',
        'setPin',
        'setTime',
        'listRevocations',
      ] as const) {
        expect(await attempt(EVE.person, command)).toBe('suspended');
      }
    },
  );

  it('whoever is the first of two who suspend each other has the other one suspended', async () => {
    const { attempt, relay, entry } = await twoOwners();
    await relay([entry(EVE.person, 'suspended')]);
    await relay([entry(ADA.person, 'suspended')], EVE);
    expect(await attempt(ADA.person, 'start')).toBe('done');
    expect(await attempt(EVE.person, 'start')).toBe('suspended');
  });
});

describe('R5: a revocation that takes a key out of its slot', () => {
  const revokedWith = async (since: number | undefined): Promise<Town> => {
    const all = await town();
    expect(await all.attempt(BOB, 'unlock', all.grant(BOB, { notAfter: LATEST }))).toBe('done');
    all.pass(HOUR);
    await all.relay([all.entry(BOB, 'revoked', since)]);
    return all;
  };
  const marks = ({ store }: Town): readonly number[] =>
    revocationsOf(store.record, fingerprint(suite, ADA.person.publicKey))
      .entries.filter(({ kind }) => kind === 'removed')
      .map(({ until }) => until);

  it('leaves a mark up to what it says', async () => {
    const all = await revokedWith(undefined);
    expect(marks(all)).toEqual([all.now() + AHEAD]);
  });

  it('for all times leaves one that does not go beyond a removal', async () => {
    const all = await revokedWith(LATEST);
    expect(marks(all)).toEqual([all.now() + AHEAD]);
  });

  it('leaves one for a paired key, too', async () => {
    const { pair, pass, relay, entry, store, now } = await town();
    await pair(BOB, 'driver');
    pass(HOUR);
    await relay([entry(BOB, 'revoked', LATEST)]);
    expect(store.record.own.entries).toMatchObject([{ kind: 'removed', until: now() + AHEAD }]);
  });
});

describe('R6: a mark about a key in a slot', () => {
  it('stands with the owner whose grant it holds, and no list of another one can fold it', async () => {
    const all = await twoOwners();
    const { attempt, grant, pass, relay, entry, now } = all;
    const chain = grant(BOB, { notAfter: LATEST });
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    pass(HOUR);
    await relay([entry(BOB)], EVE);
    pass(HOUR);
    for (let n = 0; n < 2; n++) await relay(strangers(600, now(), 600 * n), EVE);
    expect(await attempt(BOB, 'unlock', chain)).toBe('grant-void');
    // Of what the others signed nothing is void.
    expect(await attempt(CLEO, 'unlock', grant(CLEO))).toBe('done');
  });

  it('of a paired key stands with the car itself', async () => {
    const all = await town();
    await all.pair(BOB, 'driver');
    await removeAtScreen(all, BOB);
    expect(all.store.record.own.entries).toHaveLength(1);
    expect(all.store.record.owners).toEqual([]);
  });
});
