import { describe, expect, it } from '@jest/globals';
import { openRadio } from '../../cli/config/radio.js';
import type { GlobalOptions } from '../../cli/global-options.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { testContext, testHost } from '../support/cli-host.js';

const unavailable = new PhoneKeyError('radio.unavailable', 'off');

/** Opens a radio on a machine with or without an adapter, which opens or fails. */
const open = async (
  radio: GlobalOptions['radio'],
  adapter: boolean,
  failure?: Error,
  more: Partial<GlobalOptions> = {},
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
    virtual: async () => {
      asked.push('virtual');
      return Promise.resolve('opened');
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
  ])('auto with %s takes the virtual air and says so', async (_what, adapter, failure, asked) => {
    expect(await open('auto', adapter, failure)).toEqual({
      result: { opened: 'opened', radio: 'virtual' },
      asked,
      said: expect.stringMatching(/^.*virtual air/),
    });
  });

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
