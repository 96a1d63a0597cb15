import { describe, it, jest } from '@jest/globals';
import { rentOut } from './rental.js';

jest.setTimeout(300_000);

describe('a rental owner', () => {
  it('has ten thousand guests, and is rid of the last one', () => rentOut(10_000));
});
