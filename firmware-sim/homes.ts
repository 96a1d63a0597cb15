/** What a car does in its directory: `#car-homes` of package.json on Node. */
export { controlPath } from './control/car-client.js';
export { openControlDoor } from './control/car-server.js';
export { lockHome } from './memory/home.js';
export { openHomeMemory } from './memory/open.js';
