import { describe, expect, it } from '@jest/globals';
import { manifestOf } from '../../../../lib/radio/loader/manifest.js';
import { loadPackage } from '../../../../lib/radio/loader/stack-loader.js';

const manifest = manifestOf('@abandonware/bleno', 'virtual air');

const load = (path: string, modules: Record<string, unknown> = {}, globals = {}): unknown =>
  loadPackage({ manifest, modules, globals })(path);

describe('the package loader', () => {
  it('makes new modules each time', () => {
    const [one, other] = [load('lib/characteristic'), load('lib/characteristic')];
    expect(typeof one).toBe('function');
    expect(one).not.toBe(other);
  });

  it('shares nothing between two loads of a file that was compiled once', () => {
    const [one, other] = ['lib/hci-socket/hci-status', 'lib/primary-service']
      .map((path) => [load(path) as { added?: boolean }, load(path) as { added?: boolean }])
      .map(([first, second]) => {
        if (first !== undefined) first.added = true;
        return second;
      });
    expect([one?.added, other?.added]).toEqual([undefined, undefined]);
  });

  it('gives each load its own globals', () => {
    const hosts = ['one', 'other'].map((name) => {
      const os = { platform: () => 'freebsd', release: () => '', hostname: () => 'nobody' };
      const process = { env: { BLENO_DEVICE_NAME: name } };
      const Gatt = load('lib/hci-socket/gatt', { os }, { process }) as new () => object;
      return JSON.stringify(new Gatt());
    });
    expect(hosts[0]).toContain(JSON.stringify([...Buffer.from('one')]));
    expect(hosts[1]).toContain(JSON.stringify([...Buffer.from('other')]));
  });

  it('makes each module once for one instance', () => {
    const require = loadPackage({ manifest, modules: {}, globals: {} });
    expect(require('lib/uuid-util')).toBe(require('lib/uuid-util.js'));
  });

  it('reads JSON', () => {
    expect(load('lib/hci-socket/hci-status')).toContain('Success');
  });

  it('gives the values of the caller for modules and globals', () => {
    const Socket = class {
      bindControl = (): void => undefined;
      start = (): void => undefined;
      on = (): void => undefined;
    };
    const os = { platform: () => 'freebsd', release: () => '', hostname: () => 'nobody' };
    const process = { env: { BLENO_DEVICE_NAME: 'given' } };
    const gatt = new (
      load(
        'lib/hci-socket/gatt',
        { '@abandonware/bluetooth-hci-socket': Socket, os },
        { process },
      ) as new () => { readonly _handles: readonly unknown[] }
    )();
    expect(JSON.stringify(gatt._handles)).toContain(JSON.stringify([...Buffer.from('given')]));
  });

  it('says so when the package is not there', () => {
    expect(() => manifestOf('not-installed', 'virtual air')).toThrow(
      expect.objectContaining({ code: 'MODULE_NOT_FOUND' }),
    );
  });
});
