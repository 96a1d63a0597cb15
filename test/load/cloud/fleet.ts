import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CloudClient, registerCar } from '../../../lib/cloud/index.js';
import type { CarAt, FromFleet, ToFleet, ToldCar } from './messages.js';

const CHILD = fileURLToPath(new URL('./fleet-child.js', import.meta.url));
const PROCESSES = 2;
/** So many requests at a time. */
const AT_ONCE = 16;
/** A car of so many belongs to each account. */
export const CARS_PER_ACCOUNT = 25;
export const PASSWORD = 'a password of the load';

/** An account, logged in, and its cars. */
export interface Household {
  readonly name: string;
  readonly client: CloudClient;
  readonly cars: readonly CarAt[];
}

/** Does something with all of them, some at a time. */
export const forAll = async <T>(
  all: readonly T[],
  work: (one: T) => Promise<void>,
): Promise<void> => {
  const left = [...all];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
    }),
  );
};

export const clientFor = async (url: string, name: string): Promise<CloudClient> => {
  const { token } = await new CloudClient({ url }).createToken({ name, password: PASSWORD });
  return new CloudClient({ url, token });
};

/** So many cars, registered and claimed by accounts. */
export const settle = async (url: string, count: number): Promise<readonly Household[]> => {
  const nobody = new CloudClient({ url });
  const numbers = Array.from({ length: Math.ceil(count / CARS_PER_ACCOUNT) }, (_, n) => n);
  const households: Household[] = [];
  await forAll(numbers, async (n) => {
    const name = `account-${String(n)}`;
    await nobody.createAccount({ name, password: PASSWORD });
    const client = await clientFor(url, name);
    const cars: CarAt[] = [];
    for (let at = n * CARS_PER_ACCOUNT; at < Math.min(count, (n + 1) * CARS_PER_ACCOUNT); at++) {
      const seed = `car ${String(at)}`;
      const { car: id, secret, claimCode } = await registerCar({ url }, seed);
      await client.claimCar(claimCode);
      cars.push({ id, secret, seed });
    }
    households.push({ name, client, cars });
  });
  return households;
};

/** All cars, in processes of their own. */
export class Fleet {
  readonly #children: readonly ChildProcess[];
  readonly #here = new Set<string>();
  /** Is told whenever one comes or goes, with how many are there. */
  onChange: (there: number) => void = () => undefined;

  constructor(brokerUrl: string, cars: readonly CarAt[], forgets = false) {
    this.#children = Array.from({ length: PROCESSES }, (_, n) => {
      const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      child.on('message', (message: FromFleet) => {
        if (message.type !== 'connected') return;
        if (message.connected) this.#here.add(message.car);
        else this.#here.delete(message.car);
        this.onChange(this.#here.size);
      });
      const own = cars.filter((_, at) => at % PROCESSES === n);
      child.send({ type: 'start', brokerUrl, cars: own, forgets } satisfies ToFleet);
      return child;
    });
  }

  get there(): number {
    return this.#here.size;
  }

  /** Resolves when so many are connected. @throws Error after so many milliseconds */
  async until(count: number, ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (this.#here.size < count) {
      if (performance.now() > end) {
        throw new Error(`${String(this.#here.size)} of ${String(count)} cars are connected`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What all of them have done. */
  async tell(): Promise<readonly ToldCar[]> {
    const told = this.#children.map(async (child) => {
      child.send({ type: 'tell' } satisfies ToFleet);
      for (;;) {
        const [message] = (await once(child, 'message')) as [FromFleet];
        if (message.type === 'told') return message.cars;
      }
    });
    return (await Promise.all(told)).flat();
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        const gone = once(child, 'exit');
        child.disconnect();
        await gone;
      }),
    );
  }
}
