import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { toHex } from '../../lib/platform/bytes.js';
import { systemRandom } from '../../lib/platform/random.js';
import { distil, loadCorpus, saveCorpus, saveFailure } from './corpus.js';
import { V8Coverage } from './coverage.js';
import { Fuzzer } from './fuzzer.js';
import { PLANTED } from './planted.js';
import type { Target } from './target.js';
import { startWatchdog } from './watchdog.js';

const USAGE = `npm run fuzz -- [options]
  --seconds N      time box, shared by the targets (default 60)
  --target NAME    this target alone; may be given several times
  --seed TEXT      all that is tried follows from it (default: a new one)
  --patience N     seconds after which an input counts as endless (default 20)
  --grow           writes what was found worth keeping to test/fuzz/corpus
  --replay FILE    runs this one input of one target, and shows the error
  --json           one object per target on stdout
  --list           names the targets
Exit status: 0 nothing was found, 1 a target broke, 2 wrong usage.
`;

/** What the heap may grow by, beside the kept inputs, in bytes. */
const HEAP_SLACK = 48 * 1024 * 1024;

const args = () => {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '60' },
        target: { type: 'string', multiple: true, default: [] },
        seed: { type: 'string', default: toHex(systemRandom(4)) },
        patience: { type: 'string', default: '20' },
        grow: { type: 'boolean', default: false },
        replay: { type: 'string' },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [seconds, patience] = [Number(values.seconds), Number(values.patience)];
    if (!(seconds > 0) || !(patience > 0)) throw new Error('seconds are a number above 0');
    if (values.replay !== undefined && values.target.length !== 1) {
      throw new Error('--replay needs the --target that the input is for');
    }
    return { ...values, seconds, patience };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
};

const refuse = (why: string): never => {
  process.stderr.write(`${why}\n${USAGE}`);
  process.exit(2);
};

const options = args();
/** Loaded where they are needed: what is loaded is measured, which takes its time. */
const allTargets = async (): Promise<readonly Target[]> =>
  (await import('./targets/index.js')).TARGETS;

const choose = async (names: readonly string[]): Promise<readonly Target[]> => {
  const planted = PLANTED.filter(({ name }) => names.includes(name));
  if (names.length > 0 && planted.length === names.length) return planted;
  const all = await allTargets();
  const unknown = names.find((name) => ![...all, ...planted].some((each) => each.name === name));
  if (unknown !== undefined) refuse(`there is no target ${unknown}: --list names them`);
  return names.length === 0 ? all : [...all, ...PLANTED].filter(({ name }) => names.includes(name));
};

const say = (text: string): void => void process.stderr.write(`${text}\n`);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in use, without garbage. */
const heap = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

const errorText = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** Whether the target held. */
const fuzz = async (target: Target, seconds: number): Promise<boolean> => {
  const coverage = new V8Coverage();
  const { watch, stop } = startWatchdog(options.patience);
  const corpus = loadCorpus(target.name);
  const fuzzer = new Fuzzer(target, {
    seed: options.seed,
    coverage,
    corpus,
    watch: (input) => {
      watch(target.name, input);
    },
  });
  const started = performance.now();
  let warm: number | undefined;
  const finding = await fuzzer.run(() => {
    const elapsed = (performance.now() - started) / 1000;
    // What is computed once is there by then.
    if (elapsed > seconds / 2) warm ??= heap();
    return elapsed >= seconds;
  });
  const elapsed = (performance.now() - started) / 1000;
  await stop();
  coverage.stop();
  const grown = warm === undefined ? 0 : heap() - warm;
  const leaks = grown > HEAP_SLACK;
  const file = finding && saveFailure(target.name, finding.input);
  const { executions, blocks } = fuzzer;
  report({
    target: target.name,
    executions,
    perSecond: Math.round(executions / elapsed),
    blocks,
    inputs: fuzzer.entries.length,
    heapGrownBytes: grown,
    ...(file === undefined ? {} : { failure: { file, error: String(finding?.error) } }),
  });
  if (file !== undefined) {
    say(`${target.name} broke: ${errorText(finding?.error)}`);
    say(`the input is in ${file}; to see it again:`);
    say(`  npm run fuzz -- --target ${target.name} --replay ${file}`);
  } else if (leaks) {
    say(`${target.name}: the heap grew by ${String(grown)} bytes in half of the time`);
  } else if (options.grow) {
    say(
      `${target.name}: ${String(saveCorpus(target.name, distil(fuzzer.entries, target.seeds())))} inputs kept`,
    );
  }
  return finding === undefined && !leaks;
};

const report = (line: Readonly<Record<string, unknown>>): void => {
  if (options.json) {
    console.log(JSON.stringify(line));
    return;
  }
  const { target, executions, perSecond, blocks, inputs } = line;
  const column = (value: unknown, width: number): string => String(value).padStart(width);
  console.log(
    `${String(target).padEnd(16)}${column(executions, 10)} runs ${column(perSecond, 7)}/s` +
      ` ${column(blocks, 5)} blocks ${column(inputs, 5)} inputs`,
  );
};

const replay = async (target: Target, file: string): Promise<boolean> => {
  try {
    await target.run(new Uint8Array(readFileSync(file)));
  } catch (error) {
    say(`${target.name} broke: ${errorText(error)}`);
    return false;
  }
  say(`${target.name} holds`);
  return true;
};

let held = true;
if (options.help) {
  process.stdout.write(USAGE);
} else if (options.list) {
  for (const { name } of await allTargets()) console.log(name);
} else if (options.replay !== undefined) {
  for (const target of await choose(options.target)) held = await replay(target, options.replay);
} else {
  const targets = await choose(options.target);
  say(`seed ${options.seed}`);
  const weight = ({ weight: share = 1 }: Target): number => share;
  const shares = targets.reduce((sum, target) => sum + weight(target), 0);
  for (const target of targets) {
    const seconds = (options.seconds * weight(target)) / shares;
    held = (await fuzz(target, seconds)) && held;
  }
}
process.exitCode = held ? 0 : 1;
