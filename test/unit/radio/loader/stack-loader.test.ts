import { describe, expect, it } from '@jest/globals';
import { loadStack } from '../../../../lib/radio/loader/stack-loader.js';

const Socket = (): void => undefined;

describe('a loaded stack', () => {
  it.each([
    ["this machine's own adapter", undefined],
    ['a virtual one', Socket],
  ])('tells a name that is not of the machine, on %s', (_which, socket) => {
    const { require } = loadStack('@abandonware/bleno', socket);
    const Gatt = require('lib/hci-socket/gatt') as new () => object;
    expect(JSON.stringify(new Gatt())).toContain(JSON.stringify([...Buffer.from('phonekey')]));
  });
});
