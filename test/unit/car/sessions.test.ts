import { describe, expect, it } from '@jest/globals';
import { Sessions } from '../../../lib/car/sessions.js';
import { TURN_MS } from '../../../lib/car/turns.js';
import type { CarLink } from '../../../lib/car/dialect.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { fullRecord } from '../firmware-sim/memory/sample.js';

const [owner, driver, granted] = fullRecord().keys as readonly [KeySlot, KeySlot, KeySlot];

/** A key whose chain begins with a grant of that key's. */
const handedOnBy = (giver: KeySlot, id: number): KeySlot => {
  const first = { fingerprint: fingerprint(defaultSuite, giver.publicKey), issuedAt: 1 };
  const last = { fingerprint: new Uint8Array(8).fill(id), issuedAt: 2 };
  const grant = { ...granted.grant!, path: [first, last] };
  return { ...granted, publicKey: new Uint8Array(32).fill(id), grant };
};

const start = (links: number) => {
  const clock = new SimClock();
  const sessions = new Sessions(clock, defaultSuite, links);
  const ended: string[] = [];
  const link = (name: string): CarLink => {
    const made: CarLink = {
      open: () => Promise.resolve(),
      keyRemoved: () => undefined,
      turnOver: () => void ended.push(name),
      close: () => Promise.resolve(),
    };
    sessions.add(made);
    return made;
  };
  return { clock, sessions, ended, link };
};

describe('the links of a car', () => {
  it('say who has them, and for how long', async () => {
    const { clock, sessions, link } = start(2);
    const one = link('one');
    await clock.advance(3_000);
    link('two');
    sessions.begin(one, driver);
    await clock.advance(4_000);
    expect(sessions.holders()).toEqual([
      { key: driver, heldMs: 4_000 },
      { key: undefined, heldMs: 4_000 },
    ]);
    expect(sessions.remove(one)).toBe(driver);
    expect(sessions.remove(one)).toBeUndefined();
    expect(sessions.holders()).toHaveLength(1);
  });

  it('are ended one at a time, the one whose turn is over longest, and only when all are taken', async () => {
    const { clock, sessions, ended, link } = start(3);
    for (const [name, key] of [
      ['one', driver],
      ['two', owner],
    ] as const) {
      sessions.begin(link(name), key);
      await clock.advance(1_000);
    }
    await clock.advance(10 * TURN_MS);
    const stranger = link('stranger');
    expect(ended).toEqual([]);
    sessions.begin(stranger, granted);
    expect(ended).toEqual(['one']);
    sessions.begin(stranger, granted);
    await clock.advance(TURN_MS - 1);
    expect(ended).toEqual(['one']);
  });

  it('keep no timer when they are gone', async () => {
    const { clock, sessions, link } = start(1);
    const one = link('one');
    sessions.begin(one, owner);
    sessions.begin(one, owner);
    expect(clock.pending).toBe(1);
    sessions.remove(one);
    expect(clock.pending).toBe(0);
  });

  it('are not for keys to which somebody handed his on when he has had his turn', async () => {
    const { clock, sessions, ended, link } = start(1);
    const guest = handedOnBy(driver, 9);
    const one = link('one');
    sessions.begin(one, guest);
    await clock.advance(TURN_MS);
    expect(ended).toEqual(['one']);
    sessions.remove(one);
    link('two');
    expect(sessions.admits(handedOnBy(driver, 10))).toBe(false);
    expect(sessions.admits(driver)).toBe(false);
    expect(sessions.admits(owner)).toBe(true);
  });

  it('are for whoever had a turn where another one is free', async () => {
    const { clock, sessions, link } = start(2);
    const one = link('one');
    sessions.begin(one, driver);
    await clock.advance(2 * TURN_MS);
    sessions.remove(one);
    const again = link('again');
    expect(sessions.admits(driver)).toBe(true);
    sessions.begin(again, driver);
    link('other');
    expect(sessions.admits(owner)).toBe(true);
  });
});
