import { figure, rates } from '../measure.js';
import type { Figure } from '../measure.js';
import { NobleAndBleno } from '../noble-bleno.js';
import { Controllers } from './controllers.js';
import { loadFigures } from './loads.js';
import { OverHub, Relay } from './processes.js';

const STRETCH_MS = 400;

/**
 * Round trips over a hub between processes, beside what bounds them: sockets alone, noble and bleno in
 * one process, and controllers alone.
 */
export const hubFigures = async (): Promise<Figure[]> => {
  const [hub, relay] = [await OverHub.start(), await Relay.start()];
  const [air, controllers] = [await NobleAndBleno.start(), await Controllers.start()];
  const all = [hub, relay, air, controllers];
  try {
    const measured = await rates(all, ['round_trips'], STRETCH_MS);
    const [overHub = NaN, relayed = NaN, inProcess = NaN, alone = NaN] = measured.map(
      ({ round_trips }) => round_trips,
    );
    return [
      figure('hub.round_trips_per_second', overHub, '1/s'),
      figure('hub.relay.round_trips_per_second', relayed, '1/s'),
      figure('hub.vs_relay.round_trips_ratio', overHub / relayed, 'x'),
      figure('hub.vs_air.round_trips_ratio', overHub / inProcess, 'x'),
      figure('air.controllers.round_trips_per_second', alone, '1/s'),
      ...loadFigures(),
    ];
  } finally {
    for (const devices of all) await devices.close();
  }
};
