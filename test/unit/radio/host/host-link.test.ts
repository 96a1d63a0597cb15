import { describe, expect, it } from '@jest/globals';
import { Channel, l2capFrame } from '../../../../lib/hci/l2cap.js';
import { toHex } from '../../../../lib/platform/bytes.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { HostLink } from '../../../../lib/radio/host/host-link.js';
import type { PeripheralService } from '../../../../lib/radio/types.js';
import { bytes } from '../../../support/hci-packets.js';
import { errorWith } from '../../../support/errors.js';
import { serverOf } from './att-client.js';
import { Patience } from '../../../../lib/radio/patience.js';

const FIRST = 0b10;
const NEXT = 0b01;

/** A link with its controller, which takes frames at once unless it is told not to. */
const setup = (mtu = 256) => {
  const clock = new SimClock();
  const sent: string[] = [];
  const events: string[] = [];
  const waiting: (() => void)[] = [];
  const controller = { takes: true };
  const link: HostLink = new HostLink({
    clock,
    peer: 'phone#1',
    trial: new Patience(clock).begin(),
    ...serverOf(mtu),
    transmit: (frame, taken) => {
      sent.push(toHex(frame));
      if (controller.takes) taken();
      else waiting.push(taken);
    },
    disconnect: async () => {
      events.push('disconnect');
      await Promise.resolve();
    },
    onSubscribed: ({ profile }: PeripheralService) => {
      events.push(`subscribed ${profile.service.slice(0, 8)}, ${String(sent.length)} sent`);
    },
    onUnsubscribed: () => events.push('unsubscribed'),
  });
  const ask = (hex: string, channel: number = Channel.att): string | undefined => {
    const before = sent.length;
    link.received(FIRST, l2capFrame(channel, bytes(hex.replaceAll(' ', ''))));
    return sent.slice(before).join(' ');
  };
  const open = async (): Promise<void> =>
    link.open({
      data: (chunk) => events.push(`data ${toHex(chunk)}`),
      closed: (reason) => events.push(`closed ${reason}`),
    });
  return { clock, sent, events, waiting, controller, link, ask, open };
};

const NOTIFY = '12 0f00 0100';
const INDICATE = '12 1700 0200';

describe('a link of our own host', () => {
  it('answers what is put together from fragments, on every channel', () => {
    const { link, ask, sent } = setup();
    link.received(FIRST, bytes('0300'));
    link.received(NEXT, bytes('04000a05'));
    link.received(NEXT, bytes('00'));
    expect(sent).toEqual(['030004000bc108']);
    expect(ask('01 030005100707', Channel.security)).toBe('020006000505');
    expect(ask('14 01 0000', Channel.signalling)).toBe('06000500010102000000');
    expect(ask('00', 0x40)).toBe('');
  });

  it('goes on after frames that are broken, or longer than any that it takes', () => {
    const { link, ask, sent } = setup(23);
    link.received(NEXT, bytes('0300'));
    link.received(FIRST, bytes('03000400ff'));
    link.received(FIRST, bytes('010004000a05'));
    link.received(FIRST, bytes('4200040012'));
    link.received(NEXT, new Uint8Array(0x41));
    expect(sent).toEqual([]);
    expect(ask('0a0500')).toBe('030004000bc108');
    expect(ask(`12 0c00 ${'00'.repeat(62)}`)).toBe('0500040001120000 04'.replace(' ', ''));
  });

  it('is opened by its user once the phone has subscribed, and was answered', async () => {
    const { link, ask, open, events } = setup();
    expect(ask('52 0c00 01')).toBe('');
    ask(NOTIFY);
    expect(events).toEqual(['subscribed 9d1f5a00, 1 sent']);
    ask('52 0c00 02');
    ask('12 0c00 03');
    await open();
    ask('52 0c00 04');
    expect(events.slice(1)).toEqual(['data 02', 'data 03', 'data 04']);
    expect(link.peer).toBe('phone#1');
  });

  it('has the MTU that was agreed upon', async () => {
    const { link, ask, sent } = setup(100);
    expect(link.mtu).toBe(23);
    ask(NOTIFY);
    await expect(link.send(new Uint8Array(21))).rejects.toEqual(errorWith('internal'));
    ask('02 ffff');
    expect(link.mtu).toBe(100);
    await link.send(new Uint8Array(97));
    expect(sent.at(-1)).toBe(`640004001b0e00${'00'.repeat(97)}`);
    await expect(link.send(new Uint8Array(98))).rejects.toEqual(errorWith('internal'));
  });

  it('notifies as fast as the controller takes it', async () => {
    const { link, ask, sent, controller, waiting } = setup();
    ask(NOTIFY);
    controller.takes = false;
    const both = [link.send(bytes('aa')), link.send(bytes('bb'))];
    await Promise.resolve();
    expect(sent.slice(1)).toEqual(['040004001b0e00aa']);
    waiting.shift()?.();
    await both[0];
    expect(sent.slice(2)).toEqual(['040004001b0e00bb']);
    waiting.shift()?.();
    await both[1];
  });

  it('indicates once the indication before was confirmed', async () => {
    const { link, ask, sent } = setup();
    ask(INDICATE);
    const both = [link.send(bytes('aa')), link.send(bytes('bb'))];
    await Promise.resolve();
    expect(sent.slice(1)).toEqual(['040004001d1600aa']);
    ask('1e');
    await both[0];
    expect(sent.slice(2)).toEqual(['040004001d1600bb']);
    ask('1e');
    await both[1];
    ask('1e');
    const third = link.send(bytes('cc'));
    await Promise.resolve();
    ask('1e');
    await third;
  });

  it('is over when an indication is not confirmed within 30 seconds', async () => {
    const { link, ask, open, clock, events } = setup();
    ask(INDICATE);
    await open();
    const refused = expect(link.send(bytes('aa'))).rejects.toEqual(errorWith('radio.timeout'));
    await clock.advance(29_999);
    expect(events).toEqual(['subscribed 00000211, 1 sent']);
    await clock.advance(1);
    await refused;
    expect(events.slice(1)).toEqual(['closed lost', 'disconnect']);
    expect(ask('0a 0500')).toBe('');
    expect(clock.pending).toBe(0);
  });

  it('ends for its user when the phone unsubscribes, and is ended when it subscribes again', async () => {
    const { link, ask, open, events } = setup();
    ask(NOTIFY);
    await open();
    expect(ask('12 0f00 0000')).toBe('0100040013');
    ask('52 0c00 01');
    expect(events.slice(1)).toEqual(['closed remote', 'unsubscribed']);
    await expect(link.send(bytes('aa'))).rejects.toEqual(errorWith('radio.link-lost'));
    expect(ask('0a 0500')).toBe('030004000bc108');
    expect(ask(NOTIFY)).toBe('0100040013');
    expect(events.slice(3)).toEqual(['disconnect']);
    expect(ask('0a 0500')).toBe('');
  });

  it('is ended by its user or the controller, once', async () => {
    const { link, ask, open, events } = setup();
    ask(NOTIFY);
    await open();
    await Promise.all([link.close(), link.close()]);
    link.ended('remote');
    expect(events.slice(1)).toEqual(['closed local', 'disconnect']);
    const other = setup();
    other.ask(NOTIFY);
    await other.open();
    other.link.ended('lost');
    other.link.ended('remote');
    await other.link.close();
    expect(other.events.slice(1)).toEqual(['closed lost']);
    expect(other.ask('0a 0500')).toBe('');
  });

  it('puts out who sends on and on before the link is open', () => {
    const { ask, events } = setup();
    ask(NOTIFY);
    ask('02 ffff');
    for (let i = 0; i < 40; i++) ask(`52 0c00 ${'00'.repeat(250)}`);
    expect(events.slice(1)).toEqual(['disconnect']);
  });

  it('puts out who asks on and on, and lets no answer through', () => {
    const { ask, events, sent, controller, waiting } = setup();
    controller.takes = false;
    for (let i = 0; i < 16; i++) ask('0a 0500');
    expect(events).toEqual([]);
    for (const taken of waiting.splice(0)) taken();
    for (let i = 0; i < 40; i++) ask(i % 2 === 0 ? '0a 0500' : '14 01 0000', i % 2 === 0 ? 4 : 5);
    expect(events).toEqual(['disconnect']);
    expect(sent).toHaveLength(16 + 17);
  });
});
