import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CONTROLS } from './controls.js';
import { switchOff } from './switch-off.js';

const USAGE = `npm run explore -- [options]
  --states N       so many states of each world at most (default 200,000)
  --world NAME     this world alone
  --control RULE   without this rule; 'all': each rule once, which the search must notice
  --json           one object per world or control on stdout
  --list           names worlds and rules
Exit status: 0 all properties hold, or each control was found; 1 not so; 2 wrong usage.
`;

const refuse = (why: string): never => {
  process.stderr.write(`${why}\n${USAGE}`);
  process.exit(2);
};

const options = (() => {
  try {
    const { values } = parseArgs({
      options: {
        states: { type: 'string', default: '200000' },
        world: { type: 'string' },
        control: { type: 'string' },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
      },
    });
    const states = Number(values.states);
    if (!Number.isInteger(states) || states < 1) throw new Error('states are a number above 0');
    return { ...values, states };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
})();

const control = CONTROLS.find(({ rule }) => rule === options.control);
if (control !== undefined) switchOff(control);
else if (options.control !== undefined && options.control !== 'all') refuse('no such rule');

// Only now, so that a rule that is switched off is off everywhere.
const { WORLDS } = await import('./worlds.js');
const { REFUSALS, refusalsMet } = await import('./facts.js');

const say = (line: string, facts: object): void => {
  process.stdout.write(`${options.json ? JSON.stringify(facts) : line}\n`);
};

/** Whether what was to be seen was seen. */
const explore = async (
  name: string,
): Promise<{ readonly states: number; readonly broken: boolean }> => {
  const world = WORLDS.find((each) => each.name === name) ?? refuse(`no world "${name}"`);
  const from = performance.now();
  const { states, depth, complete, never, found } = await world.search(options.states, (so, at) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${name}: ${String(so)} states, ${String(at)} steps `);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const seconds = Math.round((performance.now() - from) / 100) / 10;
  const facts = { world: name, states, depth, complete, seconds, never, found: found ?? null };
  const end = `${complete ? 'all there are,' : 'every story to'} ${String(depth)} steps`;
  const story = found?.story.map((line) => `\n  ${line}`).join('') ?? '';
  say(
    `${name}: ${String(states)} states, ${end}, ${String(seconds)} s` +
      (never.length === 0 ? '' : `; never: ${never.join(', ')}`) +
      (found === undefined ? '' : `\nBROKEN: ${found.property}${story}`),
    facts,
  );
  return { states, broken: found !== undefined || (never.length > 0 && control === undefined) };
};

const exploreAll = async (): Promise<boolean> => {
  const names = options.world === undefined ? WORLDS.map(({ name }) => name) : [options.world];
  const outcomes: Awaited<ReturnType<typeof explore>>[] = [];
  for (const name of names) outcomes.push(await explore(name));
  const states = outcomes.reduce((sum, each) => sum + each.states, 0);
  const said = options.world === undefined ? '; every refusal was met' : '';
  const unmet =
    options.world === undefined ? REFUSALS.filter((each) => !refusalsMet.has(each)) : [];
  say(
    `${String(states)} states in ${String(names.length)} worlds` +
      (unmet.length > 0 ? `; refusals never met: ${unmet.join(', ')}` : said),
    { states, worlds: names.length, unmet },
  );
  return outcomes.every(({ broken }) => !broken) && unmet.length === 0;
};

/** Each in a process of its own, which has never seen the rule. */
const tryControls = (): boolean => {
  const missed = CONTROLS.filter(({ rule }) => {
    const from = performance.now();
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        fileURLToPath(import.meta.url),
        '--json',
        '--control',
        rule,
        '--states',
        String(options.states),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const seconds = Math.round((performance.now() - from) / 100) / 10;
    const { states, found } = JSON.parse(stdout) as {
      readonly states: number;
      readonly found: { readonly property: string; readonly story: readonly string[] } | null;
    };
    const noticed = status === 1 && found !== null;
    say(
      `${noticed ? 'found' : 'NOT FOUND'} after ${String(states)} states, ${String(found?.story.length ?? 0)} steps: ${rule}` +
        (found === null ? '' : ` (${found.property})`),
      { rule, noticed, states, seconds, property: found?.property ?? null },
    );
    return !noticed;
  });
  say(
    `${String(CONTROLS.length - missed.length)} of ${String(CONTROLS.length)} controls were found`,
    { controls: CONTROLS.length, missed: missed.map(({ rule }) => rule) },
  );
  return missed.length === 0;
};

if (options.list) {
  for (const { name } of WORLDS) say(`world    ${name}`, { world: name });
  for (const { rule } of CONTROLS) say(`control  ${rule}`, { control: rule });
} else if (options.control === 'all') process.exitCode = tryControls() ? 0 : 1;
else if (control !== undefined) process.exitCode = (await explore(control.world)).broken ? 1 : 0;
else process.exitCode = (await exploreAll()) ? 0 : 1;
