// What a cloud in the hands of an attacker makes of a person's wishes, over whole cars and phones.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SimClock } from '../../lib/platform/sim-clock.js';
import { cloudTown } from '../support/cloud-town.js';
import type { Trick } from '../support/hostile-cloud.js';
import { settle } from '../support/waiting.js';

const WISHES = ['unlock', 'lock', 'start', 'trunk', 'frunk'] as const;
type WishName = (typeof WISHES)[number];

const one = <K extends Trick['do']>(name: K) => fc.constant(name);
const trick: fc.Arbitrary<Trick> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: one('pass') }) },
  fc.record({ do: fc.constantFrom('drop', 'twice', 'swap', 'end') }),
  fc.record({ do: fc.constantFrom('late', 'deny'), ms: fc.nat({ max: 6_000 }) }),
  fc.record({ do: one('alter'), at: fc.nat({ max: 400 }) }),
  fc.record({
    do: fc.constantFrom('again', 'elsewhere', 'play', 'answer'),
    which: fc.nat({ max: 30 }),
  }),
);

/** In steps in which everything on its way arrives. */
const pass = async (clock: SimClock, work: Promise<unknown>): Promise<void> => {
  const state = { settled: false };
  const done = (): void => void (state.settled = true);
  work.then(done, done);
  while (!state.settled) {
    await settle(clock);
    await clock.advance(250);
  }
};

/** The person asks for one after the other; gives what the car did, in its order, and each as often as it did it. */
const play = async (wishes: readonly WishName[], tricks: readonly Trick[]) => {
  const { clock, phones, reports, close } = await cloudTown(
    { cars: ['Blue'], phones: ['Ada'] },
    tricks,
  );
  const said: string[] = [];
  for (const wish of wishes) {
    const call = phones[0]!.apart[wish]({ via: 'cloud', timeoutMs: 1_500 });
    await pass(
      clock,
      call.then(
        () => said.push('done'),
        (error: unknown) => said.push((error as { code?: string }).code ?? String(error)),
      ),
    );
  }
  await clock.advance(60_000);
  await close();
  const done = reports.filter(({ outcome }) => outcome === 'done');
  // The car tells once more what it remembers of a command, by its id.
  const acted = done.filter(
    ({ commandId }, i) => done.findIndex((each) => each.commandId === commandId) === i,
  );
  return { said, acted: acted.map(({ command }) => command).filter((each) => each !== 'status') };
};

describe('a hostile cloud', () => {
  it('brings no wish twice, and none after one that came later', async () => {
    const wishes = fc.shuffledSubarray([...WISHES], { minLength: 1, maxLength: 3 });
    const property = fc.asyncProperty(
      wishes,
      fc.array(trick, { maxLength: 30 }),
      async (asked, tricks) => {
        const { acted } = await play(asked, tricks);
        expect(acted).toEqual(asked.filter((each) => acted.includes(each)));
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });

  it('that refuses in the name of the car brings nothing later of what it held back', async () => {
    const passed = Array.from({ length: 3 }, (): Trick => ({ do: 'pass' }));
    const { said, acted } = await play(
      ['unlock', 'lock'],
      [...passed, { do: 'deny', ms: 4_000 }, { do: 'drop' }],
    );
    expect(said).toEqual(['car.not-recognised', 'done']);
    expect(acted).toEqual(['lock']);
  });
});
