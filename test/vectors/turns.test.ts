import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type { CarLink } from '../../lib/car/dialect.js';
import { Sessions } from '../../lib/car/sessions.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { turnVectors } from '../../scripts/turn-vectors.js';

const file = JSON.parse(readFileSync('test/vectors/turns.json', 'utf8')) as ReturnType<
  typeof turnVectors
>;

it('the file is what its generator writes', () => {
  expect(file).toEqual(turnVectors());
});

/** The links of a car, by who has them. */
const start = (most: number) => {
  const clock = new SimClock();
  const sessions = new Sessions(clock, defaultSuite, most);
  const links = new Map<string, CarLink>();
  const ended: string[] = [];
  const leave = (name: string): void => {
    sessions.remove(links.get(name)!);
    links.delete(name);
  };
  const connect = (name: string): CarLink => {
    const link: CarLink = {
      open: () => Promise.resolve(),
      keyRemoved: () => undefined,
      turnOver: () => {
        ended.push(name);
        leave(name);
      },
      close: () => Promise.resolve(),
    };
    links.set(name, link);
    sessions.add(link);
    return link;
  };
  const prove = (name: string): 'served' | 'busy' => {
    const link = links.get(name) ?? connect(name);
    const publicKey = utf8(name.padEnd(32));
    const key = { slot: 0, role: 'guest', name, publicKey, signingKey: publicKey } as const;
    if (!sessions.admits(key)) {
      leave(name);
      return 'busy';
    }
    sessions.begin(link, key);
    return 'served';
  };
  return { clock, ended, connect, prove, leave };
};

it.each(file.sequences)('$name', async ({ links, steps }) => {
  const { clock, ended, connect, prove, leave } = start(links);
  for (const { at, key, does, expect: wanted, ended: gone } of steps) {
    await clock.advance(at - clock.now());
    if (does === 'proves') expect(prove(key)).toBe(wanted);
    if (does === 'connects') connect(key);
    if (does === 'leaves') leave(key);
    expect(ended.splice(0)).toEqual(gone);
  }
});
