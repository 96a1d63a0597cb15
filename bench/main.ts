import { airFigures } from './air-bumble.js';
import { airSimFigures } from './air-sim.js';
import { byteFigures } from './bytes.js';
import { cliFigures } from './cli.js';
import type { Figure } from './measure.js';
import { proofFigures } from './proof.js';
import { sessionFigures } from './session.js';

// npm run bench            a table
// npm run bench -- --json  one object: {"figures":[{"name","value","unit"}]}

const json = process.argv.includes('--json');

const figures: Figure[] = [];
for (const [what, measure] of [
  ['bytes and round trips', byteFigures],
  ['processor time', sessionFigures],
  ['proofs and junk', proofFigures],
  ['the air, beside bumble', airFigures],
  ['the air, on simulated time', airSimFigures],
  ['the command line', cliFigures],
] as const) {
  if (!json) process.stderr.write(`measuring ${what} ...\n`);
  figures.push(...(await measure()));
}

if (json) {
  console.log(JSON.stringify({ figures }));
} else {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, unit } of figures) {
    console.log(`${name.padEnd(width)}  ${String(value).padStart(9)} ${unit}`);
  }
}
