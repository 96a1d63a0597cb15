import { describe, expect, it } from '@jest/globals';
import { admitKey } from '../../../../firmware-sim/rights/admission.js';
import { decodeRecord, encodeRecord } from '../../../../firmware-sim/memory/record.js';
import { volatileMemory } from '../../../../firmware-sim/memory/memory.js';
import { person, suite } from '../../credentials/sample.js';
import { commandOf } from '../rig.js';
import { ADA, BOB, CLEO, DAN, DAY, HOUR, town } from '../sharing-rig.js';

describe('a granted key', () => {
  it('gets a slot at its first use, does what its role may, and is known from then on', async () => {
    const { car, grant, attempt, seen } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    expect(seen()).toEqual(['key-added', 'unlocked']);
    expect(car.status().keys[1]).toMatchObject({ slot: 1, name: 'granted', role: 'guest' });
    expect(await attempt(BOB, 'trunk')).toBe('done');
    expect(await attempt(BOB, 'frunk')).toBe('not-permitted');
    expect(await attempt(BOB, 'listKeys')).toBe('not-permitted');
  });

  it('keeps what kind of thing has it', async () => {
    const { car, grant } = await town();
    const introduction = { grants: grant(BOB), name: 'Bob', formFactor: 'watch' as const };
    expect(await car.credentials.admit(BOB.publicKey, introduction)).toMatchObject({
      formFactor: 'watch',
    });
    expect(car.status().keys).toMatchObject([{ formFactor: 'unknown' }, { formFactor: 'watch' }]);
  });

  it('says its name; only who shows a chain that holds, and is new, is told that it is none', async () => {
    const { car, grant, seen, events } = await town();
    const nameless = (grants: Uint8Array) =>
      car.credentials.admit(BOB.publicKey, { grants, name: undefined });
    expect(await nameless(grant(CLEO))).toBe('grant-invalid');
    const grants = grant(BOB);
    expect(await nameless(grants)).toBe('name-invalid');
    expect(events.at(-1)).toMatchObject({ type: 'key-refused', reason: 'name-invalid' });
    expect(await nameless(grant(BOB, { issuedAt: 2 ** 32 - 1 }))).toBe('name-invalid');
    expect(car.keys()).toHaveLength(1);
    expect(await car.credentials.admit(BOB.publicKey, { grants, name: 'Bob' })).toMatchObject({
      name: 'Bob',
    });
    seen();
    // It is known, and called what it was called.
    expect(await nameless(grants)).toMatchObject({ name: 'Bob' });
    expect(seen()).toEqual([]);
  });

  it('is taken beside a command that its role does not have, and beside one that is refused', async () => {
    const { car, grant, attempt } = await town();
    expect(await attempt(BOB, 'frunk', grant(BOB))).toBe('not-permitted');
    expect(car.keys()).toHaveLength(2);
    car.hand({ type: 'open', closure: 'front-left' });
    expect(await attempt(CLEO, 'lock', grant(CLEO))).not.toBe('unknown');
    expect(car.keys()).toHaveLength(3);
  });

  it('is durable before it opens anything, and still there after a restart', async () => {
    const memory = volatileMemory();
    const first = await town({ memory });
    await first.admit(BOB, first.grant(BOB));
    const second = await town({ memory });
    expect(await second.attempt(BOB, 'unlock')).toBe('done');
  });

  it.each([
    ['of another car', async () => (await town()).grant(BOB)],
    ['for somebody else', async ({ grant }: Awaited<ReturnType<typeof town>>) => grant(CLEO)],
    ['by who owns nothing', async ({ grant }) => grant(BOB, {}, { person: DAN, slot: 0 })],
    ['by an empty slot', async ({ grant }) => grant(BOB, {}, { person: DAN, slot: 5 })],
    ['of another epoch', async ({ grant }) => grant(BOB, { epoch: 1 })],
    ['that is no chain', async () => new Uint8Array(115)],
    [
      'delegated by who may not',
      async ({ grant, delegate }) => delegate(grant(CLEO, { delegations: 0 }), CLEO, BOB),
    ],
  ] as [string, (all: Awaited<ReturnType<typeof town>>) => Promise<Uint8Array>][])(
    '%s is a stranger',
    async (what, make) => {
      const all = await town();
      if (what === 'of another car') all.car.tap({ reader: 'pillar' });
      const chain = await make(all);
      if (what === 'of another car') await all.car.reset();
      if (what === 'of another car') await all.pair(ADA.person);
      expect(await all.admit(BOB, chain)).toBe('grant-invalid');
      expect(all.car.keys()).toHaveLength(1);
    },
  );

  it('by a driver, who is in a slot and has a signing key, is a stranger', async () => {
    const { car, grant, pair, admit } = await town();
    await pair(CLEO, 'driver');
    expect(await admit(BOB, grant(BOB, {}, { person: CLEO, slot: 1 }))).toBe('grant-invalid');
    expect(car.keys()).toHaveLength(2);
  });

  it('begins and ends at its time, by the clock of the car', async () => {
    const { grant, attempt, pass, now, car } = await town();
    const chain = grant(BOB, { notBefore: now() + HOUR, notAfter: now() + 2 * HOUR });
    expect(await attempt(BOB, 'unlock', chain)).toBe('not-yet');
    expect(car.keys()).toHaveLength(1);
    pass(HOUR);
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    pass(HOUR - 1);
    expect(await attempt(BOB, 'unlock')).toBe('done');
    pass(1);
    expect(await attempt(BOB, 'unlock')).toBe('expired');
    expect(await attempt(CLEO, 'unlock', grant(CLEO, { notBefore: 1, notAfter: now() }))).toBe(
      'expired',
    );
  });

  it('of two uses opens twice, and leaving and coming again does not help', async () => {
    const { grant, attempt, store } = await town();
    const chain = grant(BOB, { uses: 2 });
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    expect(await attempt(BOB, 'lock')).toBe('done');
    expect(store.record.keys[1]?.grant?.used).toBe(1);
    expect(await attempt(BOB, 'removeKey')).toBe('not-permitted');
    const own = commandOf('removeKey', 1);
    expect(await attempt(BOB, own)).toBe('done');
    expect(await attempt(BOB, 'unlock', chain)).toBe('grant-void');
    const fresh = grant(CLEO, { uses: 2 });
    expect(await attempt(CLEO, 'unlock', fresh)).toBe('done');
    expect(await attempt(CLEO, 'start', fresh)).toBe('done');
    expect(await attempt(CLEO, 'unlock', fresh)).toBe('used-up');
    expect(await attempt(CLEO, 'lock', fresh)).toBe('done');
  });

  it('two tries at once use up two uses', async () => {
    const { car, grant, admit } = await town();
    const key = await admit(BOB, grant(BOB, { uses: 1 }));
    if (typeof key === 'string') throw new Error(key);
    const results = await Promise.all([
      car.execute(commandOf('unlock'), key),
      car.execute(commandOf('unlock'), key),
    ]);
    expect(results.map(({ outcome }) => outcome.type)).toEqual(['done', 'refused']);
    expect(car.keys()[1]?.grant?.used).toBe(1);
  });

  it('is replaced by a later grant, and not by an earlier one', async () => {
    const { grant, attempt, pass, now, car } = await town();
    const early = grant(BOB, { notAfter: now() + HOUR });
    pass(10);
    const late = grant(BOB, { role: 'valet', notAfter: now() + 3 * HOUR });
    expect(await attempt(BOB, 'trunk', early)).toBe('done');
    expect(await attempt(BOB, 'trunk', late)).toBe('not-permitted');
    expect(await attempt(BOB, 'trunk', early)).toBe('not-permitted');
    expect(car.keys().map(({ slot }) => slot)).toEqual([0, 1]);
  });

  it('takes a free slot, or one whose time is over, and else none', async () => {
    const { car, grant, attempt, pass, seen, events } = await town({ slots: 19 });
    const guests = Array.from({ length: 18 }, (_, n) => person(20 + n));
    for (const guest of guests) expect(await attempt(guest, 'unlock', grant(guest))).toBe('done');
    expect(car.keys()).toHaveLength(19);
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('slots-full');
    expect(await attempt(ADA.person, 'unlock')).toBe('done');
    pass(DAY);
    seen();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'key-removed', by: 'car' },
      { type: 'key-added', replaced: false },
    ]);
    expect(car.keys()).toHaveLength(19);
    // The one that had to go was not revoked: with a new grant it comes again.
    expect(await attempt(guests[0]!, 'unlock', grant(guests[0]!))).toBe('done');
  });

  it('is told as new when it comes, and not as gone when its grant is renewed', async () => {
    const { grant, attempt, pass, events, seen, removed } = await town();
    expect(await attempt(BOB, 'lock', grant(BOB))).toBe('done');
    expect(events[0]).toMatchObject({ type: 'key-added', replaced: false });
    seen();
    pass(DAY);
    expect(await attempt(BOB, 'lock', grant(BOB))).toBe('done');
    expect(seen()).toEqual(['key-added']);
    expect(removed).toEqual([]);
  });

  it('fills a gap, and the keys stay in the order of their slots', async () => {
    const { grant, attempt, car, store } = await town();
    for (const who of [BOB, CLEO]) expect(await attempt(who, 'unlock', grant(who))).toBe('done');
    expect(await attempt(ADA.person, commandOf('removeKey', 1))).toBe('done');
    expect(await attempt(DAN, 'unlock', grant(DAN))).toBe('done');
    expect(car.keys().map(({ slot }) => slot)).toEqual([0, 1, 2]);
    expect(decodeRecord(encodeRecord(store.record)).keys).toHaveLength(3);
  });

  it('leaves a key whose time is over where another slot is free', async () => {
    const { car, grant, attempt, pass, seen } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB))).toBe('done');
    pass(DAY);
    seen();
    expect(await attempt(CLEO, 'unlock', grant(CLEO))).toBe('done');
    expect(seen()).toEqual(['key-added']);
    expect(car.keys().map(({ slot }) => slot)).toEqual([0, 1, 2]);
  });

  it('takes no slot from a key that still holds, nor from one that was paired', async () => {
    const { grant, attempt, pass, now, pair, car } = await town({ slots: 3 });
    await pair(CLEO, 'driver');
    expect(await attempt(BOB, 'unlock', grant(BOB, { notAfter: now() + HOUR }))).toBe('done');
    pass(HOUR - 1);
    expect(await attempt(DAN, 'unlock', grant(DAN))).toBe('slots-full');
    pass(1);
    expect(await attempt(DAN, 'unlock', grant(DAN))).toBe('done');
    expect(car.status().keys.map(({ name }) => name)).toEqual(['paired', 'paired', 'granted']);
    expect(await attempt(CLEO, 'unlock')).toBe('done');
  });

  it('signs nothing here, and begins with none of its uses', async () => {
    const { car, grant, attempt, pass } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB, { uses: 1 }))).toBe('done');
    pass(1);
    expect(await attempt(BOB, 'unlock', grant(BOB, { uses: 1 }))).toBe('done');
    expect(car.keys()[1]).toMatchObject({ signingKey: new Uint8Array(32), grant: { used: 1 } });
  });

  it('of the same second changes nothing, and one of a later second is told as replaced', async () => {
    const { grant, attempt, pass, events, seen } = await town();
    expect(await attempt(BOB, 'lock', grant(BOB))).toBe('done');
    seen();
    expect(await attempt(BOB, 'lock', grant(BOB, { role: 'driver' }))).toBe('done');
    expect(events.filter(({ type }) => type === 'key-added')).toEqual([]);
    pass(1);
    expect(await attempt(BOB, 'lock', grant(BOB, { role: 'driver' }))).toBe('done');
    expect(events.find(({ type }) => type === 'key-added')).toMatchObject({
      replaced: true,
      key: { role: 'driver', slot: 1 },
    });
  });

  it('never replaces what a phone got by pairing', async () => {
    const { grant, attempt, pair, car, pass } = await town();
    await pair(BOB, 'driver');
    pass(DAY);
    expect(await attempt(BOB, 'trunk', grant(BOB, { role: 'valet' }))).toBe('done');
    expect(car.status().keys[1]).toMatchObject({ role: 'driver', name: 'paired' });
  });

  it('goes with the key that delegated it', async () => {
    const { car, grant, delegate, attempt, pass, now } = await town();
    const notAfter = now() + HOUR;
    const first = grant(BOB, { delegations: 2 });
    const second = delegate(first, BOB, CLEO, { delegations: 1, notAfter });
    pass(5);
    const third = delegate(second, CLEO, DAN, { notAfter });
    for (const [who, chain] of [
      [BOB, first],
      [CLEO, second],
      [DAN, third],
    ] as const) {
      expect(await attempt(who, 'unlock', chain)).toBe('done');
    }
    expect(await attempt(ADA.person, commandOf('removeKey', 2))).toBe('done');
    expect(car.keys().map(({ slot }) => slot)).toEqual([0, 1]);
    expect(await attempt(DAN, 'unlock', third)).toBe('grant-void');
    const again = delegate(second, CLEO, DAN, { notAfter, issuedAt: now() + 30 });
    expect(await attempt(DAN, 'unlock', again)).toBe('grant-void');
  });

  it('goes with the owner who granted it', async () => {
    const { car, grant, attempt, pair } = await town();
    const eve = { person: person(7), slot: 1 };
    await pair(eve.person, 'owner');
    const chain = grant(BOB, {}, eve);
    expect(await attempt(BOB, 'unlock', chain)).toBe('done');
    expect(await car.credentials.remove(1, 'card')).toBeUndefined();
    expect(car.keys().map(({ slot }) => slot)).toEqual([0]);
    expect(await attempt(BOB, 'unlock', chain)).toBe('grant-invalid');
  });

  it('drives as fast as its role may, and finds shut what it may not open', async () => {
    const { car, grant, attempt } = await town();
    expect(await attempt(BOB, 'unlock', grant(BOB, { role: 'valet' }))).toBe('done');
    expect(car.hand({ type: 'open', closure: 'trunk' })).toBe('locked');
    expect(car.hand({ type: 'open', closure: 'front-left' })).toBeUndefined();
    expect(await attempt(BOB, 'start')).toBe('done');
    const { outcome } = await car.execute(commandOf('status'), car.keys()[1]!);
    expect(outcome).toMatchObject({ type: 'status', status: { speedLimit: 30 } });
    expect(await attempt(ADA.person, 'unlock')).toBe('done');
    expect(car.hand({ type: 'open', closure: 'trunk' })).toBeUndefined();
  });
});

describe('a lease', () => {
  it('without a fresh signature of the owner lets unlock and not drive, until there is one', async () => {
    const { grant, attempt, pass, relay } = await town();
    expect(await attempt(BOB, 'start', grant(BOB, { leaseHours: 6, notAfter: 2 ** 32 - 1 }))).toBe(
      'done',
    );
    pass(6 * HOUR - 1);
    expect(await attempt(BOB, 'start')).toBe('done');
    pass(1);
    expect(await attempt(BOB, 'start')).toBe('lease-over');
    expect(await attempt(BOB, 'unlock')).toBe('done');
    await relay([]);
    expect(await attempt(BOB, 'start')).toBe('done');
    pass(6 * HOUR);
    expect(await attempt(BOB, 'start')).toBe('lease-over');
  });
});

describe('what a guest signs', () => {
  it('does not renew the lease of the owner', async () => {
    const { grant, delegate, attempt, pass, now } = await town();
    const end = 2 ** 32 - 1;
    const first = grant(BOB, { leaseHours: 4, delegations: 1, notAfter: end });
    pass(3 * HOUR);
    const second = delegate(first, BOB, CLEO, { leaseHours: 4, issuedAt: now(), notAfter: end });
    expect(await attempt(CLEO, 'start', second)).toBe('done');
    pass(2 * HOUR);
    expect(await attempt(CLEO, 'start')).toBe('lease-over');
  });
});

describe('a key that was removed', () => {
  it('does not come back by an older grant that gave more, whoever removed it', async () => {
    for (const by of ['owner', 'itself'] as const) {
      const { car, grant, attempt, pass, now } = await town();
      const wide = grant(BOB, { role: 'driver', notAfter: now() + 30 * DAY });
      pass(10);
      const narrow = grant(BOB, { notAfter: now() + HOUR });
      expect(await attempt(BOB, 'unlock', narrow)).toBe('done');
      const remover = by === 'owner' ? ADA.person : BOB;
      expect(await attempt(remover, commandOf('removeKey', 1))).toBe('done');
      pass(2 * DAY);
      // Another removal, which would be the moment to forget.
      expect(await attempt(CLEO, 'unlock', grant(CLEO))).toBe('done');
      expect(await attempt(ADA.person, commandOf('removeKey', 1))).toBe('done');
      expect(await attempt(BOB, 'unlock', wide)).toBe('grant-void');
      expect(car.keys()).toHaveLength(1);
    }
  });
});

describe('a grant of a key that has a later one', () => {
  it('changes nothing, and is not told as a new one', async () => {
    const { admit, car, grant, now, store } = await town();
    expect(typeof (await admit(BOB, grant(BOB)))).toBe('object');
    const context = {
      suite,
      carPublicKey: car.identity.publicKey,
      slots: 19,
      wallMs: now() * 1000,
    };
    const introduction = { grants: grant(BOB), name: 'Bob' };
    expect(admitKey(store.record, BOB.publicKey, introduction, context)).toEqual({
      key: car.keys()[1],
      replaced: false,
    });
  });
});

describe('a fault while a grant is looked at', () => {
  it('is not taken for a grant that does not hold', async () => {
    const { car, store, grant } = await town();
    const broken = {
      ...suite,
      ed25519Verify: () => {
        throw new Error('fault');
      },
    };
    const carPublicKey = car.identity.publicKey;
    const context = { suite: broken, carPublicKey, slots: 19, wallMs: 0 };
    const introduction = { grants: grant(BOB), name: 'Bob' };
    expect(() => admitKey(store.record, BOB.publicKey, introduction, context)).toThrow('fault');
  });
});
