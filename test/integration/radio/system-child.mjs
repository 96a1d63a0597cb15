/* global AbortController */
// The loaders for this machine's own adapter, with a virtual controller in the place of the native
// socket: as far as one can get without hardware. Prints what happened as JSON, and has to end by itself.
import Module from 'node:module';
import { hciSocketClass, VirtualAir } from '../../../dist/air/index.js';
import { nativeAdvertising, nativeScan } from '../../../dist/lib/native/advertisement.js';
import { nativeProfile } from '../../../dist/lib/native/profile.js';
import { systemClock as clock } from '../../../dist/lib/platform/clock.js';
import { openBlenoPeripheral, systemBleno } from '../../../dist/lib/radio/bleno.js';
import { openHciPeripheral, systemHci } from '../../../dist/lib/radio/hci.js';
import { openNobleCentral, systemNoble } from '../../../dist/lib/radio/noble.js';

/** Fails as the kernel does; also as a constructor. */
const failing = (code) =>
  function () {
    throw Object.assign(new Error(`${code}, as the kernel says it`), { code });
  };

const air = new VirtualAir();
let socketClass;
const load = Module._load;
Module._load = function (request, ...rest) {
  return request === '@abandonware/bluetooth-hci-socket'
    ? socketClass
    : load.call(this, request, ...rest);
};

/** noble caches the class it was given. */
const forgetNoble = () => {
  const { cache } = Module.createRequire(import.meta.url);
  for (const id of Object.keys(cache)) if (/[\\/]noble[\\/]/.test(id)) delete cache[id];
};

const open = async (opener, loader, socket) => {
  forgetNoble();
  socketClass = socket;
  try {
    return await opener({ load: loader, clock });
  } catch (error) {
    return { code: error.code, hint: error.hint };
  }
};

const listeners = () => ['exit', 'SIGINT'].map((event) => process.listenerCount(event));

const works = async () => {
  const rounds = [];
  const before = listeners();
  for (let round = 1; round <= 2; round++) {
    const controllers = [air.controller(), air.controller()];
    const [car, phone] = controllers.map(hciSocketClass);
    const peripheral = await open(openBlenoPeripheral, systemBleno, car);
    const central = await open(openNobleCentral, systemNoble, phone);
    const sigint = process.listenerCount('SIGINT') - before[1];
    await peripheral.start([{ profile: nativeProfile, onLink: () => undefined }]);
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(round))]);
    const stop = new AbortController();
    let heard;
    await central.scan(
      [nativeScan],
      (advertisement) => {
        heard = advertisement;
        stop.abort();
      },
      stop.signal,
    );
    const link = await central.connect(heard, nativeProfile);
    await central.close();
    await peripheral.close();
    const data = [...heard.serviceData[0].data];
    const { attHandle } = link;
    rounds.push({
      data,
      attHandle,
      sigint,
      left: listeners().map((count, i) => count - before[i]),
    });
    // The controllers stay on: nothing of the stacks may depend on them any more.
  }
  return rounds;
};

/** A car on our own host is heard, and says that its adapter is gone. */
const ownHost = async () => {
  const [car, phone] = [air.controller(), air.controller()];
  const peripheral = await open(openHciPeripheral, systemHci, hciSocketClass(car));
  const failed = new Promise((resolve) => {
    peripheral.start([{ profile: nativeProfile, onLink: () => undefined }], resolve);
  });
  await peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]);
  const central = await open(openNobleCentral, systemNoble, hciSocketClass(phone));
  const stop = new AbortController();
  let heard;
  await central.scan([nativeScan], (each) => stop.abort((heard = each)), stop.signal);
  const { attHandle } = await central.connect(heard, nativeProfile);
  await central.close();
  car.close();
  const { code, message } = await failed;
  await peripheral.close();
  const busy = class extends hciSocketClass(air.controller()) {
    bindUser = failing('EBUSY');
  };
  return { attHandle, code, message, busy: await open(openHciPeripheral, systemHci, busy) };
};

const refused = async (socket) => [
  await open(openNobleCentral, systemNoble, socket),
  await open(openBlenoPeripheral, systemBleno, socket),
];

const scenarios = {
  works,
  ownHost,
  EAFNOSUPPORT: () => refused(failing('EAFNOSUPPORT')),
  ENODEV: () => {
    const socket = hciSocketClass(air.controller());
    return refused(
      class extends socket {
        bindRaw = failing('ENODEV');
      },
    );
  },
};

console.log(JSON.stringify(await scenarios[process.argv[2]]()));
