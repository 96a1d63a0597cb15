import { search } from './search.js';
import { WORLDS } from './worlds.js';

const most = Number(process.argv[2] ?? 200_000);
const only = process.argv[3];
let total = 0;
let bad = 0;
for (const world of WORLDS) {
  if (only !== undefined && world.name !== only) continue;
  const from = performance.now();
  const { states, depth, found, reached } = search(world, most);
  total += states;
  console.log(`${world.name}: ${states} states, depth ${depth}, ${((performance.now() - from) / 1000).toFixed(1)} s, ${reached.size} actions`);
  if (found !== undefined) {
    bad += 1;
    console.log(`  BROKEN ${found.property}\n${found.story.map((line) => `    ${line}`).join('\n')}`);
  }
}
console.log(total);
process.exitCode = bad > 0 ? 1 : 0;
