#!/usr/bin/env node
// What `npm run proto` has buf run for lib/native/schema/gen: types and tables for lib/native/wire.ts, which knows
// uint32, bool, enum, bytes, string and messages, singular, repeated and in a oneof, and scalars that are optional.
// Anything else is an error.
import { ScalarType } from '@bufbuild/protobuf';
import { createEcmaScriptPlugin, runNodeJs } from '@bufbuild/protoplugin';

const SCALARS = {
  [ScalarType.UINT32]: ['uint32', 'number'],
  [ScalarType.BOOL]: ['bool', 'boolean'],
  [ScalarType.BYTES]: ['bytes', 'Uint8Array'],
  [ScalarType.STRING]: ['string', 'string'],
};

/** The type of a field in its table, and in TypeScript. */
function typesOf(field) {
  const scalar = SCALARS[field.scalar];
  if (field.fieldKind === 'map' || (!field.message && !field.enum && !scalar)) {
    throw new Error(`${field}: lib/native/wire.ts does not know this type`);
  }
  if (field.message) return [`${field.message.name}Schema`, field.message.name];
  return field.enum ? ["'enum'", field.enum.name] : [`'${scalar[0]}'`, scalar[1]];
}

/** Whether it is there counts, also where it is zero. */
const isOptional = (field) => field.fieldKind === 'scalar' && field.proto.proto3Optional;

/** An object, not an enum of TypeScript: that has the names by number as well, which a page would load. */
function printEnum(f, { name, values }) {
  f.print('export const ', name, ' = {');
  for (const { localName, number } of values) f.print('  ', localName, ': ', number, ',');
  f.print('} as const;');
  f.print('export type ', name, ' = (typeof ', name, ')[keyof typeof ', name, '];', '\n');
}

function printMessage(f, message) {
  f.print('export interface ', message.name, ' {');
  for (const member of message.members) {
    if (member.kind === 'oneof') {
      f.print('  readonly ', member.localName, ':');
      for (const field of member.fields) {
        f.print(
          "    | { readonly case: '",
          field.localName,
          "'; readonly value: ",
          typesOf(field)[1],
          ' }',
        );
      }
      f.print('    | { readonly case: undefined; readonly value?: undefined };');
    } else {
      const list = member.fieldKind === 'list' ? 'readonly ' : '';
      const colon = isOptional(member) ? '?: ' : ': ';
      f.print('  readonly ', member.localName, colon, list, typesOf(member)[1], list && '[]', ';');
    }
  }
  f.print('}', '\n');
  f.print('export const ', message.name, 'Schema: Schema<', message.name, '> = {');
  f.print("  name: '", message.name, "',");
  f.print('  fields: [');
  for (const field of [...message.fields].sort((a, b) => a.number - b.number)) {
    const { number, localName, oneof } = field;
    const rest = oneof
      ? `, oneof: '${oneof.localName}'`
      : field.fieldKind === 'list'
        ? ', list: true'
        : isOptional(field)
          ? ', optional: true'
          : '';
    f.print(
      '    { number: ',
      number,
      ", name: '",
      localName,
      "', type: ",
      typesOf(field)[0],
      rest,
      ' },',
    );
  }
  f.print('  ],');
  f.print('};', '\n');
}

/** Each after those that it is made of. */
function inOrder(messages) {
  const ordered = new Set();
  const visit = (message) => {
    for (const field of message.fields) if (field.message) visit(field.message);
    ordered.add(message);
  };
  messages.forEach(visit);
  return ordered;
}

runNodeJs(
  createEcmaScriptPlugin({
    name: 'phonekey-wire',
    version: '1',
    generateTs(schema) {
      for (const file of schema.files) {
        const f = schema.generateFile(`${file.name}.ts`);
        f.preamble(file);
        f.print("import type { Schema } from '../../wire.js';", '\n');
        for (const each of file.enums) printEnum(f, each);
        for (const message of inOrder(file.messages)) printMessage(f, message);
      }
    },
  }),
);
