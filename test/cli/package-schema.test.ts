import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const folder = join(process.cwd(), 'lib/native/schema');
const checksums = JSON.parse(readFileSync(join(folder, 'gen/checksums.json'), 'utf8')) as Record<
  string,
  string
>;
const sha256 = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');
const schemas = readdirSync(folder).filter((name) => name.endsWith('.proto'));

/** `npm run proto:check` compares with what buf generates; this does without buf and the network. */
describe('the schema and its generated code', () => {
  it('are both there', () => {
    expect(schemas).toContain('phonekey.proto');
    expect(Object.keys(checksums)).toHaveLength(3 * schemas.length);
  });

  it.each(schemas)('belong together: %s (else run npm run proto)', (schema) => {
    const [name] = schema.split('.');
    expect(checksums[schema]).toBe(sha256(join(folder, schema)));
    expect(checksums[`${name!}.ts`]).toBe(sha256(join(folder, `gen/${name!}.ts`)));
    expect(checksums[`${name!}_pb.ts`]).toBe(sha256(`test/support/schema/${name!}_pb.ts`));
  });
});
