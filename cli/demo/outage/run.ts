import { PhoneKeyError } from '../../../lib/errors.js';
import type { Context } from '../../context.js';
import { interrupted } from '../../io/interrupt.js';
import type { Output } from '../../io/output.js';
import { withProgress } from '../../io/progress.js';
import { ownName } from '../../own-name.js';
import { CAST } from './cast.js';
import type { By, Player, Try } from './cast.js';
import { openWorld } from './world.js';
import type { World } from './world.js';

const OUTAGE_MS = 3_600_000;

interface Act {
  readonly name: 'before' | 'during' | 'after';
  readonly title: string;
  readonly isDown: boolean;
  begin(world: World): Promise<void>;
}

const ACTS: readonly Act[] = [
  { name: 'before', title: 'Before: the cloud works', isDown: false, begin: async () => undefined },
  {
    name: 'during',
    title: 'During: the cloud answers 500 to everybody',
    isDown: true,
    begin: ({ cloud }) => cloud.fail('500', OUTAGE_MS),
  },
  {
    name: 'after',
    title: 'After: the cloud works again',
    isDown: false,
    begin: ({ cloud }) => cloud.recover(),
  },
];

const BY: Readonly<Record<By, string>> = {
  cloud: 'through the cloud',
  bluetooth: 'over Bluetooth',
  nfc: 'at the reader',
};

/**
 * Plays the day that the project comes from: who gets into a car before, during and after an outage of its cloud, by
 * each kind of key, and who does not.
 * @throws PhoneKeyError `cloud.not-installed`, `interrupted`; `internal` where somebody did not get in who should
 */
export const outageStory = async (context: Context<'radio'>, open = openWorld): Promise<void> => {
  const { output, signal, log, options } = context;
  if (options.capture !== undefined || options.sessionKeys !== undefined) {
    throw new PhoneKeyError('usage.invalid', 'this story is played by several phones', {
      hint: 'Give --capture and --session-keys to key demo without --story.',
    });
  }
  const begun = performance.now();
  const world = await withProgress(output, 'enrolling phones, a card and a fob', () =>
    open(log, signal),
  );
  let [tries, got] = [0, 0];
  try {
    for (const act of ACTS) {
      await act.begin(world);
      if (!output.json) output.result({}, [output.paint('bold', act.title)]);
      for (const player of CAST) {
        tries += 1;
        if (await play(act, player, world, context)) got += 1;
      }
      if (!output.json) output.result({}, ['']);
    }
  } finally {
    await world.close();
  }
  const ms = since(begun);
  output.result({ ok: true, tries, got, ms }, [
    'Whoever had a phone key, a card or a fob got in; whoever had the app alone did not.',
    `Try it yourself: ${ownName()} cloud start, and ${ownName()} cloud fail (${ownName()} help cloud)`,
  ]);
};

/** Lets one of them try, and looks at the car itself; gives whether it opened. */
const play = async (
  act: Act,
  player: Player,
  world: World,
  { output, signal }: Context,
): Promise<boolean> => {
  if (signal.aborted) throw interrupted();
  const begun = performance.now();
  const came = await player.unlock(world, signal);
  const ms = since(begun);
  const { locked } = await world.car.status();
  const should = !(act.isDown && player.needsCloud === true);
  if (locked === came.got || came.got !== should) throw unexpected(act, player, came);
  if (!locked) await world.car.tap({ reader: 'pillar' }); // for the next one
  const { who, key } = player;
  output.result({ act: act.name, who, key, ...came, ms }, [line(player, came, ms, output)]);
  return came.got;
};

const WHO = Math.max(...CAST.map(({ who }) => who.length));
const KEY = Math.max(...CAST.map(({ key }) => key.length));
const WAY = Math.max(...Object.values(BY).map((by) => by.length));

const line = ({ who, key }: Player, { got, by, why }: Try, ms: number, output: Output): string => {
  const way = (by === null ? 'stays outside' : BY[by]).padEnd(WAY);
  return [
    `  ${who.padEnd(WHO)}`,
    key.padEnd(KEY),
    output.paint(got ? 'green' : 'red', way),
    output.paint('dim', `${String(Math.round(ms)).padStart(5)} ms`),
    output.paint('dim', why.join('; ')),
  ]
    .join('  ')
    .trimEnd();
};

const unexpected = ({ name }: Act, { who, key }: Player, { got, why }: Try): PhoneKeyError =>
  new PhoneKeyError(
    'internal',
    `${name} the outage ${who} (${key}) ${got ? 'got in' : `did not get in: ${why.join('; ')}`}`,
  );

const since = (begun: number): number => Math.round((performance.now() - begun) * 10) / 10;
