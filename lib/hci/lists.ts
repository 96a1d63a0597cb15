import type { Before, Field } from './fields.js';
import { Layout } from './layout.js';
import type { Shape, Values } from './layout.js';
import type { Reader } from './reader.js';

/** Items of one layout, one behind the other. */
export interface ListField<S extends Shape = Shape> extends Field<readonly Values<S>[]> {
  readonly layout: Layout<S>;
  /** How many items there are, where the fields before say so. */
  readonly count?: (before: Before) => number;
  /** Bytes of each item, where the fields before say so. */
  readonly itemBytes?: (before: Before) => number;
}

const listOf = <S extends Shape>(
  shape: S,
  prefix: 0 | 1,
  max: number,
  read: (layout: Layout<S>, reader: Reader, before: Before) => Values<S>[],
): ListField<S> => {
  const layout = new Layout(shape);
  return {
    kind: 'list',
    layout,
    size: undefined,
    least: prefix,
    most: prefix + max * layout.most,
    min: 0,
    max,
    sizeOf: (items) => {
      let bytes: number = prefix;
      for (const item of items) bytes += layout.sizeOf(item);
      return bytes;
    },
    read: (reader, before) => read(layout, reader, before),
    write: (to, at, items) => {
      if (prefix === 1) to[at] = items.length;
      let end = at + prefix;
      for (const item of items) end = layout.put(to, end, item);
      return end;
    },
    allows: (items) => items.length <= max && items.every((item) => layout.allows(item)),
  };
};

const times = <S extends Shape>(layout: Layout<S>, count: number, reader: Reader): Values<S>[] =>
  Array.from({ length: count }, () => layout.take(reader));

/** Their number (1 byte), and the items. */
export const countedList = <S extends Shape>(shape: S): ListField<S> =>
  listOf(shape, 1, 0xff, (layout, reader) => times(layout, reader.u8(), reader));

/** As many items as the fields before say, at most `max`. */
export const listByCount = <S extends Shape>(
  max: number,
  count: (before: Before) => number,
  shape: S,
): ListField<S> => ({
  ...listOf(shape, 0, max, (layout, reader, before) => times(layout, count(before), reader)),
  count,
});

/** Items until the packet ends. */
export const listToEnd = <S extends Shape>(shape: S): ListField<S> =>
  listOf(shape, 0, Infinity, (layout, reader) => {
    const items: Values<S>[] = [];
    while (reader.left > 0) items.push(layout.take(reader));
    return items;
  });

/** The same, each of so many bytes. */
export const listBySize = <S extends Shape>(
  itemBytes: (before: Before) => number,
  shape: S,
): ListField<S> => ({
  ...listOf(shape, 0, Infinity, (layout, reader, before) => {
    const items: Values<S>[] = [];
    while (reader.left > 0) items.push(layout.read(reader.bytes(itemBytes(before))));
    return items;
  }),
  itemBytes,
});
