import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { figure, median, rates } from '../measure.js';
import { nobleAndBleno } from '../noble-bleno.js';
import { controllers } from './controllers.js';
import { overHub, relay } from './processes.js';

const STRETCH_MS = 400;
const LOAD_CHILD = fileURLToPath(new URL('./load-child.js', import.meta.url));
const LOAD_PROCESSES = 7;

/**
 * Round trips over a hub between processes, beside what bounds them: sockets alone, noble and bleno in
 * one process, and controllers alone.
 */
export const hubFigures = async () => {
  const all = [await overHub(), await relay(), await nobleAndBleno(), await controllers()];
  try {
    const measured = await rates(all, ['round_trips'], STRETCH_MS);
    const [hub = NaN, relayed = NaN, inProcess = NaN, alone = NaN] = measured.map(
      ({ round_trips }) => round_trips,
    );
    return [
      figure('hub.round_trips_per_second', hub, '1/s'),
      figure('hub.relay.round_trips_per_second', relayed, '1/s'),
      figure('hub.vs_relay.round_trips_ratio', hub / relayed, 'x'),
      figure('hub.vs_air.round_trips_ratio', hub / inProcess, 'x'),
      figure('air.controllers.round_trips_per_second', alone, '1/s'),
      ...loadFigures(),
    ];
  } finally {
    for (const devices of all) await devices.close();
  }
};

/** Milliseconds until both noble and bleno are there: the first time in a process, and later on. */
const loadFigures = () => {
  const runs = Array.from({ length: LOAD_PROCESSES }, (): [number, number] => {
    const output = execFileSync(process.execPath, [LOAD_CHILD], { encoding: 'utf8' });
    const [first = NaN, ...again] = JSON.parse(output) as number[];
    return [first, median(again)];
  });
  return [
    figure('air.load_ms.first', median(runs.map(([first]) => first)), 'ms'),
    figure('air.load_ms.again', median(runs.map(([, again]) => again)), 'ms'),
  ];
};
