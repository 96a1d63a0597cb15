import { PhoneKeyError, errorMessage } from '../errors.js';

const VIRTUAL = 'Or use the virtual air: --radio virtual.';

const hints = {
  noPackage: `Install the Bluetooth stack: npm install @abandonware/noble @abandonware/bleno. ${VIRTUAL}`,
  noAddon: `Build the native Bluetooth socket: key doctor names the command. ${VIRTUAL}`,
  noKernel: `This kernel or container has no Bluetooth. ${VIRTUAL}`,
  noAdapter: `No Bluetooth adapter was found: plug one in. ${VIRTUAL}`,
  forbidden:
    'Allow Bluetooth. Linux: sudo setcap cap_net_raw+eip "$(readlink -f "$(command -v node)")". ' +
    `macOS: System Settings, Privacy & Security, Bluetooth. ${VIRTUAL}`,
  busy: `Another program uses the Bluetooth adapter: stop it. ${VIRTUAL}`,
  off: `Switch Bluetooth on. Linux: rfkill unblock bluetooth, then bluetoothctl power on. ${VIRTUAL}`,
  unsupported: `This adapter has no Bluetooth Low Energy, or this system is not supported. ${VIRTUAL}`,
  silent: `Bluetooth does not answer: unplug the adapter and plug it in again, then run key doctor. ${VIRTUAL}`,
} as const;

/** First match wins: what noble, bleno, Node and the kernel say, and what helps. */
const CAUSES: readonly (readonly [RegExp, keyof typeof hints])[] = [
  [/bluetooth_hci_socket\.node|NODE_MODULE_VERSION|ERR_DLOPEN_FAILED/i, 'noAddon'],
  [/MODULE_NOT_FOUND.*bluetooth-hci-socket|No native build was found/i, 'noAddon'],
  [/MODULE_NOT_FOUND|Cannot find (module|package)/i, 'noPackage'],
  [/EAFNOSUPPORT|EPROTONOSUPPORT|address family not supported/i, 'noKernel'],
  [/ENODEV|no such device|No compatible USB/i, 'noAdapter'],
  [/EPERM|EACCES|operation not permitted|permission denied/i, 'forbidden'],
  [/EBUSY|EALREADY|EADDRINUSE/i, 'busy'],
  [/ENETDOWN|Network is down/i, 'off'],
  [/Unsupported platform/i, 'unsupported'],
];

/**
 * Translates what went wrong while loading or starting a radio stack; the hint names the fix. A
 * PhoneKeyError stays as it is.
 */
export const radioUnavailable = (error: unknown): PhoneKeyError => {
  if (error instanceof PhoneKeyError) return error;
  const message = errorMessage(error).split('\n')[0] ?? '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = CAUSES.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1];
  return new PhoneKeyError('radio.unavailable', `the Bluetooth radio does not start: ${message}`, {
    cause: error,
    ...(cause === undefined ? {} : { hint: hints[cause] }),
  });
};

/** The error for an adapter state as noble and bleno name it. */
export const stateUnavailable = (state: string): PhoneKeyError => {
  const hint = {
    unauthorized: hints.forbidden,
    unsupported: hints.unsupported,
    poweredOff: hints.off,
  }[state];
  return new PhoneKeyError('radio.unavailable', `the Bluetooth adapter is not on: ${state}`, {
    hint: hint ?? hints.silent,
    temporary: state === 'poweredOff',
  });
};
