import { beforeEach, describe, expect, it } from '@jest/globals';
import { hciSocketClass, VirtualAir } from '../../../air/index.js';
import type { VirtualController, VirtualHciSocket } from '../../../air/index.js';
import { settle } from './test-host.js';
import { completed } from '../../support/hci-packets.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';

const RESET = Buffer.from('01030c00', 'hex');
const RESET_DONE = completed(Reset);

let controller: VirtualController;
let socket: VirtualHciSocket;
let data: string[];

beforeEach(() => {
  controller = new VirtualAir({ seed: 'socket' }).controller();
  socket = new (hciSocketClass(controller))();
  data = [];
  socket.on('data', (packet: Buffer) => data.push(packet.toString('hex')));
});

describe('the stand-in for the HCI socket', () => {
  it('carries packets between bind and stop', async () => {
    socket.write(RESET);
    expect(socket.bindRaw(3)).toBe(3);
    socket.start();
    socket.start();
    socket.setFilter();
    socket.write(RESET);
    await settle();
    expect(data).toEqual([RESET_DONE]);
    socket.stop();
    socket.write(RESET);
    await settle();
    expect(data).toEqual([RESET_DONE]);
  });

  it('keeps what goes to the management channel from the controller', async () => {
    socket.bindControl();
    socket.start();
    socket.write(RESET);
    await settle();
    expect(data).toEqual([]);
  });

  it('delivers nothing from inside write', () => {
    socket.bindUser();
    socket.start();
    socket.write(RESET);
    expect(data).toEqual([]);
  });

  it('shows one device, which is up as long as the controller is', () => {
    expect(socket.isDevUp()).toBe(true);
    controller.close();
    expect(socket.isDevUp()).toBe(false);
    expect(socket.getDeviceList()).toEqual([expect.objectContaining({ devId: 0, devUp: false })]);
  });

  it('can be written to at any time', () => {
    const write = (): void => {
      socket.write(RESET);
    };
    expect(write).not.toThrow();
    socket.bindRaw();
    controller.close();
    expect(write).not.toThrow();
    socket.cleanup();
    socket.reset();
    expect(write).not.toThrow();
  });
});
