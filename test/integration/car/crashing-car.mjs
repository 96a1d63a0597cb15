// A car in a process of its own that kills itself with SIGKILL at the nth step on its disk.
// argv: directory of the built package, home, hub path, n (0: never). Lines: ready, code NNNNNNNN.
import { pathToFileURL } from 'node:url';

const [, , dist, home, hub, killAt] = process.argv;
const load = (path) => import(pathToFileURL(`${dist}/${path}`).href);
const { nodeDisk } = await load('local/files/disk.js');
const { SimulatedCar } = await load('firmware-sim/index.js');
const { connectOrStartHub } = await load('air/hub/connect.js');
const { loadBleno } = await load('air/load.js');
const { openBlenoPeripheral } = await load('lib/radio/bleno.js');
const { systemClock } = await load('lib/index.js');

let steps = 0;
let armed = false;
const step = (work) => {
  if (armed && ++steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  return work();
};

// Half of the data first: the kill may fall between.
const { createNew, rename, syncDirectory } = nodeDisk;
nodeDisk.createNew = (path) =>
  step(async () => {
    const file = await createNew(path);
    let begun = false;
    return {
      write: (bytes) => {
        const part = begun ? bytes : bytes.subarray(0, bytes.length >> 1);
        begun = true;
        return step(() => file.write(part));
      },
      sync: () => step(() => file.sync()),
      close: () => step(() => file.close()),
    };
  });
nodeDisk.rename = (from, to) => step(() => rename(from, to));
nodeDisk.syncDirectory = (path) => step(() => syncDirectory(path));

const transport = await connectOrStartHub(hub, { label: 'crashing car' });
const car = await SimulatedCar.start({
  name: 'Crashing car',
  home,
  peripheral: await openBlenoPeripheral({
    clock: systemClock,
    load: () => Promise.resolve(loadBleno(transport)),
  }),
  onEvent: ({ type }) => {
    if (type === 'pairing-opened') void showCode();
  },
});
const showCode = async () => {
  const { code } = await car.control.screen();
  armed = true;
  console.log(`code ${code}`);
};
await car.control.tap({ reader: 'console', purpose: 'pair', role: 'driver' });
process.once('SIGTERM', () => {
  void car.stop();
});
