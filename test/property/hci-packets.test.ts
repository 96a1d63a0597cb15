import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VENDOR_DECLARATIONS } from '../../air/vendor.js';
import { ATT_PDUS } from '../../lib/hci/att/pdus.js';
import { HCI_COMMANDS } from '../../lib/hci/commands/index.js';
import { EVENTS } from '../../lib/hci/events/index.js';
import type { Field } from '../../lib/hci/fields.js';
import type { Layout, Shape } from '../../lib/hci/layout.js';
import type { ListField } from '../../lib/hci/lists.js';

const DECLARED: readonly (readonly [name: string, layout: Layout<Shape>])[] = [
  ...[...HCI_COMMANDS.values(), ...VENDOR_DECLARATIONS.values()].flatMap(
    ({ name, parameters, returned }) =>
      [
        [name, parameters],
        [`${name}, returned`, returned],
      ] as const,
  ),
  ...EVENTS.map(({ name, parameters }) => [name, parameters] as const),
  ...[...ATT_PDUS.values()].map(({ name, parameters }) => [name, parameters] as const),
];

const MOST_BYTES = 64;
const MOST_ITEMS = 4;

type Drawn = Readonly<Record<string, unknown>>;

/** A value within its bounds; bytes of a length that `bytes` or the declaration gives. */
const valueOf = (
  field: Field<unknown>,
  before: Drawn,
  bytes: number | undefined,
): fc.Arbitrary<unknown> => {
  const { kind, size, min, max } = field;
  if (kind === 'number') return fc.integer({ min, max });
  if (kind === 'bytes') {
    const isGiven = bytes !== undefined && size === undefined;
    const maxLength = isGiven ? bytes : Math.min(max, Math.max(min, MOST_BYTES));
    return fc.uint8Array({ minLength: isGiven ? bytes : min, maxLength });
  }
  const { layout, count, itemBytes } = field as ListField;
  const items = count?.(before);
  return fc.array(valuesOf(layout, itemBytes && itemBytes(before) - layout.least), {
    minLength: items ?? 0,
    maxLength: items ?? MOST_ITEMS,
  });
};

/** @param bytes of the field of variable size */
const valuesOf = (layout: Layout<Shape>, bytes?: number): fc.Arbitrary<Drawn> =>
  layout.fields.reduce<fc.Arbitrary<Drawn>>(
    (values, [name, field]) =>
      values.chain((before) =>
        valueOf(field, before, bytes).map((value) => ({ ...before, [name]: value })),
      ),
    fc.constant({}),
  );

/** The values, or undefined for what is not as declared. */
const parse = (layout: Layout<Shape>, bytes: Uint8Array): Drawn | undefined => {
  const values = layout.exact(bytes);
  return values !== undefined && layout.allows(values) ? values : undefined;
};

const RUNS = { numRuns: 20 };

describe('every declared packet', () => {
  it.each(DECLARED)('%s: what was built is parsed, and no byte more or less', (_, layout) => {
    fc.assert(
      fc.property(valuesOf(layout), (values) => {
        const bytes = layout.build(values);
        expect(parse(layout, bytes)).toEqual(values);
        expect(bytes.length).toBeGreaterThanOrEqual(layout.least);
        expect(bytes.length).toBeLessThanOrEqual(layout.most);
        if (layout.size === undefined) return;
        expect(parse(layout, Uint8Array.of(...bytes, 0))).toBeUndefined();
        if (bytes.length > 0) expect(parse(layout, bytes.subarray(1))).toBeUndefined();
      }),
      RUNS,
    );
  });

  it.each(DECLARED)('%s: of any bytes, those that parse are built again', (_, layout) => {
    const { least, most } = layout;
    const maxLength = Math.min(most, least + MOST_BYTES);
    const likely = fc.uint8Array({ minLength: least, maxLength });
    fc.assert(
      fc.property(fc.oneof(likely, fc.uint8Array({ maxLength: 258 })), (bytes) => {
        const values = parse(layout, bytes);
        if (values !== undefined) expect(layout.build(values)).toEqual(bytes);
      }),
      RUNS,
    );
  });
});

describe('bounds', () => {
  it('are kept by parse, and not by read', () => {
    for (const [, layout] of DECLARED) {
      for (const [name, field] of layout.fields) {
        if (field.kind !== 'number' || layout.size === undefined) continue;
        const [values] = fc.sample(valuesOf(layout), 1);
        const bytes = layout.build({ ...values, [name]: field.max + 1 });
        const read = layout.read(bytes);
        const isOut = Number(read[name]) > field.max;
        expect(parse(layout, bytes) === undefined).toBe(isOut || !layout.allows(read));
      }
    }
  });
});

describe('what is told', () => {
  it('is never a key', () => {
    const secrets = /key|irk|random|diversifier/i;
    for (const [, { fields }] of DECLARED) {
      const told = fields.filter(([name, field]) => secrets.test(name) && field.name !== undefined);
      expect(told).toEqual([]);
    }
  });
});
