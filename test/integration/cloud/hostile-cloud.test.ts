// The cloud as the attacker, over whole cars and phones: the attacks by name. Any program of them is played in
// test/property/hostile-cloud.test.ts.
import { afterEach, describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import { encodeFrame } from '../../../lib/cloud/frame.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { cloudTown } from '../../support/cloud-town.js';
import type { Trick } from '../../support/hostile-cloud.js';

const opened: { close(): Promise<void> }[] = [];
const town = async (...options: Parameters<typeof cloudTown>) => {
  const made = await cloudTown(...options);
  opened.push(made);
  const [ada, bob] = made.phones;
  const said = (call: Promise<unknown>): Promise<unknown> =>
    made.clock.until(
      call.then(
        () => 'done',
        (error: unknown) =>
          error instanceof PhoneKeyError
            ? `${error.code}${error.mayHaveSucceeded ? ', perhaps' : ''}`
            : error,
      ),
    );
  return { ...made, ada: ada!, bob: bob!, said };
};
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

const ONE = { cars: ['Blue'], phones: ['Ada'] };
const TWO = { cars: ['Blue', 'Red'], phones: ['Ada', 'Bob'] };
const PASS: Trick = { do: 'pass' };
/** The opening of both sides and the challenge; then come proof and answer. */
const TO_PROOF: readonly Trick[] = [PASS, PASS, PASS];
const ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const OPEN = { kind: 'open', service: nativeProfile.service, mtu: 515 } as const;

describe('through a cloud', () => {
  it('phones do with their cars what they do beside them, and the car tells it', async () => {
    const { ada, bob, said, acts, reports, cloud } = await town(TWO);
    expect(await said(ada.far.unlock({ car: 'Blue' }))).toBe('done');
    expect(await said(bob.far.unlock({ car: 'Red' }))).toBe('done');
    expect(await said(bob.far.lock({ car: 'Blue' }))).toBe('done');
    expect(await said(ada.near.unlock({ car: 'Blue' }))).toBe('done');
    expect(acts).toEqual(['Blue unlocked', 'Red unlocked', 'Blue locked', 'Blue unlocked']);
    expect(reports.map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
      'unlock done',
      'unlock done',
      'lock done',
    ]);
    expect(new Set(reports.map(({ link }) => link)).size).toBe(3);
    expect(cloud.links).toEqual([]);
  });

  it('a phone that is removed beside the car has no key there either', async () => {
    const { bob, said, acts, cars } = await town(TWO);
    await cars[0]!.control.removeKey(1);
    expect(await said(bob.far.unlock({ car: 'Blue' }))).toBe('car.not-recognised');
    expect(acts).toEqual([]);
  });

  it('nobody pairs, while a window is open beside the car', async () => {
    const { ada, said, cars } = await town(ONE);
    await cars[0]!.control.tap({ reader: 'console', purpose: 'pair' });
    const heard: boolean[] = [];
    const stop = new AbortController();
    const listen = async (): Promise<void> => {
      for await (const { pairing } of ada.far.scan({ signal: stop.signal })) {
        heard.push(pairing);
        stop.abort();
      }
    };
    expect(await said(listen())).toBe('done');
    expect(heard).toEqual([false]);
  });
});

describe('a cloud that', () => {
  it.each([4_900, 5_100])('holds a proof for %i ms is obeyed only within 5 s', async (ms) => {
    const { ada, said, acts, clock } = await town(ONE, [...TO_PROOF, { do: 'late', ms }]);
    const told = await said(ada.far.unlock());
    await clock.advance(60_000);
    expect(acts).toEqual(ms < 5_000 ? ['Blue unlocked'] : []);
    // After 5 s the car says that it was too late, or has nothing to say any more.
    if (ms < 5_000) expect(told).toBe('done');
    else expect(told).not.toBe('done');
  });

  it('holds a command of a session for longer than that does nothing with it', async () => {
    const late: Trick = { do: 'late', ms: 5_100 };
    const { ada, said, acts, clock } = await town(ONE, [...TO_PROOF, PASS, PASS, late, late]);
    const connection = await clock.until(ada.far.connect());
    expect(await said(connection.unlock())).toBe('done');
    expect(await said(connection.lock({ timeoutMs: 8_000 }))).not.toBe('done');
    await clock.advance(60_000);
    expect(acts).toEqual(['Blue unlocked']);
  });

  it('swallows the answer is told of, and the same command again is not done again', async () => {
    const { ada, said, acts, clock } = await town(ONE, [...TO_PROOF, PASS, { do: 'drop' }]);
    const start = async (): Promise<unknown> => {
      const connection = await clock.until(ada.far.connect());
      const told = await said(connection.command({ type: 'start', id: ID }, { timeoutMs: 3_000 }));
      await connection.close();
      return told;
    };
    expect(await start()).toBe('car.outcome-unknown, perhaps');
    expect(acts).toEqual(['Blue drive-authorised']);
    expect(await start()).toBe('done');
    expect(acts).toEqual(['Blue drive-authorised']);
  });

  it.each<[string, readonly Trick[]]>([
    ['swallows the proof', [...TO_PROOF, { do: 'drop' }]],
    ['alters the challenge', [PASS, PASS, { do: 'alter', at: 20 }]],
    ['alters the proof', [...TO_PROOF, { do: 'alter', at: 90 }]],
  ])('%s opens nothing, and the phone says so', async (_, tricks) => {
    const { ada, said, acts, clock } = await town(ONE, tricks);
    const connection = await clock.until(ada.far.connect()).catch(() => undefined);
    const told = connection && (await said(connection.unlock({ timeoutMs: 3_000 })));
    expect(told).not.toBe('done');
    expect(acts).toEqual([]);
    await clock.advance(20_000);
    expect(acts).toEqual([]);
  });

  it.each<[string, readonly Trick[]]>([
    ['swallows the challenge', [PASS, PASS, { do: 'drop' }]],
    ['has the challenge overtake the opening', [PASS, { do: 'swap' }]],
    ['ends the link before the proof', [PASS, PASS, { do: 'end' }]],
  ])('%s makes the phone try once more, as long as nothing was asked', async (_, tricks) => {
    const { ada, said, acts, clock } = await town(ONE, tricks);
    expect(await said(ada.far.unlock())).toBe('done');
    await clock.advance(20_000);
    expect(acts).toEqual(['Blue unlocked']);
  });

  it('says everything twice does nothing twice', async () => {
    const tricks = Array.from({ length: 40 }, (): Trick => ({ do: 'twice' }));
    const { ada, said, acts, clock } = await town(ONE, tricks);
    await said(ada.far.start());
    await clock.advance(60_000);
    expect(acts.length).toBeLessThanOrEqual(1);
  });

  it('plays an old session to the car again, on links of its own, opens nothing', async () => {
    const play: Trick = { do: 'play', which: 0 };
    const { ada, said, acts, clock, reports } = await town(ONE, [
      ...TO_PROOF,
      PASS,
      PASS,
      play,
      play,
    ]);
    expect(await said(ada.far.start())).toBe('done');
    expect(await said(ada.far.unlock())).toBe('done');
    await clock.advance(60_000);
    expect(acts).toEqual(['Blue drive-authorised', 'Blue unlocked']);
    expect(reports.map(({ command }) => command)).toEqual(['start', 'unlock']);
  });

  it('answers for the car with what it said before is not believed', async () => {
    const passed = Array.from({ length: 6 }, () => PASS);
    const answer: Trick = { do: 'answer', which: 0 };
    const { ada, said, acts } = await town(ONE, [...passed, answer, answer, answer]);
    expect(await said(ada.far.unlock())).toBe('done');
    await said(ada.near.lock());
    const told = await said(ada.far.unlock({ timeoutMs: 4_000 }));
    expect(told).not.toBe('done');
    expect(acts).toEqual(['Blue unlocked', 'Blue locked']);
  });

  it('gives a phone another car opens neither', async () => {
    const { ada, said, acts } = await town(TWO, [], (car) => (car === 'Blue' ? 'Red' : 'Blue'));
    for (const car of ['Blue', 'Red']) {
      expect(await said(ada.far.unlock({ car, timeoutMs: 4_000 }))).not.toBe('done');
    }
    expect(acts).toEqual([]);
  });

  it('gives the proof of one phone to the link of another opens nothing for either', async () => {
    const { ada, bob, said, acts, clock, cloud } = await town(TWO, [
      ...[PASS, PASS, PASS, PASS, PASS, PASS],
      { do: 'elsewhere', which: 1 },
      { do: 'elsewhere', which: 0 },
    ]);
    const [first, second] = [
      await clock.until(ada.far.connect({ car: 'Blue' })),
      await clock.until(bob.far.connect({ car: 'Blue' })),
    ];
    const told = [first.unlock({ timeoutMs: 4_000 }), second.start({ timeoutMs: 4_000 })].map(said);
    expect(await Promise.all(told)).not.toContain('done');
    expect(cloud.seen.length).toBeGreaterThan(8);
    expect(acts).toEqual([]);
  });

  it('takes all links of a car for itself keeps nobody out for long, and nobody who is beside it', async () => {
    const { ada, said, acts, clock, cloud } = await town(ONE);
    const take = (): void => {
      for (let links = 0; links < 8; links++) {
        const link = links.toString(16).padStart(16, 'f');
        cloud.deliver({
          to: 'car',
          link,
          car: 'Blue',
          frame: encodeFrame({ ...OPEN, sequence: 0 }),
        });
      }
    };
    take();
    expect(await said(ada.near.unlock())).toBe('done');
    const begun = clock.now();
    expect(await said(ada.far.lock())).toBe('done');
    expect(clock.now() - begun).toBeLessThan(8_000);
    for (let times = 0; times < 20; times++) {
      take();
      await clock.advance(1_000);
    }
    expect(await said(ada.near.unlock())).toBe('done');
    // So many links as it gave in this minute are all that it gives.
    expect(await said(ada.far.unlock({ timeoutMs: 3_000 }))).toBe('car.busy');
    await clock.advance(60_000); // in which the car has locked itself
    expect(await said(ada.far.unlock())).toBe('done');
    expect(acts).toEqual(['Blue unlocked', 'Blue locked', 'Blue unlocked', 'Blue unlocked']);
  });

  it('sends any bytes at all ends that link, and no other', async () => {
    const { ada, said, acts, clock, cloud } = await town(ONE);
    const connection = await clock.until(ada.far.connect());
    expect(await said(connection.unlock())).toBe('done');
    const frames = [[], [9], [2, 0, 0, 0, 0], [2, 0, 0, 0, 0, 1], [3, 0, 0, 0, 9, 0], [1]];
    for (const link of ['ffffffffffffffff', 'no link', '']) {
      for (const frame of frames) {
        cloud.deliver({ to: 'car', link, car: 'Blue', frame: Uint8Array.from(frame) });
      }
    }
    expect(await said(connection.lock())).toBe('done');
    expect(acts).toEqual(['Blue unlocked', 'Blue locked']);
  });
});
