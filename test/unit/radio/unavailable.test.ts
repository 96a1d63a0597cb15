import { describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import { radioUnavailable, stateUnavailable } from '../../../lib/radio/stack.js';

const system = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code });

describe('what keeps a radio from starting', () => {
  const cases: [Error, RegExp][] = [
    [system('MODULE_NOT_FOUND', "Cannot find module '@abandonware/noble'"), /npm install/],
    [system('ERR_MODULE_NOT_FOUND', "Cannot find package '@abandonware/bleno'"), /npm install/],
    [
      system(
        'MODULE_NOT_FOUND',
        "Cannot find module '../build/Release/bluetooth_hci_socket.node'\nRequire stack: ...",
      ),
      /native Bluetooth socket/,
    ],
    [
      system('MODULE_NOT_FOUND', "Cannot find module '@abandonware/bluetooth-hci-socket'"),
      /native Bluetooth socket/,
    ],
    [
      system('ERR_DLOPEN_FAILED', 'compiled against a different version'),
      /native Bluetooth socket/,
    ],
    [system('EAFNOSUPPORT', 'Address family not supported by protocol'), /kernel or container/],
    [new Error('ENODEV, No such device'), /plug one in/],
    [new Error('Initialization of USB device failed: EPERM, Operation not permitted'), /setcap/],
    [system('EBUSY', 'Device or resource busy'), /Another program/],
    [new Error('Network is down'), /bluetoothctl power on/],
    [new Error('Unsupported platform sunos'), /not supported/],
  ];
  const named = cases.map(([error, hint]) => [String(error).split('\n')[0], error, hint] as const);
  it.each(named)('%s', (_name, error, hint) => {
    const translated = radioUnavailable(error);
    expect(translated.code).toBe('radio.unavailable');
    expect(translated.hint).toMatch(hint);
    expect(translated.hint).toContain('Or use the virtual air.');
    expect(translated.message).not.toContain('\n');
    expect(translated.cause).toBe(error);
  });

  it('says that a package is missing without the words of Node', () => {
    const socket = new Error("Cannot find module '../build/Release/bluetooth_hci_socket.node'");
    expect(radioUnavailable(Object.assign(socket, { code: 'MODULE_NOT_FOUND' })).message).toBe(
      'the Bluetooth radio does not start: the native Bluetooth socket is not built for this Node.js',
    );
    const noble = new Error("Cannot find module '@abandonware/noble'");
    expect(radioUnavailable(noble).message).toMatch(/start: noble or bleno is not installed$/);
  });

  it('has the general hint for anything else, and leaves our own errors alone', () => {
    expect(radioUnavailable('odd').hint).toContain('use another radio');
    const own = new PhoneKeyError('sim.not-running', 'no air');
    expect(radioUnavailable(own)).toBe(own);
  });

  it('may pass when the adapter is only switched off', () => {
    expect(stateUnavailable('poweredOff').temporary).toBe(true);
    expect(stateUnavailable('unauthorized').temporary).toBe(false);
    expect(stateUnavailable('unknown').hint).toContain('does not answer');
  });
});
