import { Option } from '@commander-js/extra-typings';
import { FORM_FACTORS } from '../../lib/domain/names.js';

export const formFactor = () =>
  new Option(
    '--form-factor <what>',
    'what this is to be in the list of keys (default: phone)',
  ).choices(FORM_FACTORS);
