/** `phonekey/testing`: what tests of an application need. See docs/guides/test-runners.md. */
export * from '../lib/testing.js';
export type * from '../firmware-sim/browser.js';
export { openWindow } from './open-window.js';
export { startTestCar } from './test-car.js';
export type { TestCar, TestCarOptions } from './test-car.js';
