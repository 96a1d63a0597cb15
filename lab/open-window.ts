export { openWindow } from '../testing/open-window.js';
