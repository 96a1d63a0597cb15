import { describe, expect, it } from '@jest/globals';
import {
  checkSettings,
  differences,
  hubArguments,
  isSeed,
  parseHubArguments,
} from '../../../air/hub/settings.js';
import type { HubSettings } from '../../../air/hub/settings.js';

describe('the arguments of the hub process', () => {
  it.each<[HubSettings, string[]]>([
    [{}, []],
    [{ seed: 'abc' }, ['--seed=abc']],
    [{ seed: '--seed', pace: 'real' }, ['--seed=--seed', '--pace=real']],
    [{ faults: 'drop=0.1, mtu=23' }, ['--faults=drop=0.1, mtu=23']],
  ])('are those of %j', (settings, options) => {
    const args = hubArguments('/x/hub.sock', settings);
    expect(args).toEqual([...options, '--', '/x/hub.sock']);
    const parsed = parseHubArguments(args);
    expect(parsed).toEqual({ path: '/x/hub.sock', settings });
  });

  it('are read back whatever the path begins with', () => {
    const args = hubArguments('--pace=real', { seed: 'a' });
    expect(parseHubArguments(args)).toEqual({ path: '--pace=real', settings: { seed: 'a' } });
  });

  it.each([[[]], [['a', 'b']], [['--pace=slow', 'a']], [['--unknown=1', 'a']], [['--seed', 'a']]])(
    'are not %j',
    (args) => {
      expect(() => parseHubArguments(args)).toThrow('not the arguments of a hub');
    },
  );
});

describe('a seed', () => {
  it.each([
    ['0', true],
    ['x'.repeat(64), true],
    ['--=~!', true],
    ['', false],
    ['x'.repeat(65), false],
    ['a b', false],
    ['é', false],
    ['a\n', false],
  ])('%j: %s', (text, valid) => {
    expect(isSeed(text)).toBe(valid);
  });
});

describe('settings', () => {
  it.each<[HubSettings, boolean]>([
    [{}, true],
    [{ seed: 'a', pace: 'real', faults: 'loss=0.1,stall=peripheral:3' }, true],
    [{ seed: 'a b' }, false],
    [{ faults: 'rust=1' }, false],
    [{ faults: '' }, false],
  ])('%j can be had: %s', (settings, possible) => {
    const check = () => {
      checkSettings(settings);
    };
    if (possible) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});

describe('the difference between settings', () => {
  const inForce = { seed: 'a', pace: 'instant', faults: null } as const;

  it('is what was asked for and is not so', () => {
    expect(differences({}, inForce)).toEqual([]);
    expect(differences({ seed: 'a', pace: 'instant', faults: undefined }, inForce)).toEqual([]);
    expect(differences({ seed: 'b', pace: 'real', faults: 'drop' }, inForce)).toEqual([
      'seed a, not b',
      'pace instant, not real',
      'faults none, not drop',
    ]);
  });
});
