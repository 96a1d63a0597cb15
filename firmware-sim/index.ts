/** `phonekey/sim`: a simulated car. See docs/guides/your-own-car.md. */
export * from './browser.js';
export type { Subscription } from '../local/rpc/client.js';
export { controlClient, controlPath } from './control/car-client.js';
export type { CarWatch, RemoteCar } from './control/car-client.js';
