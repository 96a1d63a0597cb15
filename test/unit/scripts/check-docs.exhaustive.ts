import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const { checkDocuments } = (await import(
  // @ts-expect-error a script without types
  '../../../scripts/docs/check-docs.mjs'
)) as { checkDocuments: (names: string[], options: { root: string }) => Promise<void> };

it('tells at which line of a document a type is wrong', async () => {
  const root = mkdtempSync(join(tmpdir(), 'phonekey-document-'));
  try {
    writeFileSync(
      join(root, 'a.md'),
      '# A\n\n```ts\nconst a = 1;\n```\n\n```ts\nconst b: string = a;\n```\n',
    );
    await expect(checkDocuments(['a.md'], { root })).rejects.toThrow(
      "a.md:8: Type 'number' is not assignable to type 'string'.",
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
