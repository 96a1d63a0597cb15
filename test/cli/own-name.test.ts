import { expect, it } from '@jest/globals';
import { join, resolve } from 'node:path';
import { ownName } from '../../cli/own-name.js';

it.each([
  ['an installed command', '/usr/local/bin/key', 'key'],
  ['a dependency', '/work/app/node_modules/.bin/key', 'npx key'],
  ['a clone', '/work/phonekey/dist/bin/key.js', `node ${join('dist', 'bin', 'key.js')}`],
  ['a clone elsewhere', '/work/my key/key.js', `node '${join('..', 'my key', 'key.js')}'`],
])('the command is called as it is here: %s', (_what, program, name) => {
  expect(ownName(resolve(program), resolve('/work/phonekey'))).toBe(name);
});
