import type { Layout, Shape } from '../../lib/hci/layout.js';
import { readAdvertisingData, describeAdvertisingData } from './advertising-data.js';
import { printable } from './fields.js';
import type { Fields, FieldValue } from './fields.js';

/** Of `tell`, bytes as what they mean. */
const described = (told: Readonly<Record<string, FieldValue | Uint8Array>>): Fields =>
  Object.fromEntries(
    Object.entries(told).map(([name, value]): [string, FieldValue] => [
      name,
      value instanceof Uint8Array ? describeValue(name, value) : value,
    ]),
  );

/**
 * What is told of the parameters of a packet: nothing of one that is not declared, and never a key.
 * @throws PacketError
 */
export const describeBytes = (layout: Layout<Shape> | undefined, bytes: Uint8Array): Fields =>
  described(layout?.describe(bytes) ?? {});

/** The same of parameters of which the end is missing. */
export const describeBytesPart = (layout: Layout<Shape> | undefined, bytes: Uint8Array): Fields =>
  described(layout?.describePart(bytes) ?? {});

/** Of bytes that mean something: a label, or advertising data. */
const describeValue = (name: string, value: Uint8Array): FieldValue =>
  name === 'label'
    ? printable(Buffer.from(value).toString('utf8'))
    : describeAdvertisingData(readAdvertisingData(value), (uuid) => uuid);
