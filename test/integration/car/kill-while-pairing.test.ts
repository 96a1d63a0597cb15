import { describeKills } from './kill-while-pairing.js';

// Two commits of seven steps each; kill-while-pairing.exhaustive.ts takes every step.
describeKills([4, 8, 14, 15]);
