import { beforeEach, describe, expect, it } from '@jest/globals';
import { sha256 } from '../service/secrets.js';
import { Rig } from './support/rig.js';

let rig: Rig;
let token: string;
beforeEach(async () => {
  rig = new Rig();
  token = await rig.person('ada');
});

const claim = (claimCode: unknown, by = token) =>
  rig.ask('POST', '/v1/cars', { token: by, body: { claimCode } });
const list = async (by = token): Promise<unknown> =>
  (await rig.ask('GET', '/v1/cars', { token: by })).body.cars;

describe('a car', () => {
  it('registers, with a secret that is kept as a hash', async () => {
    const { status, body } = await rig.ask('POST', '/v1/car-registrations', {
      body: { name: 'Nell' },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      car: expect.stringMatching(/^[0-9a-f]{32}$/),
      secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      claimCode: expect.stringMatching(/^[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}$/),
      brokerUrl: rig.broker.carUrl,
    });
    expect(rig.store.cars[0]).toMatchObject({
      id: body.car,
      name: 'Nell',
      secretHash: sha256(body.secret),
    });
    expect(rig.broker.admitted.get(body.car)).toBe(body.secret);
  });

  it('does not register where the broker does not know it', async () => {
    rig.broker.isAway = true;
    expect((await rig.ask('POST', '/v1/car-registrations', { body: { name: 'a' } })).status).toBe(
      500,
    );
    expect(rig.store.cars).toEqual([]);
  });

  it.each([
    ['', 400],
    [' ', 400],
    ['x'.repeat(65), 400],
    ['a\0b', 400],
    ['\x1b[2J', 400],
    ['\ud800', 400],
    [7, 400],
    [undefined, 400],
  ])('has a name, and not %p', async (name, status) => {
    const answer = await rig.ask('POST', '/v1/car-registrations', { body: { name } });
    expect(answer.status).toBe(status);
  });

  it('is claimed once, however the code is typed', async () => {
    const { car, claimCode } = await rig.register('Nell');
    const typed = ` ${claimCode.toLowerCase().replace('-', ' ')}`;
    expect(await claim(typed)).toMatchObject({ status: 201, body: { id: car, name: 'Nell' } });
    expect(await claim(claimCode)).toMatchObject({ status: 404, body: { code: 'no-such-code' } });
    expect(await claim(claimCode, await rig.person('bob'))).toMatchObject({ status: 404 });
  });

  it('is claimed within 15 minutes', async () => {
    const { claimCode } = await rig.register();
    await rig.clock.advance(15 * 60_000);
    expect((await claim(claimCode)).status).toBe(404);
  });

  it.each(['', 'ABCDE', 'ABCDE-FGHJ0', 'ABCDE-FGHJKL', 7, null])(
    'is not claimed by %p',
    async (code) => {
      expect((await claim(code)).status).toBe(400);
    },
  );

  it('is told with what it advertises, as long as it is there', async () => {
    const car = await rig.carOf(token);
    expect(await list()).toEqual([
      {
        id: car,
        name: 'car',
        membership: 'owner',
        online: true,
        advertises: [{ uuid: '0000fd00-0000-1000-8000-00805f9b34fb', data: '0011' }],
      },
    ]);
    rig.broker.offline(car);
    expect(await list()).toMatchObject([{ online: false, advertises: [] }]);
  });

  it('is given up with all that hangs on it', async () => {
    const car = await rig.carOf(token);
    const stream = await rig.stream('POST', `/v1/cars/${car}/links`, { token });
    expect((await rig.ask('DELETE', `/v1/cars/${car}`, { token })).status).toBe(204);
    expect((await stream.rest()).at(-1)).toEqual({ event: 'closed', data: { reason: 'offline' } });
    expect(await list()).toEqual([]);
    expect(rig.broker.admitted.has(car)).toBe(false);
    expect((await rig.ask('DELETE', `/v1/cars/${car}`, { token })).status).toBe(404);
  });
});

describe('members', () => {
  let car: string;
  let bob: string;
  beforeEach(async () => {
    car = await rig.carOf(token);
    bob = await rig.person('bob');
  });
  const member = (method: string, name: string, by = token) =>
    rig.ask(method, `/v1/cars/${car}/members/${name}`, { token: by });

  it('see the car, and may leave', async () => {
    expect((await member('PUT', 'bob')).status).toBe(204);
    expect(await list(bob)).toMatchObject([{ id: car, membership: 'member', online: true }]);
    expect((await member('DELETE', 'bob', bob)).status).toBe(204);
    expect(await list(bob)).toEqual([]);
    expect((await member('DELETE', 'bob')).status).toBe(404);
  });

  it('make and remove nobody', async () => {
    await member('PUT', 'bob');
    await rig.account('eve');
    expect((await member('PUT', 'eve', bob)).status).toBe(403);
    expect((await member('DELETE', 'ada', bob)).status).toBe(403);
    expect((await rig.ask('DELETE', `/v1/cars/${car}`, { token: bob })).status).toBe(403);
    expect((await rig.ask('GET', `/v1/cars/${car}/commands`, { token: bob })).status).toBe(403);
  });

  it('are not the owner, who stays one', async () => {
    expect(await member('PUT', 'ada')).toMatchObject({ status: 409, body: { code: 'is-owner' } });
    expect((await member('DELETE', 'ada')).status).toBe(404);
    expect(await list()).toMatchObject([{ membership: 'owner' }]);
  });

  it('have accounts', async () => {
    expect((await member('PUT', 'nobody')).status).toBe(404);
    expect((await member('PUT', 'No Body')).status).toBe(400);
  });
});

describe('the log of a car', () => {
  let car: string;
  const log = (query = '') => rig.ask('GET', `/v1/cars/${car}/commands${query}`, { token });
  const report = (number: string, link: string): void => {
    rig.broker.onCar(car, {
      type: 'report',
      report: {
        report: number,
        link,
        command: 'unlock',
        commandId: '0011223344556677',
        outcome: 'done',
      },
    });
  };
  const settled = (): Promise<void> => rig.service.cars.settled();

  beforeEach(async () => {
    car = await rig.carOf(token);
  });

  it('has links and commands, with the name of the account', async () => {
    const stream = await rig.stream('POST', `/v1/cars/${car}/links`, { token });
    const link = await stream.link();
    report('1', link);
    await settled();
    expect((await log()).body.commands).toMatchObject([
      {
        kind: 'command',
        account: 'ada',
        command: 'unlock',
        commandId: '0011223344556677',
        outcome: 'done',
      },
      { kind: 'link-opened', account: 'ada' },
    ]);
    expect(rig.broker.take('reported')).toEqual([{ type: 'reported', report: '1' }]);
  });

  it('knows whose link it was after a restart, and not by a link of another car', async () => {
    const bob = await rig.person('bob');
    const other = await rig.carOf(bob);
    const stream = await rig.stream('POST', `/v1/cars/${other}/links`, { token: bob });
    report('1', await stream.link());
    await settled();
    await rig.store.logCommand({
      car,
      report: 'a'.repeat(16),
      account: rig.store.accounts[0]?.id,
      kind: 'link-opened',
      command: undefined,
      commandId: undefined,
      outcome: undefined,
    });
    report('2', 'a'.repeat(16));
    await settled();
    const { commands } = (await log()).body;
    expect(commands.map(({ account }) => account)).toEqual(['ada', 'ada', undefined]);
  });

  it('acknowledges nothing that is not kept', async () => {
    const { logCommand } = rig.store;
    rig.store.logCommand = () => Promise.reject(new Error('no'));
    report('1', 'a'.repeat(16));
    await settled();
    expect(rig.broker.take('reported')).toEqual([]);
    rig.store.logCommand = logCommand;
    report('1', 'a'.repeat(16));
    report('1', 'a'.repeat(16));
    await settled();
    expect(rig.broker.take('reported')).toHaveLength(2);
    expect((await log()).body.commands).toHaveLength(1);
  });

  it('is read page by page', async () => {
    for (const number of ['1', '2', '3']) report(number, 'a'.repeat(16));
    await settled();
    const first = (await log('?limit=2')).body.commands;
    expect(first).toHaveLength(2);
    const second = (await log(`?limit=2&before=${String(first[1]?.['id'])}`)).body.commands;
    expect(second).toHaveLength(1);
    for (const query of ['?limit=0', '?limit=201', '?limit=x', '?before=%00']) {
      expect((await log(query)).status).toBe(400);
    }
  });

  it('takes no more at one time from a car than it can say again', async () => {
    for (let count = 0; count < 100; count++) report(String(count), 'a'.repeat(16));
    await settled();
    expect(rig.broker.take('reported')).toHaveLength(64);
  });
});
