import type { CarHost } from '../lib/car/host.js';
import { hostWith } from '../lib/car/host-with.js';
import type { CommandReport } from '../lib/cloud/car-channel.js';
import type { Command } from '../lib/domain/commands.js';
import type { Result } from '../lib/domain/outcomes.js';
import { toHex } from '../lib/platform/bytes.js';
import type { Logger } from '../lib/platform/logger.js';
import type { CarController } from './controller.js';

/** The car as phones have it through its telematics unit: what they ask is done as beside it, and told. */
export const telematicsHost = (
  car: CarController,
  report: (report: CommandReport) => void,
  log: Logger,
): CarHost => {
  const tell = ({ type, id }: Command, link: string, outcome: string): void => {
    try {
      report({ link, command: type, ...(id && { commandId: toHex(id) }), outcome });
    } catch (error) {
      log.warn('a report failed', { error: String(error) });
    }
  };
  return hostWith(car, {
    execute: async (command, key, link = '') => {
      let result: Result;
      try {
        result = await car.perform(command, key, 'cloud');
      } catch (error) {
        tell(command, link, 'fault');
        throw error;
      }
      const { outcome } = result;
      tell(command, link, outcome.type === 'refused' ? outcome.refusal : 'done');
      return result;
    },
  });
};
