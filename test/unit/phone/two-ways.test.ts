import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { ErrorCode } from '../../../lib/errors.js';
import type { Central } from '../../../lib/radio/types.js';
import { deaf, failing, held, startTwoWays } from '../../support/two-ways.js';
import type { TwoWays } from '../../support/two-ways.js';

let at: TwoWays;

beforeEach(async () => {
  at = await startTwoWays();
});
afterEach(() => at.stop());

const locked = async (): Promise<boolean> => (await at.car.control.status()).locked;

/** How a call went, and in how many milliseconds. */
const timed = async <T>(call: Promise<T>): Promise<number> => {
  const begun = at.clock.now();
  await at.run(call);
  return at.clock.now() - begun;
};

const linksUp = (): number =>
  [...at.near.links, ...at.far.links].filter(({ phone }) => !phone.down.aborted).length;

describe('a phone near its car, with a cloud', () => {
  it('takes Bluetooth, and asks the cloud nothing', async () => {
    const phone = at.phone();
    await at.run(phone.unlock({ onWay: at.onWay }));
    expect(at.reports).toEqual([{ via: 'ble', notUsed: [] }]);
    expect([at.near.links.length, at.far.links.length]).toEqual([2, 0]); // one was for pairing
    expect(await locked()).toBe(false);
  });

  const FAILURES: readonly (readonly [string, ErrorCode, number])[] = [
    ['answers 500', 'cloud.failed', 0],
    ['refuses', 'cloud.unreachable', 0],
    ['is not found by its name', 'cloud.unreachable', 5],
    ['says nothing', 'cloud.timeout', 10_000],
    ['is slow', 'cloud.failed', 3_000],
    ['has logged it out', 'cloud.logged-out', 20],
  ];

  it.each(FAILURES)(
    'opens it by Bluetooth in less than a second more where the cloud %s',
    async (_, code, afterMs) => {
      const alone = await timed(at.phone().unlock({ via: 'ble' }));
      await at.run(at.phone().lock({ via: 'ble' }));
      const cloud = failing(at.clock, code, 'it failed', afterMs);
      const both = await timed(at.phone({ cloud }).unlock({ via: 'cloud', onWay: at.onWay }));
      expect(both - alone).toBeLessThan(1_000);
      const told = afterMs < 800 ? code : 'cloud.timeout';
      expect(at.reports).toMatchObject([
        { via: 'ble', notUsed: [{ via: 'cloud', error: { code: told } }] },
      ]);
      expect(at.did()).toEqual(['unlocked', 'locked', 'unlocked']);
    },
  );

  it('opens it by Bluetooth where the cloud takes the command and never says what became of it', async () => {
    const cloud = held(at.far.central(), at.clock, (from) => (from === 'phone' ? 0 : undefined));
    const took = await timed(at.phone({ cloud }).unlock({ via: 'cloud', onWay: at.onWay }));
    expect(took).toBeLessThan(2_000);
    expect(at.reports).toMatchObject([{ via: 'ble' }]);
    expect(at.did()).toEqual(['unlocked']);
    expect((await at.store.list())[0]?.wishes).toBeUndefined();
  });

  it('learns over the other way what the car did, where the answer got lost', async () => {
    let answers = 0;
    // The car's challenge comes through, what it answers does not.
    const cloud = held(at.far.central(), at.clock, (from) =>
      from === 'phone' || answers++ === 0 ? 0 : undefined,
    );
    await at.run(at.phone({ cloud }).unlock({ via: 'cloud', onWay: at.onWay }));
    expect(at.reports).toMatchObject([
      { via: 'ble', notUsed: [{ via: 'cloud', error: { code: 'cloud.timeout' } }] },
    ]);
    expect(at.did()).toEqual(['unlocked']);
  });

  it('needs no Bluetooth where the cloud works', async () => {
    const central = failing(at.clock, 'radio.unavailable', 'no adapter');
    const phone = at.phone({ central });
    await at.run(phone.unlock({ via: 'cloud', onWay: at.onWay }));
    expect(at.reports).toEqual([{ via: 'cloud', notUsed: [] }]);
    await at.run(phone.lock({ onWay: at.onWay }));
    expect(at.reports[1]).toMatchObject({
      via: 'cloud',
      notUsed: [{ via: 'ble', error: { code: 'radio.unavailable' } }],
    });
    expect(at.did()).toEqual(['unlocked', 'locked']);
  });

  it('says that the car is busy where that has no room for more commands, not that time ran out', async () => {
    const phone = at.phone();
    // Its own eight, and what all keys share.
    for (let n = 0; n < 72; n++) await at.run(phone.trunk());
    await expect(at.run(phone.unlock())).rejects.toMatchObject({ code: 'car.busy' });
    expect(await locked()).toBe(true);
  });

  it('takes what a car refuses for its word, whichever way', async () => {
    await at.run(at.phone().unlock({ via: 'ble' }));
    await at.car.control.pullHandle('front-left');
    for (const via of ['ble', 'cloud', 'auto'] as const) {
      const phone = at.phone();
      await expect(at.run(phone.lock({ via, onWay: at.onWay }))).rejects.toMatchObject({
        code: 'car.refused',
        message: 'a door is open',
      });
    }
    expect(at.reports.map(({ via }) => via)).toEqual(['ble', 'cloud', 'ble']);
    expect(at.far.links).toHaveLength(1);
  });
});

describe('a PIN', () => {
  it.each(['cloud', 'auto'] as const)('is asked for once over two ways, by %s', async (via) => {
    const phone = at.phone();
    await at.run(phone.setPin('1234'));
    let asked = 0;
    const pin = async (): Promise<string> => {
      asked += 1;
      await new Promise<void>((resolve) => at.clock.after(6_000, resolve)); // a person types
      return '1234';
    };
    await at.run(phone.start({ via, pin, onWay: at.onWay }));
    expect(asked).toBe(1);
    expect(at.reports).toMatchObject([{ via: via === 'auto' ? 'ble' : 'cloud', notUsed: [] }]);
    expect((await at.car.control.status()).driveSecondsLeft).toBeGreaterThan(0);
    expect((await at.store.list())[0]?.wishes).toBeUndefined();
  });
});

describe('a phone far from its car', () => {
  it('goes through the cloud after the head start of Bluetooth', async () => {
    const phone = at.phone({ central: deaf() });
    const took = await timed(phone.unlock({ onWay: at.onWay }));
    expect(took).toBeGreaterThanOrEqual(1_500);
    expect(took).toBeLessThan(2_000);
    expect(at.reports).toMatchObject([
      {
        via: 'cloud',
        notUsed: [
          { via: 'ble', error: { code: 'car.not-found', message: 'the car was not heard' } },
        ],
      },
    ]);
    expect(await at.run(phone.status())).toMatchObject({ locked: false });
  });

  const DOWN: readonly (readonly [ErrorCode, ErrorCode])[] = [
    ['cloud.failed', 'cloud.failed'],
    ['cloud.unreachable', 'cloud.unreachable'],
    ['cloud.car-offline', 'cloud.car-offline'],
    ['cloud.logged-out', 'car.not-found'],
    ['cloud.not-permitted', 'car.not-found'],
    ['cloud.malformed', 'car.not-found'],
  ];

  it.each(DOWN)('says what was not done and what still works after %s', async (code, told) => {
    const phone = at.phone({ central: deaf(), cloud: failing(at.clock, code, 'the cloud failed') });
    const call = at.run(phone.unlock({ via: 'cloud', onWay: at.onWay }));
    await expect(call).rejects.toMatchObject({
      ...{ code: told, kind: 'unreachable' },
      message: 'the car was not heard; the cloud failed',
      mayHaveSucceeded: false,
      hint: expect.stringMatching(
        /^Nothing was done\. .*key card.*fob.*phone of anybody/,
      ) as unknown,
    });
    expect(at.reports).toMatchObject([{ via: null }]);
    expect(at.reports[0]?.notUsed).toHaveLength(2);
    expect((await at.store.list())[0]?.wishes).toBeUndefined();
  });

  it('says that the car is not connected to the cloud either', async () => {
    const phone = at.phone({ central: deaf(), cloud: deaf() });
    const call = at.run(phone.status({ timeoutMs: 4_000 }));
    await expect(call).rejects.toMatchObject({
      code: 'cloud.car-offline',
      message:
        'the car was not heard; the car is not connected to the cloud, or not of this account',
    });
  });

  it('asks a cloud that fails once, and its car as well', async () => {
    let asked = 0;
    const cloud: Central = {
      ...at.far.central(),
      connect: () => {
        asked += 1;
        return Promise.reject(new PhoneKeyError('cloud.failed', 'the cloud failed'));
      },
    };
    const phone = at.phone({ central: deaf(), cloud });
    const call = at.run(phone.unlock({ via: 'cloud', timeoutMs: 3_000 }));
    await expect(call).rejects.toMatchObject({ code: 'cloud.failed' });
    expect(asked).toBe(1);
  });

  it('does not forget where the car has its characteristics', async () => {
    await at.store.update('Blue', (car) => ({ car: { ...car, attHandle: 11 }, value: 0 }));
    await at.run(at.phone({ central: deaf() }).unlock({ via: 'cloud' }));
    expect(await at.store.list()).toMatchObject([{ attHandle: 11 }]);
  });

  it('does not go through the cloud to whichever of several cars', async () => {
    const [car] = await at.store.list();
    if (car === undefined) throw new Error('no car');
    await at.store.add({ ...car, name: 'Red' });
    const phone = at.phone({ central: deaf() });
    const call = at.run(phone.unlock({ via: 'cloud', timeoutMs: 2_000, onWay: at.onWay }));
    await expect(call).rejects.toMatchObject({ code: 'car.not-found' });
    expect(at.reports).toMatchObject([
      { via: null, notUsed: [{ via: 'ble' }, { via: 'cloud', error: { code: 'usage.invalid' } }] },
    ]);
    await at.run(phone.unlock({ via: 'cloud', car: 'Blue' }));
  });
});

describe('the way that loses', () => {
  it('is called off: no link stays, no timer, nothing is thrown', async () => {
    const slow = (central: Central): Central =>
      held(central, at.clock, (from) => (from === 'car' ? 2_500 : 0));
    const phone = at.phone({ central: slow(at.near.central()) });
    await at.run(phone.unlock({ via: 'auto', onWay: at.onWay }));
    await at.clock.advance(10_000);
    expect(linksUp()).toBe(0);
    expect(at.did()).toEqual(['unlocked']);
    await phone.close();
    await at.stop();
    expect(at.clock.pending).toBe(0);
  });

  it('both end when the caller calls it off', async () => {
    const abort = new AbortController();
    const quiet = (): Central => held(at.near.central(), at.clock, () => undefined);
    const phone = at.phone({ central: quiet(), cloud: deaf() });
    at.clock.after(2_000, () => abort.abort());
    const call = at.run(phone.unlock({ signal: abort.signal, onWay: at.onWay }));
    await expect(call).rejects.toMatchObject({ code: 'interrupted' });
    await at.clock.advance(20_000);
    expect(linksUp()).toBe(0);
  });
});

describe('options', () => {
  it('are refused where they cannot be', async () => {
    const [alone, both] = [at.phone({ cloud: undefined }), at.phone()];
    const invalid = { code: 'usage.invalid' };
    await expect(alone.unlock({ via: 'cloud' })).rejects.toMatchObject(invalid);
    await expect(both.listKeys({ via: 'cloud' })).rejects.toMatchObject(invalid);
    await expect(both.connect({ via: 'cloud' })).rejects.toMatchObject(invalid);
    await expect(both.unlock({ via: 'radio' as 'ble' })).rejects.toMatchObject(invalid);
    await at.run(alone.unlock({ via: 'auto' }));
    expect(() => at.phone({ cloud: {} as Central })).toThrow('the cloud is');
  });
});
