import { describe, expect, it } from '@jest/globals';
import { openRadio } from '../../cli/config/radio.js';
import type { GlobalOptions } from '../../cli/global-options.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { testContext, testHost } from '../support/cli-host.js';

const noAir = new PhoneKeyError('radio.unavailable', 'no virtual air is running', { hint: 'x' });
const unavailable = new PhoneKeyError('radio.unavailable', 'off');

/** Opens a radio on a machine with or without an adapter, which opens or fails. */
const open = async (
  radio: GlobalOptions['radio'],
  adapter: boolean,
  failure?: Error,
  more: Partial<GlobalOptions> = {},
  air: 'starts' | 'runs' | 'is missing' = 'starts',
) => {
  const host = testHost();
  const asked: string[] = [];
  const openers = {
    ble: async () => {
      asked.push('ble');
      await Promise.resolve();
      if (failure !== undefined) throw failure;
      return 'opened';
    },
    virtual: async (onStart?: () => void) => {
      asked.push('virtual');
      if (air === 'starts') onStart?.();
      await Promise.resolve();
      if (air === 'is missing') throw noAir;
      return 'opened';
    },
  };
  const context = testContext(host, { ...more, radio, home: '/nowhere' });
  const result = await openRadio(context, openers, () => Promise.resolve(adapter)).catch(
    (error: unknown) => error,
  );
  return { result, asked, said: host.written.err };
};

describe('--radio', () => {
  it('auto takes the adapter and says nothing', async () => {
    expect(await open('auto', true)).toEqual({
      result: { opened: 'opened', radio: 'ble' },
      asked: ['ble'],
      said: '',
    });
  });

  it.each([
    ['no adapter', false, undefined, ['virtual']],
    ['an adapter that does not work', true, unavailable, ['ble', 'virtual']],
  ])(
    'auto with %s takes the virtual air, and says so where it starts that',
    async (_what, adapter, failure, asked) => {
      const taken = { result: { opened: 'opened', radio: 'virtual' }, asked };
      expect(await open('auto', adapter, failure)).toEqual({
        ...taken,
        said: expect.stringMatching(/^no usable Bluetooth adapter, .*virtual air.*\n$/),
      });
      expect(await open('auto', adapter, failure, {}, 'runs')).toEqual({ ...taken, said: '' });
      const { result } = await open('auto', adapter, failure, {}, 'is missing');
      expect(result).toMatchObject({
        code: 'radio.unavailable',
        message: 'no usable Bluetooth adapter, and no virtual air is running',
        hint: 'x',
      });
    },
  );

  it('auto hides no other failure', async () => {
    const bug = new TypeError('bug');
    expect(await open('auto', true, bug)).toMatchObject({ result: bug, asked: ['ble'] });
  });

  it('ble never falls back', async () => {
    expect(await open('ble', false, unavailable)).toMatchObject({
      result: unavailable,
      asked: ['ble'],
    });
  });

  it('a capture is of the virtual air, whatever adapter there is', async () => {
    const capture = { capture: 'file' };
    expect(await open('auto', true, undefined, capture)).toEqual({
      result: { opened: 'opened', radio: 'virtual' },
      asked: ['virtual'],
      said: expect.stringMatching(/^.*virtual air.*--capture/),
    });
    expect(await open('ble', true, undefined, capture)).toMatchObject({
      result: { code: 'usage.invalid' },
      asked: [],
    });
  });

  it('virtual never touches the adapter', async () => {
    expect(await open('virtual', true)).toEqual({
      result: { opened: 'opened', radio: 'virtual' },
      asked: ['virtual'],
      said: '',
    });
  });
});
