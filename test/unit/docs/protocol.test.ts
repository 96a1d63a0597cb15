import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const document = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');

/** Without examples, layouts and formulas. */
const prose = document.replaceAll(/^```.*?^```$/gms, '').replaceAll(/<!--.*?-->/g, '');

it('has at most 6,550 words of prose, tables included', () => {
  const words = prose.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  expect(words.length).toBeLessThanOrEqual(6550);
});

const [, ...sections] = prose.split(/^## /m);
const paragraphs = sections
  .slice(1)
  .flatMap((section) => section.split(/\n{2,}/))
  .map((paragraph) => paragraph.trim());

it('says whom each paragraph with a MUST binds', () => {
  const binding = paragraphs.filter((paragraph) => /\b(MUST|SHOULD|MAY)\b/.test(paragraph));
  expect(binding.length).toBeGreaterThan(10);
  const listed = /^(- |1\. )/;
  const unmarked = binding.filter(
    (paragraph) => !listed.test(paragraph) && !/^\*\*(Phone|Car|Both|Owner)\b/.test(paragraph),
  );
  expect(unmarked).toEqual([]);
});

it('refers to sections that there are', () => {
  const numbers = sections.map((section) => Number.parseInt(section, 10));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const referred = [...prose.matchAll(/section (\d+)\b|\((\d+)(?:, (\d+))?\)/g)]
    .flatMap(([, ...found]) => found)
    .filter(Boolean);
  expect(referred.length).toBeGreaterThan(20);
  expect(referred.map(Number).filter((number) => !numbers.includes(number))).toEqual([]);
});
