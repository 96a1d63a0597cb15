import { permits } from '../../lib/domain/roles.js';
import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'unlock'> = {
  command: 'unlock',
  execute: ({ act }, _command, { role }) =>
    act({
      type: 'unlock',
      shut: (['trunk', 'frunk'] as const).filter((luggage) => !permits(role, luggage)),
    }),
};
