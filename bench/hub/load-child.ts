/** Loads noble and bleno again and again in one process, and says how many milliseconds each load took. */
import { loadBleno, loadNoble, VirtualAir } from '../../air/index.js';

const LOADS = 20;

const air = new VirtualAir({ seed: 'bench' });
const times: number[] = [];
for (let i = 0; i < LOADS; i++) {
  const before = performance.now();
  const handles = [loadNoble(air.controller()), loadBleno(air.controller())];
  times.push(performance.now() - before);
  for (const handle of handles) handle.close();
}
console.log(JSON.stringify(times));
