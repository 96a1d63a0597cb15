import { expect, it } from '@jest/globals';
import { isBlank } from '../../../../firmware-sim/flash/flash.js';
import { sampleRecord } from '../memory/sample.js';
import { open, small as geometry } from './opened.js';

/**
 * A car that was never finished: nobody has been told of anything. What a cut in its very first commit leaves
 * cannot be told from ruin, so it comes up with that record or as a damaged car, never as a new one.
 */

const cutAt = async (cutAfter: number) => {
  const { flash, memory } = await open({ geometry, cutAfter });
  await memory.commit(sampleRecord(0)).catch(() => undefined);
  return flash;
};

it('comes up with its first record or as damaged where its first commit was cut, and as new once erased', async () => {
  const { steps } = await cutAt(Infinity);
  const seen = { damaged: 0, record: 0, new: 0 };
  for (let cut = 0; cut < steps; cut++) {
    for (const { image } of (await cutAt(cut)).left()) {
      const blank = isBlank(image.cells);
      const found = await open({ geometry, image }).catch((error: unknown) => error);
      if (found instanceof Error) {
        expect(found).toMatchObject({
          code: 'sim.damaged',
          hint: expect.stringContaining('erase'),
        });
        seen.damaged += 1;
      } else {
        const { loaded } = found as Awaited<ReturnType<typeof open>>;
        if (loaded !== undefined) expect(loaded).toEqual(sampleRecord(0));
        seen[loaded === undefined ? 'new' : 'record'] += 1;
        if (image.between.size === 0) expect(loaded === undefined).toBe(blank);
      }
    }
  }
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
  const { memory } = await open({ geometry });
  await memory.commit(sampleRecord(1));
});
