import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('the guide to testing without hardware', () => {
  it('shows the example that is run, in under 40 lines', () => {
    const example = read('examples/thermometer.test.mjs');
    expect(read('docs/guides/test-without-hardware.md')).toContain(`\n${example}\`\`\``);
    expect(example.trimEnd().split('\n').length).toBeLessThan(40);
  });
});

describe('links between documents', () => {
  const documents = ['', 'docs/', 'docs/guides/', 'docs/decisions/', 'docs/model/'].flatMap(
    (folder) =>
      readdirSync(new URL(`../../../${folder}`, import.meta.url))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder}${name}`),
  );

  it.each(documents)('of %s lead to files that exist', (path) => {
    const targets = [...read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)[^)]*\)/g)];
    for (const [, target] of targets) {
      const url = new URL(target!, new URL(`../../../${path}`, import.meta.url));
      expect(() => readFileSync(url)).not.toThrow(/ENOENT/);
    }
  });
});
