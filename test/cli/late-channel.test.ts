import { expect, it } from '@jest/globals';
import { LateChannel } from '../../cli/cloud/late-channel.js';
import type { CarChannel, CarChannelHandlers } from '../../lib/cloud/car-channel.js';

const ADVERTISES = [{ uuid: '00000000-0000-0000-0000-000000000001', data: '01' }];

/** A channel that notes what it was told. */
const noting = () => {
  const told: string[] = [];
  let handlers: CarChannelHandlers | undefined;
  const channel: CarChannel = {
    start: (given) => {
      told.push('start');
      handlers = given;
    },
    advertise: (advertises) => void told.push(`advertise ${String(advertises.length)}`),
    send: (link, frame) => void told.push(`send ${link} ${String(frame.length)}`),
    confirm: (object) => void told.push(`confirm ${object}`),
    report: ({ command }) => void told.push(`report ${command}`),
    close: async () => void told.push('close'),
  };
  return { channel, told, handlers: () => handlers! };
};

const noHandlers = (said: string[], who = ''): CarChannelHandlers => ({
  frame: () => void said.push(`${who}frame`),
  object: () => void said.push(`${who}object`),
  connected: (connected) => void said.push(`${who}${String(connected)}`),
});

it('is one that is down until the car has registered, and then the real one', async () => {
  const { channel, told, handlers } = noting();
  let registered = (_: CarChannel): void => undefined;
  const late = new LateChannel(() => new Promise((resolve) => (registered = resolve)));
  const said: string[] = [];
  late.start(noHandlers(said));
  late.advertise(ADVERTISES);
  late.send('l', new Uint8Array(1));
  expect(told).toEqual([]);
  registered(channel);
  await new Promise(setImmediate);
  expect(told).toEqual(['start', 'advertise 1']);
  handlers().connected(true);
  handlers().frame('l', new Uint8Array(1));
  handlers().object('o', new Uint8Array(1));
  late.send('l', new Uint8Array(2));
  late.confirm('o');
  late.report({ link: 'l', command: 'unlock', outcome: 'done' });
  expect(said).toEqual(['true', 'frame', 'object']);
  expect(told.slice(2)).toEqual(['send l 2', 'confirm o', 'report unlock']);
  await late.close();
  expect(told.at(-1)).toBe('close');
});

it('opens once, and tells whoever started it last: a car that was reset starts it anew', async () => {
  const { channel, told, handlers } = noting();
  const late = new LateChannel(async () => channel);
  const said: string[] = [];
  late.start(noHandlers(said, 'first '));
  late.start(noHandlers(said, 'second '));
  await new Promise(setImmediate);
  expect(told).toEqual(['start']);
  handlers().connected(true);
  expect(said).toEqual(['second true']);
});

it('closes while it waits to be registered, and a channel that comes too late', async () => {
  const waiting = new LateChannel(
    (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error()))),
  );
  waiting.start(noHandlers([]));
  await waiting.close();

  const { channel, told } = noting();
  let registered = (_: CarChannel): void => undefined;
  const late = new LateChannel(() => new Promise((resolve) => (registered = resolve)));
  late.start(noHandlers([]));
  const closed = late.close();
  registered(channel);
  await closed;
  expect(told).toEqual(['close']); // and never started
});
