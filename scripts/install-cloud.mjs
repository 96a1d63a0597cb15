// What `npm run typecheck:cloud` and `npm run test:cloud` need.
import { installCloud } from './tools.mjs';

try {
  installCloud();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
