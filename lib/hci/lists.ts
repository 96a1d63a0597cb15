import type { Before, Field } from './fields.js';
import { Layout } from './layout.js';
import type { Shape, Values } from './layout.js';
import type { Reader } from './reader.js';

type Items<S extends Shape> = Field<readonly Values<S>[]> & { readonly layout: Layout<S> };

/** Items of one layout, one behind the other, for as long as there are `more`. */
const itemsOf = <S extends Shape>(
  layout: Layout<S>,
  prefix: 0 | 1,
  max: number,
  take: (reader: Reader, before: Before) => Values<S>[],
): Items<S> => ({
  kind: 'list',
  layout,
  size: undefined,
  least: prefix,
  most: prefix + max * layout.most,
  min: 0,
  max,
  sizeOf: (items) => items.reduce<number>((sum, item) => sum + layout.sizeOf(item), prefix),
  read: take,
  write: (view, at, items) => {
    if (prefix === 1) view.setUint8(at, items.length);
    at += prefix;
    for (const item of items) {
      layout.put(view, at, item);
      at += layout.sizeOf(item);
    }
  },
  allows: (items) => items.length <= max && items.every((item) => layout.allows(item)),
});

const times = <S extends Shape>(layout: Layout<S>, count: number, reader: Reader): Values<S>[] =>
  Array.from({ length: count }, () => layout.take(reader));

/** Their number (1 byte), and the items. */
export const countedList = <S extends Shape>(shape: S): Items<S> => {
  const layout = new Layout(shape);
  return itemsOf(layout, 1, 0xff, (reader) => times(layout, reader.u8(), reader));
};

/** As many items as the fields before say, at most `max`. */
export const listOf = <S extends Shape>(
  max: number,
  count: (before: Before) => number,
  shape: S,
): Items<S> => {
  const layout = new Layout(shape);
  return itemsOf(layout, 0, max, (reader, before) => times(layout, count(before), reader));
};

/** Items until the packet ends; `bytes` of each, where the fields before say so. */
export const listToEnd = <S extends Shape>(
  shape: S,
  bytes?: (before: Before) => number,
): Items<S> => {
  const layout = new Layout(shape);
  return itemsOf(layout, 0, Infinity, (reader, before) => {
    const size = bytes?.(before);
    const items: Values<S>[] = [];
    while (reader.left > 0) {
      items.push(size === undefined ? layout.take(reader) : layout.read(reader.bytes(size)));
    }
    return items;
  });
};
