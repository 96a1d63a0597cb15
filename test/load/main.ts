import { parseArgs } from 'node:util';
import { toHex } from '../../lib/platform/bytes.js';
import { systemRandom } from '../../lib/platform/random.js';
import { runKills } from './kills/run.js';
import { crowdReport } from './world/reports.js';
import { siegeReport } from './world/siege-report.js';
import type { Report } from './world/reports.js';

const USAGE = `npm run load -- [options] [-- arguments for key car start]
  --scenario NAME kills: unlocks, with a car that is killed with SIGKILL again and again (the default)
                  crowd: 20 phones at a time; siege: strangers who take the links of the car
  --cycles N      kills: unlocks to be asked for (default 10000); the others: rounds (default 20)
  --kill-every N  kills the car once in so many things that are done, on average (default 20)
  --seconds N     ends by then, and fails (default 1800)
  --seed TEXT     what is done, and when the car is killed, follows from it (default: a new one)
  --json          one object on stdout
Exit status: 0 all of it was done and held, 1 not, 2 wrong usage.
`;

const SCENARIOS = ['kills', 'crowd', 'siege'] as const;

const args = () => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        scenario: { type: 'string', default: 'kills' },
        cycles: { type: 'string' },
        'kill-every': { type: 'string', default: '20' },
        seconds: { type: 'string', default: '1800' },
        seed: { type: 'string', default: toHex(systemRandom(4)) },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const scenario = SCENARIOS.find((name) => name === values.scenario);
    if (scenario === undefined) throw new Error(`the scenarios are ${SCENARIOS.join(', ')}`);
    if (scenario !== 'kills' && positionals.length > 0) throw new Error('no car is started there');
    const numbers = [
      values.cycles ?? (scenario === 'kills' ? '10000' : '20'),
      values['kill-every'],
      values.seconds,
    ].map(Number);
    if (!numbers.every((number) => Number.isInteger(number) && number > 0)) {
      throw new Error('cycles, kill-every and seconds are whole numbers above 0');
    }
    const [cycles = 0, killEvery = 0, seconds = 0] = numbers;
    return { ...values, scenario, cycles, killEvery, seconds, carArgs: positionals };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
};

const options = args();
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const killsReport = async (signal: AbortSignal): Promise<Report> => {
  const figures = await runKills({ ...options, signal, say });
  const { unlocksRefused, unlocksUnreached, keysLost, keysBack, numbersWentBack } = figures;
  const found = unlocksRefused + unlocksUnreached + keysLost + keysBack + numbersWentBack;
  return { figures: { ...figures }, held: figures.ended === 'complete' && found === 0 };
};

const run = (signal: AbortSignal): Promise<Report> => {
  const { scenario, seed, cycles: rounds } = options;
  if (scenario === 'kills') return killsReport(signal);
  return (scenario === 'crowd' ? crowdReport : siegeReport)({ seed, rounds, signal, say });
};

if (options.help) {
  process.stdout.write(USAGE);
} else {
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort();
  });
  say(`seed ${options.seed}`);
  const inTime = AbortSignal.timeout(options.seconds * 1000);
  const { figures, held } = await run(AbortSignal.any([interrupted.signal, inTime]));
  if (options.json) console.log(JSON.stringify(figures));
  else console.log(figures);
  process.exitCode = held ? 0 : 1;
}
