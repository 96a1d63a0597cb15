import type { Bleno, LoadedBleno } from '../bleno-types.js';
import type { LoadedNoble, Noble } from '../noble-types.js';
import { runsOwnHost, stackInternals } from '../stack.js';
import { loadStack } from './stack-loader.js';

/**
 * noble on this machine's own adapter. Its native parts are needed only here.
 * @throws whatever the package throws; `openNobleCentral` translates it
 */
export const systemNoble = async (): Promise<LoadedNoble> => {
  const { require, stop } = loadStack('@abandonware/noble');
  const create = require('with-custom-binding') as (options: object) => Noble;
  const noble = create({});
  return {
    noble,
    close: () => {
      stop();
      release(noble);
    },
  };
};

/**
 * bleno on this machine's own adapter.
 * @throws whatever the package throws; `openBlenoPeripheral` translates it
 */
export const systemBleno = async (): Promise<LoadedBleno> => {
  const { require, stop } = loadStack('@abandonware/bleno');
  const bleno = require('index') as Bleno;
  return {
    bleno,
    close: () => {
      stop();
      release(bleno);
      if (!runsOwnHost(bleno)) return;
      const mgmt = require('lib/hci-socket/mgmt') as { readonly _socket: { stop(): void } };
      mgmt._socket.stop();
    },
  };
};

const release = (stack: object): void => {
  const bindings = stackInternals(stack);
  bindings._hci?._socket?.stop();
  bindings.stop?.();
};
