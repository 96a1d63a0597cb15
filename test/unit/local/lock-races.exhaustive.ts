import { describeRaces } from './lock-races.js';

describeRaces({ stride: 1, seeds: 500 });
