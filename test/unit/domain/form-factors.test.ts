import { describe, expect, it } from '@jest/globals';
import { FORM_FACTORS } from '../../../lib/domain/names.js';
import { formFactors, knownFormFactor } from '../../../lib/native/numbers.js';
import { FormFactorSchema } from '../../support/schema/phonekey_pb.js';

describe('form factors', () => {
  it('are those of the wire, with their numbers', () => {
    const wire = FormFactorSchema.values.map(({ name, number }) => [
      name.replace('FORM_FACTOR_', '').toLowerCase().replace('unspecified', 'unknown'),
      number,
    ]);
    const words = ['unknown', ...FORM_FACTORS] as const;
    expect(words.map((word) => [word, formFactors.of(word)])).toEqual(wire);
    expect(words.map((word) => formFactors.word(formFactors.of(word)))).toEqual(words);
  });

  it('are left out where nothing was said, and where a later version has others', () => {
    expect(knownFormFactor(formFactors.of('watch'))).toEqual({ formFactor: 'watch' });
    for (const other of [0, 7, 200]) expect(knownFormFactor(other)).toEqual({});
  });
});
