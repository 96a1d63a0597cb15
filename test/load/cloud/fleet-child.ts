/** Cars of the cloud in a process of their own: says when each comes and goes, and, asked for it, what they have done. */
import { loadCar } from '../../../cli/cloud/package.js';
import { startLightCar } from './light-car.js';
import type { LightCar } from './light-car.js';
import type { FromFleet, ToFleet } from './messages.js';

const say = (message: FromFleet): void => void process.send?.(message);
const cars = new Map<string, LightCar>();

const start = async ({ brokerUrl, cars: all, forgets }: ToFleet & { type: 'start' }) => {
  const { connectCar } = await loadCar();
  for (const { id, secret, seed } of all) {
    const channel = connectCar({ brokerUrl, car: id, secret });
    const onConnected = (connected: boolean): void => {
      say({ type: 'connected', car: id, connected });
    };
    cars.set(id, await startLightCar({ seed, channel, onConnected, forgets }));
  }
};

process.on('message', (message: ToFleet) => {
  if (message.type === 'start') void start(message);
  else {
    const told = [...cars].map(([id, { done, objects }]) => ({
      id,
      done: [...done],
      objects: [...objects],
    }));
    say({ type: 'told', cars: told });
  }
});
process.once('disconnect', () => process.exit());
