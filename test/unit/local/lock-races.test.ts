import { describeRaces } from './lock-races.js';

// A sample; lock-races.exhaustive.ts takes more.
describeRaces({ stride: 10, seeds: 40 });
