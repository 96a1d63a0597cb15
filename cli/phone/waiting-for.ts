import type { Central } from '../../lib/radio/types.js';

/** A radio that tells what is waited for: of a call that takes long, a person wants to know where it is. */
export const watchedCentral = (
  central: Central,
): { readonly central: Central; readonly waitingFor: () => string } => {
  let waitingFor = 'listening for it';
  return {
    waitingFor: () => waitingFor,
    central: {
      scan: (filters, found, signal) => {
        waitingFor = 'listening for it';
        const hear: typeof found = (advertisement) => {
          if (advertisement.isBusy) waitingFor = 'a car is near, and busy with other phones';
          found(advertisement);
        };
        return central.scan(filters, hear, signal);
      },
      connect: async (...to) => {
        waitingFor = 'connecting';
        const link = await central.connect(...to);
        waitingFor = 'connected, waiting for its answer';
        return link;
      },
      close: () => central.close(),
    },
  };
};
