import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadStack } from '../../../../lib/radio/loader/stack-loader.js';

const Socket = (): void => undefined;

const modules = mkdtempSync(join(tmpdir(), 'key-'));
afterAll(() => rmSync(modules, { recursive: true }));

/** A package that gives what it gets for its HCI socket, installed for a file of another folder. */
const install = (name: string, socket: string): string => {
  const folder = join(modules, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'index.js'), `module.exports = require(${JSON.stringify(socket)});`);
  return join(modules, 'app.js');
};

describe('a loaded stack', () => {
  it.each([
    ['@abandonware/other', '@abandonware/bluetooth-hci-socket', Socket],
    ['@stoprocent/other', '@stoprocent/bluetooth-hci-socket', { loadDriver: expect.any(Function) }],
  ])('of %s, where it is installed, gets its socket as it asks for it', (name, socket, given) => {
    const { require } = loadStack(name, Socket, pathToFileURL(install(name, socket)));
    expect(require('index')).toEqual(given);
    const { loadDriver = () => Socket } = require('index') as { loadDriver?: () => unknown };
    expect(loadDriver()).toBe(Socket);
  });

  it.each([
    ["this machine's own adapter", undefined],
    ['a virtual one', Socket],
  ])('tells a name that is not of the machine, on %s', (_which, socket) => {
    const { require } = loadStack('@abandonware/bleno', socket);
    const Gatt = require('lib/hci-socket/gatt') as new () => object;
    expect(JSON.stringify(new Gatt())).toContain(JSON.stringify([...Buffer.from('phonekey')]));
  });
});
