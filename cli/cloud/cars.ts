import type { CloudCar, CloudClient } from '../../lib/cloud/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { formatTime } from '../config/time.js';
import type { Context } from '../context.js';
import { withProgress } from '../io/progress.js';
import { table } from '../io/table.js';
import { call } from './account.js';
import { loggedInClient } from './client.js';

export const listCars = async (context: Context): Promise<void> => {
  const cars = await ask(context, (client) => client.cars(call(context)));
  const shown = cars.map(({ id, name, membership, online }) => ({ id, name, membership, online }));
  context.output.result(
    { cars: shown },
    shown.length === 0
      ? ['this account has no cars: key cloud cars claim CODE']
      : table(
          shown.map(({ id, name, membership, online }) => [
            name,
            membership,
            online ? 'connected' : 'away',
            id,
          ]),
        ),
  );
};

export const claimCar = async (context: Context, code: string): Promise<void> => {
  const { id, name } = await ask(context, (client) => client.claimCar(code, call(context)));
  context.output.result({ ok: true, id, name }, [`${name} is a car of this account`]);
};

export const removeCar = async (context: Context, which: string): Promise<void> => {
  const { id, name } = await ask(context, async (client) => {
    const car = await carNamed(context, client, which);
    await client.removeCar(car.id, call(context));
    return car;
  });
  context.output.result({ ok: true, id, name }, [`${name} is no car of this account any more`]);
};

const member =
  (what: 'addMember' | 'removeMember', sentence: (account: string, car: string) => string) =>
  async (context: Context, account: string, which: string | undefined): Promise<void> => {
    const { id, name } = await ask(context, async (client) => {
      const car = await carNamed(context, client, which);
      await client[what](car.id, account, call(context));
      return car;
    });
    context.output.result({ ok: true, account, id, name }, [sentence(account, name)]);
  };

export const share = member(
  'addMember',
  (account, car) => `${account} reaches ${car} through the cloud; what opens it is a key: key share`,
);

export const unshare = member(
  'removeMember',
  (account, car) =>
    `${account} does not reach ${car} through the cloud any more; a key stays one: key revoke`,
);

export const showLog = async (
  context: Context,
  which: string | undefined,
  { limit }: { readonly limit: number },
): Promise<void> => {
  const { car, entries } = await ask(context, async (client) => {
    const { id, name } = await carNamed(context, client, which);
    return { car: { id, name }, entries: await client.commands(id, { limit, ...call(context) }) };
  });
  context.output.result(
    { car, commands: entries },
    entries.length === 0
      ? [`nothing was asked of ${car.name} through the cloud`]
      : table(
          entries.map(({ at, account, kind, command, outcome }) => [
            formatTime(Date.parse(at) / 1000),
            account ?? '-',
            kind === 'link-opened' ? 'connected' : (command ?? '-'),
            outcome ?? '',
          ]),
        ),
  );
};

const ask = async <T>(context: Context, work: (client: CloudClient) => Promise<T>): Promise<T> => {
  const client = await loggedInClient(context);
  return withProgress(context.output, 'asking the cloud', () => work(client));
};

/** By name or id; without either the only one. @throws PhoneKeyError `usage.invalid` */
const carNamed = async (
  context: Context,
  client: CloudClient,
  which: string | undefined,
): Promise<CloudCar> => {
  const cars = await client.cars(call(context));
  const found = cars.filter(({ id, name }) => which === undefined || which === id || which === name);
  const [car] = found;
  if (car !== undefined && found.length === 1) return car;
  const message =
    car === undefined
      ? which === undefined
        ? 'this account has no cars'
        : `this account has no car ${which}`
      : `there are ${String(found.length)} cars${which === undefined ? '' : ` named ${which}`}`;
  throw new PhoneKeyError('usage.invalid', message, {
    hint: 'Name one, by its id where names are the same: key cloud cars list.',
  });
};
