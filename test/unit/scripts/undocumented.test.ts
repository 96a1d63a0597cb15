import { expect, it } from '@jest/globals';

interface Declaration {
  readonly name: string;
  readonly kindOf: (kind: string) => boolean;
  readonly children?: readonly Declaration[];
}
const { undocumented } = (await import(
  // @ts-expect-error a script without types
  '../../../scripts/reference/undocumented.mjs'
)) as { undocumented: (project: object, kinds: Record<string, string>) => string[] };

const KINDS = { Constructor: 'constructor', ClassOrInterface: 'class' };
const said = { hasVisibleComponent: () => true };
const declared = (name: string, rest: object = {}, kind = 'other'): Declaration => ({
  name,
  kindOf: (asked) => asked === kind,
  ...rest,
});

it('finds exports, and members of classes, that say nothing', () => {
  const members = [
    declared('constructor', {}, 'constructor'),
    declared('[asyncDispose]'),
    declared('told', { signatures: [{ comment: said }] }),
    declared('read', { getSignature: { comment: said } }),
    declared('silent', { signatures: [{}] }),
  ];
  const car = declared('Car', { comment: said, children: members }, 'class');
  const place = declared('Place', { comment: said, children: [declared('x')] });
  const again = declared('Car', { variant: 'reference' });
  const children = [
    car,
    place,
    again,
    declared('dark'),
    declared('empty', { comment: { hasVisibleComponent: () => false } }),
  ];
  expect(undocumented({ name: 'all', children: [{ name: 'phonekey', children }] }, KINDS)).toEqual([
    'phonekey: Car.silent',
    'phonekey: dark',
    'phonekey: empty',
  ]);
});
