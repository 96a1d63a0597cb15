import { beforeEach, describe, expect, it } from '@jest/globals';
import { connectionComplete, disconnectionComplete, hex, Stream, u8, wire } from './stream.js';
import { eventPacket } from '../../../support/hci-packets.js';

const CAR = '00:00:00:00:00:02';
const RANDOM = 'c0:00:00:00:00:03';

let stream: Stream;
beforeEach(() => {
  stream = new Stream();
});

/** LE Advertising Report of one advertising event. */
const report = (type: string, address: string, data: string): Uint8Array =>
  eventPacket(0x3e, hex(`02 01 ${type} 00 ${wire(address)} ${u8(hex(data).length)} ${data} c5`));

/** LE Extended Advertising Report, SID 1. */
const extended = (type: string, address: string, data: string): Uint8Array =>
  eventPacket(
    0x3e,
    hex(
      `0d 01 ${type} 00 ${wire(address)} 01 01 01 7f c5 0000 00 000000000000 ${u8(hex(data).length)} ${data}`,
    ),
  );

describe('advertisements that are heard', () => {
  it('are told once, and again when they change', () => {
    const adv = report('00', CAR, '020106');
    const lines = [
      ...stream.received(0, adv),
      ...stream.received(0, adv),
      ...stream.received(0, report('04', CAR, '0302 0f18')),
      ...stream.received(0, adv),
      ...stream.received(0, report('04', CAR, '0302 0f18')),
      ...stream.received(0, report('04', CAR, '0302 0a18')),
      ...stream.received(0, report('03', CAR, '020106')),
    ];
    expect(lines).toEqual([
      `${CAR}: advertises (connectable, scannable): flags 0x06`,
      `${CAR}: scan response: service Battery`,
      `${CAR}: scan response: service Device Information`,
      `${CAR}: advertises (not connectable): flags 0x06`,
    ]);
  });

  it('are told once however many hear them', () => {
    stream.came(0, '00:00:00:00:00:01');
    stream.came(1, '00:00:00:00:00:09');
    stream.came(2, CAR, 'car');
    const adv = report('02', CAR, '020106');
    expect([...stream.received(0, adv), ...stream.received(1, adv)]).toEqual([
      'car: advertises (not connectable, scannable): flags 0x06',
    ]);
  });

  it('may be several in one event', () => {
    const two = `02 02 00 00 ${wire(CAR)} 03 020106 c5 00 01 ${wire(RANDOM)} 00 c5`;
    expect(stream.received(0, eventPacket(0x3e, hex(two)))).toEqual([
      `${CAR}: advertises (connectable, scannable): flags 0x06`,
      `${RANDOM}: advertises (connectable, scannable): nothing`,
    ]);
  });

  it('are put together from the reports of extended advertising', () => {
    expect(stream.received(0, extended('2100', CAR, '020106 0409'))).toEqual([]);
    expect(stream.received(0, extended('0100', CAR, '436172'))).toEqual([
      `${CAR}: advertises (extended, connectable): flags 0x06, name "Car"`,
    ]);
    expect(stream.received(0, extended('2100', CAR, '020106 0409'))).toEqual([]);
    expect(stream.received(0, extended('0100', CAR, '436172'))).toEqual([]);
    // A legacy PDU in an extended report.
    expect(stream.received(0, extended('1300', RANDOM, '020106'))).toEqual([
      `${RANDOM}: advertises (connectable, scannable): flags 0x06`,
    ]);
  });
});

describe('advertisements of a host that is heard', () => {
  const data = (text: string): string =>
    u8(hex(text).length) + hex(text).toString('hex').padEnd(62, '0');

  beforeEach(() => {
    stream.came(1, CAR, 'car');
    stream.command(1, 0x2006, 'a000 a000 00 00 00 000000000000 07 00');
    stream.command(1, 0x2008, data('020106'));
    stream.command(1, 0x2009, data('03020f18'));
  });

  it('are told when they start, change and stop', () => {
    expect(stream.command(1, 0x200a, '01')).toEqual([
      'car: advertises (connectable, scannable): flags 0x06; scan response: service Battery',
    ]);
    expect(stream.command(1, 0x200a, '01')).toEqual([]);
    expect(stream.command(1, 0x2008, data('020106'))).toEqual([]);
    expect(stream.command(1, 0x2009, data('03020a18'))).toEqual([
      'car: scan response: service Device Information',
    ]);
    expect(stream.command(1, 0x200a, '00')).toEqual(['car: stops advertising']);
    expect(stream.command(1, 0x200a, '00')).toEqual([]);
  });

  it('are not told by those who hear them as well', () => {
    stream.command(1, 0x200a, '01');
    stream.came(0, '00:00:00:00:00:01', 'phone');
    expect(stream.received(0, report('00', CAR, '020106'))).toEqual([]);
  });

  it('are told only when the controller agrees', () => {
    expect(stream.command(1, 0x200a, '01', '0c')).toEqual([]);
    expect(stream.command(1, 0x200a, '01')).toHaveLength(1);
    expect(stream.command(1, 0x2008, data('020104'), '12')).toEqual([]);
  });

  it('go on after a link without another word', () => {
    stream.command(1, 0x200a, '01');
    stream.received(1, connectionComplete(0x40, 'peripheral', RANDOM));
    expect(stream.command(1, 0x2009, data('03020a18'))).toEqual([]); // nobody can hear it
    stream.received(1, disconnectionComplete(0x40, 0x13));
    expect(stream.command(1, 0x200a, '01')).toEqual([
      'car: scan response: service Device Information',
    ]);
  });

  it('end with a reset', () => {
    stream.command(1, 0x200a, '01');
    expect(stream.command(1, 0x0c03, '')).toEqual(['car: stops advertising']);
    expect(stream.command(1, 0x200a, '01')).toEqual([
      'car: advertises (connectable, scannable): nothing',
    ]);
  });

  it('say under which address', () => {
    const address = (lines: ReturnType<Stream['events']>): unknown =>
      lines.map((event) => (event.type === 'advertising' ? event.advertised : undefined));
    const enable = (ownType: string): unknown => {
      stream.command(1, 0x200a, '00');
      stream.command(1, 0x2006, `a000 a000 00 ${ownType} 00 000000000000 07 00`);
      stream.sent(1, hex('01 0a20 01 01'));
      return address(stream.events(1, 'received', hex('04 0e 04 01 0a20 00')));
    };
    stream.command(1, 0x2005, wire(RANDOM));
    expect([enable('00'), enable('01'), enable('02')]).toEqual([[CAR], [RANDOM], [null]]);
  });

  it('may be several sets, with data in pieces', () => {
    const parameters = (set: string, properties: string): string =>
      `${set} ${properties} a00000 a00000 07 00 00 000000000000 00 7f 01 00 01 05 00`;
    stream.command(1, 0x2036, parameters('01', '0100'), '00 00');
    stream.command(1, 0x2037, '01 01 00 05 020106 0409'); // first
    stream.command(1, 0x2037, '01 02 00 03 436172'); // last
    stream.command(1, 0x2036, parameters('02', '1300'), '00 00');
    stream.command(1, 0x2037, '02 03 00 03 020106'); // complete
    expect(stream.command(1, 0x2039, '01 02 01 0000 00 02 0000 00')).toEqual([
      'car: advertises (extended, connectable): flags 0x06, name "Car"',
      'car: advertises (connectable, scannable): flags 0x06',
    ]);
    expect(stream.command(1, 0x2037, '01 03 00 03 020104')).toEqual([
      'car: advertises (extended, connectable): flags 0x04',
    ]);
    stream.received(1, hex('04 3e 06 12 00 02 4000 00')); // set 2 has been terminated
    expect(stream.command(1, 0x2037, '02 03 00 03 020104')).toEqual([]);
    expect(stream.command(1, 0x2039, '00 00')).toEqual(['car: stops advertising']);
    stream.command(1, 0x2039, '01 01 01 0000 00');
    expect(stream.command(1, 0x203c, '01')).toEqual(['car: stops advertising']);
  });
});
