/**
 * A host in a process of its own: `node host.mjs ROLE HUB_PATH NAME [X]`.
 * ROLE starter: starts the hub or joins it. car: the same, with a bleno that echoes what is written.
 * phone: joins, with a noble that connects to NAME. Says `up` (then `linked`, `unlinked`) on stdout;
 * takes `disconnect` and `move X` on stdin, and ends when stdin does.
 */
import { createInterface } from 'node:readline';
import { connectHub, connectOrStartHub, loadBleno, loadNoble } from '../../../../dist/air/index.js';

const SERVICE = '9f3c0001e5a94d1b8c7a2b6d5e4f3a21';
const WRITE = '9f3c0002e5a94d1b8c7a2b6d5e4f3a21';
const NOTIFY = '9f3c0003e5a94d1b8c7a2b6d5e4f3a21';

const [role, path, name, x = '0'] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);
const options = { label: name, position: { x: Number(x), y: 0 } };

const startCar = (transport) => {
  const { bleno, close } = loadBleno(transport);
  const { Characteristic, PrimaryService } = bleno;
  let update;
  const toCar = new Characteristic({
    uuid: WRITE,
    properties: ['write', 'writeWithoutResponse'],
    onWriteRequest: (data, _offset, _withoutResponse, callback) => {
      callback(Characteristic.RESULT_SUCCESS);
      update?.(data);
    },
  });
  const fromCar = new Characteristic({
    uuid: NOTIFY,
    properties: ['notify'],
    onSubscribe: (_size, callback) => (update = callback),
    onUnsubscribe: () => (update = undefined),
  });
  bleno.on('accept', () => say('linked'));
  bleno.on('disconnect', () => say('unlinked'));
  bleno.on('stateChange', (state) => {
    if (state !== 'poweredOn') return;
    bleno.setServices([new PrimaryService({ uuid: SERVICE, characteristics: [toCar, fromCar] })]);
    bleno.startAdvertising(name, [SERVICE], () => say('up'));
  });
  return { close, disconnect: () => bleno.disconnect() };
};

const startPhone = (transport) => {
  const { noble, close } = loadNoble(transport);
  let peripheral;
  noble.on('discover', (found) => {
    if (found.advertisement.localName !== name || peripheral !== undefined) return;
    peripheral = found;
    peripheral.on('connect', () => say('linked'));
    peripheral.on('disconnect', () => say('unlinked'));
    peripheral.connect();
  });
  noble.on('stateChange', (state) => {
    if (state !== 'poweredOn') return;
    noble.startScanning([SERVICE], true);
    say('up');
  });
  return { close, disconnect: () => peripheral.disconnect() };
};

const startNothing = (transport) => {
  say('up');
  return { close: () => transport.close(), disconnect: () => undefined };
};

const transport = await (role === 'phone' ? connectHub : connectOrStartHub)(path, options);
const start = { car: startCar, phone: startPhone, starter: startNothing }[role];
const host = start(transport);
transport.onClose(() => say('closed'));
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(' ');
  if (command === 'disconnect') host.disconnect();
  if (command === 'move') transport.moveTo(Number(argument), 0);
}
host.close();
