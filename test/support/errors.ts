import { expect } from '@jest/globals';
import type { ErrorCode } from '../../lib/errors.js';

/** Matches a PhoneKeyError of this code that also says something to people. */
export const errorWith = (code: ErrorCode): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(/\w/) });
