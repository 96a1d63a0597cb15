import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, EXPIRED, HOUR, LEASE_OVER, Street, SUSPENDED, VOID } from './street.js';
import type { Phone } from './street.js';

/** From `revoke` to the refusal, by who tells the car: the table of docs/guides/share-a-key.md. */

const LEASE_HOURS = 24;

interface People {
  readonly ada: Phone;
  readonly ben: Phone;
  readonly bob: Phone;
  readonly neighbour: Phone;
  readonly uris: readonly string[];
}

interface Way {
  readonly who: string;
  /** How long after `revoke` it comes to the car, in seconds. */
  readonly after: number;
  /** What tells the car. */
  readonly bring: (street: Street, people: People) => Promise<unknown>;
  readonly refused: 'unlock' | 'start';
  readonly because: string;
}

const WAYS: readonly Way[] = [
  {
    who: "owner's own phone, at the car",
    after: 0,
    bring: (street, { ada }) => street.run(ada.key.deliver()),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    who: "another owner's phone, which has the revocation list",
    after: HOUR,
    bring: (street, { ben, uris }) => street.run(ben.key.relay(uris)),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    who: "another guest's next use",
    after: 3 * HOUR,
    bring: (street, { neighbour, uris }) => street.run(neighbour.key.relay(uris)),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    who: "a stranger's phone passing by",
    after: 5 * HOUR,
    bring: (street, { uris }) => street.run(street.phone('Stranger').key.relay(uris)),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    who: 'the card at the screen, without any revocation list',
    after: 0,
    bring: async (street) => street.control.removeKey(await street.slot('Bob')),
    refused: 'unlock',
    because: VOID,
  },
  {
    who: `nobody: driving, lease of ${LEASE_HOURS} h`,
    after: LEASE_HOURS * HOUR,
    bring: () => Promise.resolve(),
    refused: 'start',
    because: LEASE_OVER,
  },
  {
    who: 'nobody: unlocking, grant for 3 days',
    after: 3 * DAY,
    bring: () => Promise.resolve(),
    refused: 'unlock',
    because: EXPIRED,
  },
];

const seconds = (street: Street): number => street.clock.now() / 1000;

describe('the time from revoking a key to the refusal', () => {
  let street: Street;
  beforeEach(async () => {
    street = await Street.open();
  });
  afterEach(() => street.close());

  it.each(WAYS)('by $who', async ({ who, after, bring, refused, because }) => {
    const ada = await street.pair('Ada', 'owner');
    const ben = await street.pair('Ben', 'owner');
    const bob = await street.share(ada, 'Bob', {
      leaseHours: LEASE_HOURS,
      until: street.now() + 3 * DAY,
    });
    const neighbour = await street.share(ada, 'Neighbour');
    expect(await street[refused](bob)).toBe('done');
    expect(await street.unlock(neighbour)).toBe('done');

    const revokedAt = seconds(street);
    const { uris } = await ada.key.ring.revoke('Bob');
    // Until somebody comes, the car does not know. The last try is a minute before.
    if (after > 0) await street.pass(after - 60);
    expect(await street[refused](bob)).toBe('done');
    if (after > 0) await street.pass(revokedAt + after - seconds(street));
    const broughtAt = seconds(street);
    await bring(street, { ada, ben, bob, neighbour, uris });
    expect(await street[refused](bob)).toBe(because);

    const relayed = seconds(street) - broughtAt;
    const total = seconds(street) - revokedAt;
    process.stderr.write(
      `time to revocation: ${who}: ${(total / HOUR).toFixed(2)} h, of which ${relayed.toFixed(1)} s at the car\n`,
    );
    // Whoever brings it is done in seconds: the rest is the way to the car.
    expect(relayed).toBeLessThan(10);
    expect(total).toBeLessThan(after + 10);
  });
});
