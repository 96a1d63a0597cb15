import { describe, expect, it } from '@jest/globals';
import {
  FORM_FACTOR_NAMES,
  formFactorFromName,
  formFactorName,
} from '../../../lib/credentials/form-factors.js';
import type { FormFactor } from '../../../lib/native/schema/gen/phonekey_pb.js';
import { FormFactorSchema } from '../../../lib/native/schema/gen/phonekey_pb.js';

describe('form factors', () => {
  it('are those of the wire, with their numbers', () => {
    const wire = FormFactorSchema.values.map(({ name, number }) => [
      name.replace('FORM_FACTOR_', '').toLowerCase().replace('unspecified', 'unknown'),
      number,
    ]);
    const named = (['unknown', ...FORM_FACTOR_NAMES] as const).map((name) => [
      name,
      formFactorFromName(name),
    ]);
    expect(named).toEqual(wire);
    for (const [name, number] of named) expect(formFactorName(number as FormFactor)).toBe(name);
  });

  it('are unknown where a later version has others', () => {
    for (const later of [7, 200] as unknown[]) {
      expect(formFactorName(later as FormFactor)).toBe('unknown');
    }
  });
});
