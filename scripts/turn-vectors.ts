/** test/vectors/turns.json: who has a link of a car, and for how long (docs/PROTOCOL.md, section 5). */

export interface TurnStep {
  /** Milliseconds. */
  readonly at: number;
  readonly key: string;
  /** `proves`: over a new link, or over that by which it has connected without a proof. */
  readonly does: 'connects' | 'proves' | 'leaves';
  /** `busy`: it leaves at once. */
  readonly expect: 'served' | 'busy' | '';
  /** Whose sessions the car has ended since the step before, or by this one; each when it was due. */
  readonly ended: readonly string[];
}

const step =
  (does: TurnStep['does'], expect: TurnStep['expect'] = '') =>
  (at: number, key: string, ...ended: readonly string[]): TurnStep => ({
    at,
    key,
    does,
    expect,
    ended,
  });
const connects = step('connects');
const leaves = step('leaves');
const served = step('proves', 'served');
const busy = step('proves', 'busy');

const SEQUENCES: Readonly<Record<string, readonly [links: number, steps: readonly TurnStep[]]>> = {
  'the only link, for 30 s': [1, [served(0, 'a'), served(30_000, 'b', 'a')]],
  'who comes back at once is turned away': [
    1,
    [served(0, 'a'), busy(30_500, 'a', 'a'), served(31_000, 'b')],
  ],
  'who tries again and again is turned away for 30 s': [
    1,
    [
      served(0, 'a'),
      busy(34_000, 'a', 'a'),
      ...[38_000, 42_000, 46_000, 50_000, 54_000, 58_000].map((at) => busy(at, 'a')),
      busy(59_999, 'a'),
      served(60_000, 'a'),
    ],
  ],
  'who stays away for 5 s begins anew': [
    1,
    [served(0, 'a'), served(35_000, 'a', 'a'), leaves(64_999, 'a')],
  ],
  'who stays away for less does not': [1, [served(0, 'a'), busy(34_999, 'a', 'a')]],
  'sessions add up': [
    1,
    [
      served(0, 'a'),
      leaves(20_000, 'a'),
      served(24_000, 'a'),
      served(34_000, 'b', 'a'),
      leaves(35_000, 'b'),
      busy(36_000, 'a'),
    ],
  ],
  'those under 2.5 s count nothing': [
    1,
    [
      served(0, 'a'),
      leaves(27_500, 'a'),
      served(28_000, 'a'),
      leaves(30_499, 'a'),
      served(31_000, 'a'),
      served(33_500, 'b', 'a'),
    ],
  ],
  'a rest of less than 2.5 s is none': [
    1,
    [served(0, 'a'), leaves(27_501, 'a'), busy(28_000, 'a')],
  ],
  'nobody is ended, or turned away, while a link is free': [
    2,
    [served(0, 'a'), leaves(90_000, 'a'), served(91_000, 'a'), served(100_000, 'b', 'a')],
  ],
  'the one whose turn is over longest, and one alone': [
    3,
    [
      served(0, 'a'),
      served(1_000, 'b'),
      served(40_000, 'c', 'a'),
      served(41_000, 'd', 'b'),
      leaves(69_999, 'd'),
    ],
  ],
  'when a turn is over': [
    2,
    [served(0, 'a'), served(10_000, 'b'), leaves(29_999, 'b'), served(31_000, 'b', 'a')],
  ],
  'not for somebody who has proved nothing': [
    2,
    [served(0, 'a'), connects(40_000, 'x'), leaves(45_000, 'x'), served(46_000, 'b', 'a')],
  ],
  'not for somebody who is turned away': [
    2,
    [served(0, 'a'), served(5_000, 'b'), busy(31_000, 'a', 'a'), served(40_000, 'c', 'b')],
  ],
};

export const turnVectors = () => ({
  note: 'Made by scripts/vectors.ts.',
  sequences: Object.entries(SEQUENCES).map(([name, [links, steps]]) => ({ name, links, steps })),
});
