import type { Central } from '../../lib/radio/types.js';

/** A radio that is opened when it is first used, once. One that cannot be opened fails so each time. */
export const lazyCentral = (open: () => Promise<Central>): Central => {
  let opened: Promise<Central> | undefined;
  let isOpen = false;
  const radio = (): Promise<Central> =>
    (opened ??= open().then((central) => {
      isOpen = true;
      return central;
    }));
  return {
    scan: async (filters, found, signal) => {
      // Who does not wait for it any more does not wait for its opening either.
      const aborted = new Promise<undefined>((resolve) => {
        if (signal.aborted) resolve(undefined);
        signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      const central = await Promise.race([radio(), aborted]);
      await central?.scan(filters, found, signal);
    },
    connect: async (...to) => (await radio()).connect(...to),
    close: async () => {
      if (opened === undefined) return;
      const closed = opened.then((central) => central.close());
      if (isOpen) await closed;
      else closed.catch(() => undefined); // it is closed when it is open
    },
  };
};
