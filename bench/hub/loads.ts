import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { figure, median } from '../measure.js';
import type { Figure } from '../measure.js';

const CHILD = fileURLToPath(new URL('./load-child.js', import.meta.url));
const PROCESSES = 7;

/** Milliseconds until both noble and bleno are there: the first time in a process, and later on. */
export const loadFigures = (): Figure[] => {
  const runs = Array.from({ length: PROCESSES }, (): [number, number] => {
    const output = execFileSync(process.execPath, [CHILD], { encoding: 'utf8' });
    const [first = NaN, ...again] = JSON.parse(output) as number[];
    return [first, median(again)];
  });
  return [
    figure('air.load_ms.first', median(runs.map(([first]) => first)), 'ms'),
    figure('air.load_ms.again', median(runs.map(([, again]) => again)), 'ms'),
  ];
};
