import { parseArgs } from 'node:util';
import { airFigures } from './air-bumble.js';
import { airSimFigures } from './air-sim.js';
import { byteFigures } from './bytes.js';
import { cliFigures } from './cli.js';
import { gattFigures } from './gatt.js';
import { grantFigures } from './grants.js';
import type { Figure } from './measure.js';
import { proofFigures } from './proof.js';
import { sessionFigures } from './session.js';
import { storeFigures } from './store.js';

// npm run bench            a table
// npm run bench -- --json  one object: {"figures":[{"name","value","unit"}]}
// npm run bench -- --sim-seconds 60  simulates a minute of the town instead of an hour

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, 'sim-seconds': { type: 'string', default: '3600' } },
});
const json = values.json === true;
const simSeconds = Number(values['sim-seconds']);
if (!(simSeconds > 0)) throw new Error('--sim-seconds takes a number above 0');

const figures: Figure[] = [];
for (const [what, measure] of [
  ['bytes and round trips', byteFigures],
  ['connecting', gattFigures],
  ['processor time', sessionFigures],
  ['grants', grantFigures],
  ['proofs and junk', proofFigures],
  ["the car's memory", storeFigures],
  ['the air, beside bumble', airFigures],
  ['the air, on simulated time', () => airSimFigures(simSeconds)],
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
