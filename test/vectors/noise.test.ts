import { describe, expect, it } from '@jest/globals';
import { PATTERNS } from '../../lib/noise/index.js';
import { noiseVectors } from './noise-vectors.js';
import { playNoise } from './play-noise.js';
import { suites } from './support.js';

describe.each(suites)('Noise vectors, $name suite', (suite) => {
  it.each(noiseVectors)('$pattern', (vector) => {
    playNoise(suite, vector);
  });
});

it('has a vector for every pattern in the table', () => {
  expect(noiseVectors.map(({ pattern }) => pattern).sort()).toEqual(Object.keys(PATTERNS).sort());
});
