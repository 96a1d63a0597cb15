import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from '@jest/globals';
import { Rig } from './support/rig.js';

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const { status, body } = await new Rig().ask('GET', '/v1/openapi.json');
    expect(status).toBe(200);
    const validator = new Validator();
    const result = await validator.validate({ ...body });
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('is found wrong by the validator where it is', async () => {
    const { body } = await new Rig().ask('GET', '/v1/openapi.json');
    const untitled = { ...body, info: { version: '1' } };
    expect((await new Validator().validate(untitled)).valid).toBe(false);
  });

  it('has every route that the application has', async () => {
    const rig = new Rig();
    const { body } = await rig.ask('GET', '/v1/openapi.json');
    const told = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const there = rig.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/v1/openapi.json')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(new Set(there)).toEqual(new Set(told));
    expect(told.length).toBeGreaterThan(15);
  });
});
