/** `phonekey/sim`: a simulated car. See docs/guides/test-without-hardware.md. */
export * from './browser.js';
export { controlClient, noAnswer } from './control/client.js';
export { controlPath } from './control/path.js';
export { FileMemory } from './memory/file-memory.js';
