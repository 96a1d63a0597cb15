import { parseArgs } from 'node:util';
import { largestT, measureClasses } from './measure-classes.js';
import type { Subject } from './measure-classes.js';
import { SUBJECTS } from './subjects.js';

// npm run timing                         measures, and decides: exit status 1 for a leak
// npm run timing -- --samples 1000000    more of them, which shows smaller leaks
// npm run timing -- --subject tag.equal --json

/** Above it, times of the two classes differ more than chance makes them. */
const LEAK_T = 4.5;
/** What a control must reach, or the measurement is too coarse to say anything. */
const CONTROL_T = 10;
/** A suspicion counts when it shows every time. */
const TRIES = 3;
const FEWEST_SAMPLES = 500;

/** `t`: the largest |t| over all crops, of each measurement. */
const measure = (subject: Subject, wanted: number) => {
  const samples = Math.max(FEWEST_SAMPLES, Math.round(wanted * (subject.share ?? 1)));
  const t: number[] = [];
  const done = (): boolean => {
    const last = t[t.length - 1] ?? (subject.control === true ? 0 : Infinity);
    return subject.control === true ? last > CONTROL_T : last < LEAK_T;
  };
  while (!done() && t.length < TRIES) {
    t.push(Number(largestT(measureClasses(subject, samples)).toFixed(2)));
  }
  const { name, classes, control = false } = subject;
  const passed = done();
  const [good, bad] = control ? ['control found', 'control not found'] : ['no leak found', 'leak'];
  return { passed, result: { subject: name, classes, samples, t, verdict: passed ? good : bad } };
};

const { values: options } = parseArgs({
  options: {
    samples: { type: 'string', default: '100000' },
    subject: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});
const wanted = Number(options.samples);
const chosen = SUBJECTS.filter(
  ({ name, control }) =>
    options.subject.length === 0 || options.subject.includes(name) || control === true,
);
if (!(wanted > 0) || options.subject.some((name) => !SUBJECTS.some((s) => s.name === name))) {
  process.stderr.write(
    `--samples N, --subject NAME, --json; subjects: ${SUBJECTS.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}

let sound = true;
for (const subject of chosen) {
  const { passed, result } = measure(subject, wanted);
  sound &&= passed;
  if (options.json) {
    console.log(JSON.stringify(result));
  } else {
    const { classes, samples, t, verdict } = result;
    console.log(
      `${subject.name.padEnd(19)} |t| ${t
        .map((value) => value.toFixed(1))
        .join(', ')
        .padStart(8)}` +
        `  ${String(samples).padStart(8)} samples  ${verdict.padEnd(15)} ${classes.join(' / ')}`,
    );
  }
}
process.exitCode = sound ? 0 : 1;
