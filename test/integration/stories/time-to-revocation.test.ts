import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, EXPIRED, HOUR, LEASE_OVER, Street, SUSPENDED } from './street.js';
import type { Phone } from './street.js';

/** From `revoke` to the refusal, by who brings the news: the table of docs/guides/share-a-key.md. */

const LEASE_HOURS = 24;

interface People {
  readonly ada: Phone;
  readonly ben: Phone;
  readonly bob: Phone;
  readonly neighbour: Phone;
  readonly uris: readonly string[];
}

interface Way {
  readonly carrier: string;
  /** How long after `revoke` it comes to the car, in seconds. */
  readonly after: number;
  /** What takes the news to the car. */
  readonly bring: (street: Street, people: People) => Promise<unknown>;
  readonly refused: 'unlock' | 'start';
  readonly because: string;
}

const WAYS: readonly Way[] = [
  {
    carrier: "owner's own phone, at the car",
    after: 0,
    bring: (street, { ada }) => street.run(ada.key.deliver()),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    carrier: "another owner's phone, which has the notice",
    after: HOUR,
    bring: (street, { ben, uris }) => street.run(ben.key.carry(uris)),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    carrier: "another guest's next use",
    after: 3 * HOUR,
    bring: (street, { neighbour, uris }) => street.run(neighbour.key.carry(uris)),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    carrier: "a stranger's phone passing by",
    after: 5 * HOUR,
    bring: (street, { uris }) => street.run(street.phone('Stranger').key.carry(uris)),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    carrier: 'the card at the screen, without any notice',
    after: 0,
    bring: async (street) => street.control.removeKey(await street.slot('Bob')),
    refused: 'unlock',
    because: SUSPENDED,
  },
  {
    carrier: `nobody: driving, lease of ${LEASE_HOURS} h`,
    after: LEASE_HOURS * HOUR,
    bring: () => Promise.resolve(),
    refused: 'start',
    because: LEASE_OVER,
  },
  {
    carrier: 'nobody: unlocking, grant for 3 days',
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

  it.each(WAYS)('by $carrier', async ({ carrier, after, bring, refused, because }) => {
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

    const carried = seconds(street) - broughtAt;
    const total = seconds(street) - revokedAt;
    process.stderr.write(
      `time to revocation: ${carrier}: ${(total / HOUR).toFixed(2)} h, of which ${carried.toFixed(1)} s at the car\n`,
    );
    // Whoever brings it is done in seconds: the rest is the way to the car.
    expect(carried).toBeLessThan(10);
    expect(total).toBeLessThan(after + 10);
  });
});
