import { jest } from '@jest/globals';
import { viaSuite } from './via-suite.js';

jest.setTimeout(60_000);

/** The modes of which via.test.ts takes a sample. */
viaSuite(['refuse', 'slow', 'logged out', 'hung up', 'nonsense'], ['refuse', 'dns', 'logged out']);
