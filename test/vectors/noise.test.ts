import { describe, expect, it } from '@jest/globals';
import { PATTERNS } from '../../lib/noise/index.js';
import { noiseVectors } from './noise-vectors.js';
import { patternNamed, playNoise } from './play-noise.js';
import { suites } from './support.js';

describe.each(suites)('Noise vectors, $name suite', (suite) => {
  it.each(noiseVectors)('$pattern', (vector) => {
    playNoise(suite, vector);
  });
});

it('has a vector for every pattern in the table', () => {
  const played: readonly string[] = noiseVectors.map(({ pattern }) => pattern);
  expect(Object.keys(PATTERNS).filter((name) => !played.includes(name))).toEqual([]);
});

it('plays the pattern of the table for XXpsk0', () => {
  expect(patternNamed('XXpsk0')).toEqual(PATTERNS.XXpsk0);
});
