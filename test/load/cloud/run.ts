import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { clientFor, Fleet, forAll, settle } from './fleet.js';
import type { Household } from './fleet.js';
import { killAtRandom } from './kills.js';
import { findingsOf, Ledger } from './ledger.js';
import type { Findings, Found } from './ledger.js';
import { runPhones, Tried, WORKERS } from './phones.js';
import { hasServers, startCloudProcesses } from './service.js';
import type { Report } from '../world/reports.js';

/** For all cars to be there, and for all that is under way to arrive, in milliseconds. */
const SETTLE_MS = 180_000;
const POLL_MS = 2_000;

export interface CloudLoadOptions {
  readonly seed: string;
  readonly cars: number;
  /** So long something is killed again and again. */
  readonly seconds: number;
  /** Cars forget what they did, which must be found. */
  readonly forgets: boolean;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * A cloud of processes with PostgreSQL and Mosquitto, cars and phones; service, database and broker are killed at
 * random. In the end all that was acknowledged must be there, and nothing done twice.
 * @throws Error where PostgreSQL or Mosquitto is missing
 */
export const cloudReport = async (options: CloudLoadOptions): Promise<Report> => {
  const { seed, cars, seconds, forgets, signal, say } = options;
  if (!hasServers()) throw new Error('PostgreSQL and Mosquitto are to be on the PATH');
  const cloud = await startCloudProcesses(true);
  const { url, parts } = cloud;
  let fleet: Fleet | undefined;
  try {
    say('registering cars ...');
    const households = await settle(url, cars);
    fleet = new Fleet(
      cloud.carUrl,
      households.flatMap((each) => each.cars),
      forgets,
    );
    await fleet.until(cars, SETTLE_MS);
    say(`${String(cars)} cars are connected`);

    const ledger = new Ledger();
    const tried = new Tried();
    // By a timer of its own: a signal that only other signals refer to may be collected before it fires.
    const ending = new AbortController();
    const over = ending.signal;
    const end = (): void => ending.abort();
    signal.addEventListener('abort', end, { once: true });
    setTimeout(end, seconds * 1000);
    const killing = killAtRandom(parts, seededRandom(`${seed} kills`), over, say);
    const phones = Array.from({ length: WORKERS }, (_, n) => {
      const random = seededRandom(`${seed} phone ${String(n)}`);
      return runPhones({ url, households, ledger, tried, random, signal: over }, n);
    });
    const [kills] = await Promise.all([killing, ...phones]);

    say('waiting for what is under way ...');
    await fleet.until(cars, SETTLE_MS);
    const findings = await settled(url, households, ledger, fleet);
    const { commands, lists, grants, accounts, claims } = ledger;
    const figures = {
      seed,
      seconds,
      cars,
      kills,
      tried: Object.fromEntries(Object.entries(tried)),
      acknowledged: {
        commands: commands.length,
        lists: lists.length,
        grants: grants.length,
        accounts: accounts.length,
        claims: claims.length,
      },
      ...findings,
    };
    const held = Object.values(findings).every((count) => count === 0) && commands.length > 0;
    return { figures, held };
  } finally {
    await fleet?.close();
    await cloud.close();
  }
};

/** Asks until nothing is missing, or the time is over. */
const settled = async (
  url: string,
  households: readonly Household[],
  ledger: Ledger,
  fleet: Fleet,
): Promise<Findings> => {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const findings = findingsOf(ledger, await look(url, households, ledger, fleet));
    const { doneTwice: _, ...missing } = findings;
    const isAll = Object.values(missing).every((count) => count === 0);
    if (isAll || performance.now() > end) return findings;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

const look = async (
  url: string,
  households: readonly Household[],
  ledger: Ledger,
  fleet: Fleet,
): Promise<Found> => {
  const logged = new Map<string, Set<string>>();
  const lists = new Map<string, Set<string>>();
  const grants = new Map<string, Set<string>>();
  const cars = new Map<string, Set<string>>();
  const used = new Set([...ledger.commands, ...ledger.lists].map(({ car }) => car));
  await forAll(households, async ({ name, client, cars: own }) => {
    grants.set(name, new Set((await client.grants()).map(({ id }) => id)));
    cars.set(name, new Set((await client.cars()).map(({ id }) => id)));
    for (const { id } of own) {
      if (!used.has(id)) continue;
      lists.set(id, new Set((await client.revocationLists(id)).map((each) => each.id)));
      const ids = new Set<string>();
      for (let before: string | undefined; ;) {
        const page = await client.commands(id, { before, limit: 200 });
        for (const { commandId } of page) if (commandId !== undefined) ids.add(commandId);
        if (page.length < 200) break;
        before = page.at(-1)?.id;
      }
      logged.set(id, ids);
    }
  });
  await forAll(ledger.accounts, async (name) => {
    const client = await clientFor(url, name).catch(() => undefined);
    if (client !== undefined) cars.set(name, new Set());
  });
  return { told: await fleet.tell(), logged, lists, grants, cars };
};
