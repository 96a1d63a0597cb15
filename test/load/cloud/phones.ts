import { cloudCentral, CloudClient, registerCar } from '../../../lib/cloud/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { Remote } from '../../../lib/phone/remote.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { toHex } from '../../../lib/platform/bytes.js';
import type { Random } from '../../../lib/platform/random.js';
import { PASSWORD } from './fleet.js';
import type { Household } from './fleet.js';
import type { Ledger } from './ledger.js';
import { entryOf } from './light-car.js';
import type { CarAt } from './messages.js';

/** One call of a phone, in milliseconds; while something is killed it takes all of that. */
const CALL_MS = 4_000;
/** A command without an answer is sent again with its id so often. */
const MOST_TRIES = 3;
/** After something failed. */
const PAUSE_MS = 200;

/** What phones have tried, beside what was acknowledged to them. */
export class Tried {
  commands = 0;
  /** Sent again with the same id, after no answer or after one. */
  again = 0;
  /** Nobody knows whether it was done. */
  unanswered = 0;
  others = 0;
  failed = 0;
}

export interface PhonesOptions {
  readonly url: string;
  readonly households: readonly Household[];
  readonly ledger: Ledger;
  readonly tried: Tried;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Phones of one household after the other do what they do, until they are to end. Some of these run side by side. */
export const runPhones = async (options: PhonesOptions, at: number): Promise<void> => {
  const { households, signal, random, tried } = options;
  const own = households.filter((_, n) => n % WORKERS === at);
  const phones = await Promise.all(
    own.map(async ({ client, cars }) => {
      const store = new MemoryCarStore();
      for (const { seed } of cars) await store.add(entryOf(seed));
      return new Remote({ central: cloudCentral(client), store });
    }),
  );
  while (!signal.aborted) {
    const [which = 0, whichCar = 0, what = 0] = random(3);
    const household = own[which % own.length];
    const phone = phones[which % own.length];
    const car = household?.cars[whichCar % household.cars.length];
    if (household === undefined || phone === undefined || car === undefined) return;
    try {
      if (what < 160) await command(options, phone, car);
      else await leave(options, household, car, what);
    } catch (error) {
      if (!(error instanceof PhoneKeyError)) throw error;
      tried.failed += 1;
      await pause(PAUSE_MS);
    }
  }
  await Promise.all(phones.map((phone) => phone.close()));
};

/** So many phones at a time, each with households of its own. */
export const WORKERS = 12;

/** As a phone does that wants it done once: the same id each time. */
const command = async (
  { ledger, tried, random, signal }: PhonesOptions,
  phone: Remote,
  { id: car, seed }: CarAt,
): Promise<void> => {
  const id = random(8);
  tried.commands += 1;
  const sent = { yet: false };
  const once = async (): Promise<boolean> => {
    const connection = await phone.connect({ car: seed, timeoutMs: CALL_MS });
    try {
      sent.yet = true;
      const { outcome } = await connection.command({ type: 'unlock', id }, { timeoutMs: CALL_MS });
      return outcome.type === 'done';
    } finally {
      await connection.close().catch(() => undefined);
    }
  };
  for (let n = 0; n < MOST_TRIES && !signal.aborted; n++) {
    if (n > 0) tried.again += 1;
    const done = await once().catch((error: unknown) => {
      if (!(error instanceof PhoneKeyError)) throw error;
      return undefined;
    });
    if (done === undefined) {
      await pause(PAUSE_MS);
      continue;
    }
    if (!done) break;
    ledger.commands.push({ car, id: toHex(id) });
    // A second phone of the same person, or an app that did not hear the answer.
    if ((id[0] ?? 0) % 4 !== 0) return;
    tried.again += 1;
    await once().catch(() => undefined);
    return;
  }
  if (sent.yet) tried.unanswered += 1;
  else tried.failed += 1;
};

/** Everything else that a cloud acknowledges. */
const leave = async (
  { url, households, ledger, tried, random }: PhonesOptions,
  { name, client }: Household,
  { id: car }: CarAt,
  what: number,
): Promise<void> => {
  tried.others += 1;
  const call = { timeoutMs: CALL_MS };
  if (what < 200) {
    ledger.lists.push({ car, id: await client.sendRevocationList(car, random(200), call) });
  } else if (what < 225) {
    const other = households[(random(1)[0] ?? 0) % households.length]?.name ?? name;
    const id = await client.giveGrant({ car, account: other, bytes: random(179) }, call);
    ledger.grants.push({ account: other, id });
  } else if (what < 240) {
    const account = `late-${toHex(random(6))}`;
    await new CloudClient({ url }).createAccount({ name: account, password: PASSWORD }, call);
    ledger.accounts.push(account);
  } else {
    const { car: id, claimCode } = await registerCar({ url, timeoutMs: CALL_MS }, 'late');
    await client.claimCar(claimCode, call);
    ledger.claims.push({ account: name, car: id });
  }
};
