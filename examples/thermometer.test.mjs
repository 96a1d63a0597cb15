import { afterEach, expect, test } from '@jest/globals';
import { loadBleno, loadNoble, VirtualAir } from 'phonekey/air';

const SERVICE = '181b0000c0ffee00b1e55ed000000000';
const TEMPERATURE = '181b0001c0ffee00b1e55ed000000000';
const air = new VirtualAir({ seed: 'thermometer' });
afterEach(() => air.close());

/** The peripheral takes any bleno, so it runs on a real adapter, too. */
const startThermometer = async (bleno, celsius) => {
  const temperature = new bleno.Characteristic({
    uuid: TEMPERATURE,
    properties: ['read'],
    onReadRequest: (_offset, answer) => answer(0, Buffer.from([celsius()])),
  });
  await new Promise((resolve) => bleno.on('stateChange', resolve));
  bleno.setServices([new bleno.PrimaryService({ uuid: SERVICE, characteristics: [temperature] })]);
  bleno.startAdvertising('thermometer', [SERVICE]);
};

/** The central finds a thermometer and reads it. */
const readTemperature = async (noble) => {
  await noble.startScanningAsync([SERVICE], false);
  const found = await new Promise((resolve) => noble.once('discover', resolve));
  await found.connectAsync();
  const { characteristics } = await found.discoverAllServicesAndCharacteristicsAsync();
  const temperature = characteristics.find(({ uuid }) => uuid === TEMPERATURE);
  const [celsius] = await temperature.readAsync();
  return { name: found.advertisement.localName, rssi: found.rssi, celsius };
};

test('a phone three metres away reads the thermometer', async () => {
  await startThermometer(loadBleno(air.controller()).bleno, () => 21);
  const { noble } = loadNoble(air.controller({ position: { x: 3, y: 0 } }));
  expect(await readTemperature(noble)).toEqual({ name: 'thermometer', rssi: -69, celsius: 21 });
});
