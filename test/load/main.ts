import { parseArgs } from 'node:util';
import { PACES } from '../../air/hub/settings.js';
import { toHex } from '../../lib/platform/bytes.js';
import { systemRandom } from '../../lib/platform/random.js';
import { cloudReport } from './cloud/run.js';
import { runKills } from './kills/run.js';
import { crowdReport } from './world/reports.js';
import { dayReport } from './world/day.js';
import { ALL_SIEGES, siegeReport, STACKS } from './world/siege-report.js';
import type { Report } from './world/reports.js';

const USAGE = `npm run load -- [options] [-- arguments for key car start]
  --scenario NAME kills: unlocks, with a car that is killed with SIGKILL again and again (the default)
                  crowd: 20 phones at a time; siege: strangers who take the links of the car;
                  day: what somebody who listens all day can join of what the car advertises
                  cloud: cars and phones at a cloud whose service, database and broker are killed at random; wants
                  PostgreSQL and Mosquitto on the PATH (.ci/postgres, .ci/mosquitto) and the package cloud installed
  --cycles N      kills: unlocks to be asked for (default 10000); the others: rounds (default 20, of sieges 10, of days 1);
                  a round of a siege has 10 calls of 15 s of each kind
  --strangers N,N siege: how many, each number in turn (default 1,2,4,8)
  --stack S,S     siege: bleno, hci (default both)
  --pace P,P      siege: instant, real (default both)
  --kill-every N  kills the car once in so many things that are done, on average (default 20)
  --seconds N     ends by then, and fails (default 1800); cloud: so long something is killed (default 120)
  --cars N        cloud: how many (default 1000)
  --control       cloud: the cars forget what they did, and do it again: this must be found
  --seed TEXT     what is done, and when the car is killed, follows from it (default: a new one)
  --json          one object on stdout
Exit status: 0 all of it was done and held, 1 not, 2 wrong usage.
`;

const SCENARIOS = ['kills', 'crowd', 'siege', 'day', 'cloud'] as const;
const CYCLES = { kills: '10000', crowd: '20', siege: '10', day: '1', cloud: '1' } as const;

/** Those of `known` that the list names. */
const among = <T extends string>(known: readonly T[], list: string): T[] =>
  list.split(',').map((name) => {
    const found = known.find((each) => each === name);
    if (found === undefined) throw new Error(`${name} is none of ${known.join(', ')}`);
    return found;
  });

const args = () => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        scenario: { type: 'string', default: 'kills' },
        cycles: { type: 'string' },
        strangers: { type: 'string', default: ALL_SIEGES.strangers.join() },
        stack: { type: 'string', default: STACKS.join() },
        pace: { type: 'string', default: PACES.join() },
        'kill-every': { type: 'string', default: '20' },
        seconds: { type: 'string' },
        cars: { type: 'string', default: '1000' },
        control: { type: 'boolean', default: false },
        seed: { type: 'string', default: toHex(systemRandom(4)) },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const scenario = SCENARIOS.find((name) => name === values.scenario);
    if (scenario === undefined) throw new Error(`the scenarios are ${SCENARIOS.join(', ')}`);
    if (scenario !== 'kills' && positionals.length > 0) throw new Error('no car is started there');
    const numbers = [
      values.cycles ?? CYCLES[scenario],
      values['kill-every'],
      values.seconds ?? (scenario === 'cloud' ? '120' : '1800'),
      values.cars,
      ...values.strangers.split(','),
    ].map(Number);
    if (!numbers.every((number) => Number.isInteger(number) && number > 0)) {
      throw new Error('cycles, kill-every, seconds, cars and strangers are whole numbers above 0');
    }
    const [cycles = 0, killEvery = 0, seconds = 0, cars = 0, ...strangers] = numbers;
    const choice = {
      strangers,
      stacks: among(STACKS, values.stack),
      paces: among(PACES, values.pace),
    };
    return { ...values, scenario, cycles, killEvery, seconds, cars, choice, carArgs: positionals };
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
  const { scenario, seed, seconds, cars, control: forgets, cycles: rounds } = options;
  if (scenario === 'kills') return killsReport(signal);
  if (scenario === 'cloud') return cloudReport({ seed, seconds, cars, forgets, signal, say });
  const round = { seed, rounds, signal, say };
  if (scenario === 'siege') return siegeReport(round, options.choice);
  return (scenario === 'crowd' ? crowdReport : dayReport)(round);
};

if (options.help) {
  process.stdout.write(USAGE);
} else {
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort();
  });
  say(`seed ${options.seed}`);
  // The cloud's has an end of its own.
  const inTime = options.scenario === 'cloud' ? [] : [AbortSignal.timeout(options.seconds * 1000)];
  const { figures, held } = await run(AbortSignal.any([interrupted.signal, ...inTime]));
  if (options.json) console.log(JSON.stringify(figures));
  else if (Array.isArray(figures['rows'])) console.table(figures['rows']);
  else console.log(figures);
  process.exitCode = held ? 0 : 1;
}
