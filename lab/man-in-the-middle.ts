import type { MessageDirection } from '../lib/link/message-link.js';
import type { Clock } from '../lib/platform/clock.js';
import type { Central, CentralLink, LinkHandlers } from '../lib/radio/types.js';

/** For how long, in milliseconds, a chunk that comes along now is held back. */
export type Hold = (going: MessageDirection) => number;

/**
 * A phone's radio with a man in the middle of each of its links: he reads nothing, holds back what he likes, lets
 * everything through in order, and keeps the car's end up when the phone has closed its own.
 * @param radio a new one for each of his links, as one has a single link to a car
 */
export const heldBack = (radio: () => Central, clock: Clock, hold: Hold): Central => {
  const central = radio();
  return {
    scan: (filters, found, signal) => central.scan(filters, found, signal),
    connect: async (advertisement, profile, options) =>
      between(await radio().connect(advertisement, profile, options), clock, hold),
    close: () => central.close(),
  };
};

const between = (link: CentralLink, clock: Clock, hold: Hold): CentralLink => {
  let phone: LinkHandlers | undefined;
  const way = (going: MessageDirection, pass: (chunk: Uint8Array) => void) => {
    let free = clock.now();
    return (chunk: Uint8Array): void => {
      free = Math.max(free, clock.now() + hold(going));
      clock.after(free - clock.now(), () => {
        pass(chunk);
      });
    };
  };
  const toCar = way('to-car', (chunk) => {
    link.send(chunk).catch(() => undefined); // the car has closed it meanwhile
  });
  const end: LinkHandlers['closed'] = (why) => {
    phone?.closed(why);
    phone = undefined;
  };
  return {
    mtu: link.mtu,
    peer: link.peer,
    open: (handlers) => {
      phone = handlers;
      return link.open({ data: way('from-car', (chunk) => phone?.data(chunk)), closed: end });
    },
    send: (chunk) => {
      toCar(chunk);
      return Promise.resolve();
    },
    close: () => {
      end('local');
      return Promise.resolve();
    },
  };
};
