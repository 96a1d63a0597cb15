import { jest } from '@jest/globals';
import { anyMode, viaSuite } from './via-suite.js';

jest.setTimeout(60_000);

viaSuite(['500', 'timeout', 'dns'], ['500']);
anyMode();
