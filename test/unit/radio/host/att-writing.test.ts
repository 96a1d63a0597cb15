import { describe, expect, it } from '@jest/globals';
import { AttClient } from './att-client.js';

const NOTIFY = '12 0f00 0100';
const INDICATE = '12 1700 0200';

describe('the configuration of a client', () => {
  it('subscribes to a service, once', () => {
    const client = new AttClient();
    expect(client.ask(NOTIFY)).toBe('13');
    expect(client.told).toEqual(['subscribed']);
    expect(client.state.subscribed?.service.profile.service).toMatch(/^9d1f5a00/);
    expect(client.ask(NOTIFY)).toBe('13');
    expect(client.told).toHaveLength(1);
    expect(client.ask('12 0f00 0000')).toBe('13');
    expect(client.ask('12 0f00 0000')).toBe('13');
    expect(client.told).toEqual(['subscribed', 'unsubscribed']);
    expect(client.ask(NOTIFY)).toBe('13');
    expect(client.told).toEqual(['subscribed', 'unsubscribed', 'subscribed-again']);
  });

  it('subscribes to one service', () => {
    const client = new AttClient();
    client.ask(INDICATE);
    client.ask(NOTIFY);
    client.ask('12 0f00 0000');
    expect(client.told).toEqual(['subscribed', 'subscribed-again']);
    expect(client.state.subscribed?.handle).toBe(0x17);
  });

  it("of what is nobody's tells nothing", () => {
    const client = new AttClient();
    expect([client.ask('12 0900 0200'), client.ask('0a 0900')]).toEqual(['13', '0b0200']);
    expect(client.told).toEqual([]);
  });

  it.each([
    ['12 0f00 0200', '13'],
    ['12 0f00 0300', '13'],
    ['12 0f00 0101', '13'],
    ['12 0f00 0180', '13'],
    ['12 0f00 0400', '13'],
    ['12 1700 0100', '13'],
    ['12 0900 0100', '13'],
    ['12 0f00 01', '0d'],
    ['12 0f00', '0d'],
    ['12 0f00 010000', '0d'],
  ])('is refused for a value that the characteristic does not have: %s', (request, code) => {
    const client = new AttClient();
    const handle = request.slice(3, 7);
    expect(client.ask(request)).toBe(`0112${handle}${code}`);
    expect(client.told).toEqual([]);
    expect(client.ask(`0a ${handle}`)).toBe('0b0000');
  });

  it('can be written by a command, and in parts', () => {
    const client = new AttClient();
    expect(client.ask('52 0f00 0100')).toBeUndefined();
    expect(client.ask('16 0f00 0000 00')).toBe('170f00000000');
    expect(client.ask('16 0f00 0100 00')).toBe('170f00010000');
    expect(client.ask('18 01')).toBe('19');
    expect(client.told).toEqual(['subscribed', 'unsubscribed']);
  });
});

describe('what is written', () => {
  it('belongs to nobody before the subscription, and to the service of it afterwards', () => {
    const client = new AttClient();
    expect(client.ask('12 0c00 01')).toBe('13');
    expect(client.ask('52 0c00 02')).toBeUndefined();
    client.ask(NOTIFY);
    expect(client.ask('12 0c00 03')).toBe('13');
    expect(client.ask('52 0c00 04')).toBeUndefined();
    expect(client.ask('12 1400 05')).toBe('13');
    client.ask('12 0f00 0000');
    expect(client.ask('12 0c00 06')).toBe('13');
    expect(client.told).toEqual(['subscribed', 'chunk 03', 'chunk 04', 'unsubscribed']);
  });

  it('is no chunk when it is empty, and has at most 512 bytes', () => {
    const client = new AttClient(517);
    client.ask(NOTIFY);
    expect(client.ask('12 0c00')).toBe('13');
    expect(client.ask('52 0c00')).toBeUndefined();
    expect(client.ask(`12 0c00 ${'aa'.repeat(512)}`)).toBe('13');
    expect(client.ask(`12 0c00 ${'aa'.repeat(513)}`)).toBe('01120c000d');
    expect(client.ask(`52 0c00 ${'aa'.repeat(513)}`)).toBeUndefined();
    expect(client.told).toEqual(['subscribed', `chunk ${'aa'.repeat(512)}`]);
  });

  it.each([
    ['12 0e00 01', '01120e0003'],
    ['12 1100 01', '0112110003'],
    ['12 0300 01', '0112030003'],
    ['12 0100 01', '0112010003'],
    ['12 0800 01', '0112080003'],
    ['12 0000 01', '0112000001'],
    ['12 1800 01', '0112180001'],
    ['12 0c', '0112000004'],
    ['16 0e00 0000 01', '01160e0003'],
    ['16 1800 0000 01', '0116180001'],
    ['16 0c00 00', '0116000004'],
  ])('is refused where nothing takes it: %s', (request, answer) => {
    expect(new AttClient().ask(request)).toBe(answer);
  });

  it('by a command reaches only what takes commands', () => {
    const client = new AttClient();
    client.ask(INDICATE);
    for (const request of ['52 1400 01', '52 0e00 01', '52 0000 01', '52 1800 01', '52 14']) {
      expect(client.ask(request)).toBeUndefined();
    }
    client.ask('12 1400 02');
    expect(client.told).toEqual(['subscribed', 'chunk 02']);
  });
});

describe('what is written in parts', () => {
  it('is echoed, and one chunk when it is executed', () => {
    const client = new AttClient();
    client.ask(NOTIFY);
    expect(client.ask('16 0c00 0000 0102')).toBe('170c0000000102');
    expect(client.ask('16 0c00 0200 0304')).toBe('170c0002000304');
    expect(client.told).toEqual(['subscribed']);
    expect(client.ask('18 01')).toBe('19');
    expect(client.ask('18 01')).toBe('19');
    expect(client.told).toEqual(['subscribed', 'chunk 01020304']);
  });

  it('may be corrected by a later part', () => {
    const client = new AttClient();
    client.ask(NOTIFY);
    for (const part of ['0000 01020304', '0100 aa', '0300 bbcc']) client.ask(`16 0c00 ${part}`);
    client.ask('18 01');
    expect(client.told).toEqual(['subscribed', 'chunk 01aa03bbcc']);
  });

  it('comes to nothing when it is cancelled', () => {
    const client = new AttClient();
    client.ask(NOTIFY);
    client.ask('16 0c00 0000 0102');
    expect(client.ask('18 00')).toBe('19');
    expect(client.ask('18 01')).toBe('19');
    expect(client.told).toEqual(['subscribed']);
  });

  it.each([
    ['a gap', ['16 0c00 0000 01', '16 0c00 0200 02'], '01180c0007'],
    ['no beginning', ['16 0c00 0100 01'], '01180c0007'],
    ['513 bytes', [`16 0c00 0000 ${'aa'.repeat(512)}`, '16 0c00 0002 01'], '01180c000d'],
    ['a value that is not allowed', ['16 0c00 0000 01', '16 1700 0000 0100'], '0118170013'],
    ['a value of the wrong length', ['16 0c00 0000 01', '16 1700 0000 02'], '011817000d'],
  ])('is refused as a whole, and forgotten, for %s', (_what, parts, answer) => {
    const client = new AttClient(517);
    client.ask(NOTIFY);
    for (const part of parts) client.ask(part);
    expect(client.ask('18 01')).toBe(answer);
    expect(client.ask('18 01')).toBe('19');
    expect(client.told).toEqual(['subscribed']);
  });

  it('has at most 64 of them', () => {
    const client = new AttClient();
    client.ask(NOTIFY);
    for (let part = 0; part < 64; part++)
      client.ask(`16 0c00 ${part.toString(16).padStart(2, '0')}00 ff`);
    expect(client.ask('16 0c00 4000 ff')).toBe('01160c0009');
    expect(client.ask('18 01')).toBe('19');
    expect(client.told).toEqual(['subscribed', `chunk ${'ff'.repeat(64)}`]);
    expect(client.ask('16 0c00 0000 ff')).toBe('170c000000ff');
  });

  it('is executed or cancelled, and nothing else', () => {
    const client = new AttClient();
    client.ask('16 0c00 0000 01');
    for (const request of ['18', '18 02', '18 0100'])
      expect(client.ask(request)).toBe('0118000004');
    expect(client.state.prepared).toHaveLength(1);
  });
});
