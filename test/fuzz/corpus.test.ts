import { describe, expect, it } from '@jest/globals';
import { loadCorpus } from './corpus.js';
import { TARGETS } from './targets/index.js';

describe('every input that was worth keeping', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    'leaves %s standing',
    async (name, target) => {
      const inputs = [...target.seeds(), ...loadCorpus(name)];
      expect(inputs.length).toBeGreaterThan(0);
      for (const input of inputs) {
        try {
          await target.run(input);
        } catch (error) {
          const hex = Buffer.from(input).toString('hex');
          throw new Error(`the input ${hex} broke ${name}`, { cause: error });
        }
      }
    },
    60_000,
  );

  it('belongs to a target', () => {
    expect(
      TARGETS.filter(({ name }) => loadCorpus(name).length === 0).map(({ name }) => name),
    ).toEqual([]);
    expect(new Set(TARGETS.map(({ name }) => name)).size).toBe(TARGETS.length);
  });
});
