import { describe, it } from '@jest/globals';
import { rentOut } from './rental.js';

describe('a rental owner', () => {
  it('forgets what was revoked of guests whose time is over, and is rid of the last one', () =>
    rentOut(400));
});
