import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CONTROLS } from './controls.js';
import { switchOff } from './switch-off.js';

const [what, name, most = '100000'] = process.argv.slice(2);
const control = CONTROLS.find(({ rule }) => rule === name);
if (what === 'control' && control !== undefined) switchOff(control);
const { search } = await import('./search.js');
const { WORLDS } = await import('./worlds.js');

const run = (worldName: string): boolean => {
  const world = WORLDS.find((each) => each.name === worldName);
  if (world === undefined) throw new Error(`no world ${worldName}`);
  const from = performance.now();
  const { states, depth, found, reached } = search(world, Number(most));
  console.log(
    `${world.name}: ${String(states)} states, depth ${String(depth)}, ${((performance.now() - from) / 1000).toFixed(1)} s, ${String(reached.size)} actions`,
  );
  if (found !== undefined) {
    console.log(
      `  BROKEN ${found.property}\n${found.story.map((line) => `    ${line}`).join('\n')}`,
    );
  }
  return found !== undefined;
};

if (what === 'controls') {
  for (const { rule } of CONTROLS) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), 'control', rule, name ?? '100000'],
      { encoding: 'utf8' },
    );
    console.log(
      `${status === 1 ? 'found    ' : 'NOT FOUND'} ${rule} ${stdout.split('\n').slice(0, 2).join(' | ')}${status === 1 ? '' : stderr.slice(0, 300)}`,
    );
  }
} else if (control !== undefined) process.exitCode = run(control.world) ? 1 : 0;
else for (const world of WORLDS) if (name === undefined || name === world.name) run(world.name);
