import { describe, expect, it } from '@jest/globals';
import { corpora, loadCorpus } from './corpus.js';
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
    const names = TARGETS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(corpora()));
  });
});
