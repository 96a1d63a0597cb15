import { describeKills } from './kill-while-pairing.js';

describeKills(Array.from({ length: 15 }, (_, index) => index + 1));
