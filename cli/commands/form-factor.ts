import { Option } from '@commander-js/extra-typings';
import type { FormFactor } from '../../lib/index.js';

/** Said here, so that help does not load the library. */
const FORM_FACTORS = [
  'phone',
  'watch',
  'tablet',
  'computer',
  'fob',
  'card',
] as const satisfies readonly FormFactor[];

export const formFactor = () =>
  new Option(
    '--form-factor <what>',
    'what this is to be in the list of keys (default: phone)',
  ).choices(FORM_FACTORS);
