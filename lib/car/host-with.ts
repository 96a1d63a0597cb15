import type { CarHost, PairingHost } from './host.js';

/** The same car, but for what `instead` says. */
export const hostWith = (
  host: CarHost,
  instead: Partial<Pick<CarHost, 'execute' | 'pairing'>>,
): CarHost => ({
  get identity() {
    return host.identity;
  },
  get name() {
    return host.name;
  },
  keys: () => host.keys(),
  execute: (command, key, peer) => host.execute(command, key, peer),
  get pairing() {
    return host.pairing;
  },
  ...(host.credentials !== undefined && { credentials: host.credentials }),
  ...instead,
});

/** Of a car that nobody pairs with: no window is ever open. */
export const NO_PAIRING: PairingHost = {
  window: () => undefined,
  countTry: () => Promise.resolve(false),
  enrol: () => Promise.resolve('closed'),
};
