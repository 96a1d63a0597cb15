import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const { checkDeclarationMaps } = (await import(
  // @ts-expect-error a script without types
  '../../../scripts/release/declaration-maps.mjs'
)) as { checkDeclarationMaps: (stage: string) => void };

let stage: string;
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(stage, file)), { recursive: true });
  writeFileSync(join(stage, file), text);
};
beforeEach(() => {
  stage = mkdtempSync(join(tmpdir(), 'phonekey-maps-'));
  write('lib/radio/a.ts', '');
  write('dist/lib/radio/a.d.ts', '');
  write('dist/lib/radio/a.d.ts.map', JSON.stringify({ sources: ['../../../lib/radio/a.ts'] }));
});
afterEach(() => {
  rmSync(stage, { recursive: true, force: true });
});

describe('the declarations of a package', () => {
  it('lead to their sources', () => {
    expect(() => checkDeclarationMaps(stage)).not.toThrow();
  });

  it.each(['lib/radio/a.ts', 'dist/lib/radio/a.d.ts.map'])('miss %s', (file) => {
    rmSync(join(stage, file));
    expect(() => checkDeclarationMaps(stage)).toThrow(/lib.radio.a\.d\.ts/);
  });

  it('are there', () => {
    rmSync(join(stage, 'dist/lib/radio/a.d.ts'));
    expect(() => checkDeclarationMaps(stage)).toThrow('no declarations');
  });
});
