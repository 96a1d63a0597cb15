import { parseArgs } from 'node:util';
import { airFigures } from './air-bumble.js';
import { airSimFigures } from './air-sim.js';
import { byteFigures } from './bytes.js';
import { cliFigures } from './cli.js';
import { gattFigures } from './gatt.js';
import { grantFigures } from './grants.js';
import { handshakeFigures } from './handshake.js';
import { hubFigures } from './hub/hub.js';
import { linkFigures } from './links.js';
import type { Figure } from './measure.js';
import { proofFigures } from './proof.js';
import { sessionFigures } from './session.js';
import { storeFigures } from './store.js';
import { viaFigures } from './via.js';
import { walkFigures } from './walk.js';
import { webFigures } from './web.js';

// npm run bench            a table
// npm run bench -- unlock  one group of figures, or several
// npm run bench -- --json  one object: {"figures":[{"name","value","unit"}]}
// npm run bench -- --sim-seconds 60  simulates a minute of the town instead of an hour

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, 'sim-seconds': { type: 'string', default: '3600' } },
});
const json = values.json === true;
const simSeconds = Number(values['sim-seconds']);
if (!(simSeconds > 0)) throw new Error('--sim-seconds takes a number above 0');

type Measure = () => Figure[] | Promise<Figure[]>;

/** What each measures, by the name of its group. */
const ALL: readonly (readonly [group: string, what: string, Measure])[] = [
  ['unlock', 'bytes and round trips', byteFigures],
  ['unlock', 'processor time', sessionFigures],
  ['unlock', 'the command line', cliFigures],
  ['walk', 'the way of one unlock', walkFigures],
  ['gatt', 'connecting', gattFigures],
  ['via', 'what a cloud that fails costs', viaFigures],
  ['links', 'three phones at once', linkFigures],
  ['noise', 'handshakes, beside snow', handshakeFigures],
  ['grants', 'grants', grantFigures],
  ['proofs', 'proofs and junk', proofFigures],
  ['web', 'what a page loads', webFigures],
  ['store', "the car's memory", storeFigures],
  ['air', 'the air, beside bumble', airFigures],
  ['hub', 'the hub, beside sockets alone', hubFigures],
  ['sim', 'the air, on simulated time', () => airSimFigures(simSeconds)],
];

const groups = [...new Set(ALL.map(([group]) => group))];
const unknown = positionals.find((name) => !groups.includes(name));
if (unknown !== undefined) throw new Error(`no group '${unknown}'; there are ${groups.join(', ')}`);

const figures: Figure[] = [];
for (const [group, what, measure] of ALL) {
  if (positionals.length > 0 && !positionals.includes(group)) continue;
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
