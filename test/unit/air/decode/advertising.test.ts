import { beforeEach, describe, expect, it } from '@jest/globals';
import { connectionComplete, disconnectionComplete, eventOf, hex, Stream, wire } from './stream.js';
import { LeSetRandomAddress } from '../../../../lib/hci/commands/addresses.js';
import {
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
  LeSetScanResponseData,
} from '../../../../lib/hci/commands/advertising.js';
import {
  DataOperation,
  LeRemoveAdvertisingSet,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
} from '../../../../lib/hci/commands/extended-advertising.js';
import { Reset } from '../../../../lib/hci/commands/host-control.js';
import { Status } from '../../../../lib/hci/constants.js';
import {
  LeAdvertisingReport,
  LeAdvertisingSetTerminated,
  LeExtendedAdvertisingReport,
} from '../../../../lib/hci/events/advertising.js';
import { completed } from '../../../support/hci-packets.js';
import { setParameters } from '../extended-host.js';

const CAR = '00:00:00:00:00:02';
const RANDOM = 'c0:00:00:00:00:03';

let stream: Stream;
beforeEach(() => {
  stream = new Stream();
});

/** LE Advertising Report of one advertising event. */
const report = (type: number, address: string, data: string): Uint8Array =>
  eventOf(LeAdvertisingReport, {
    reports: [{ type, address: wire(address), data: hex(data), rssi: -59 }],
  });

/** LE Extended Advertising Report, SID 1. */
const extended = (type: number, address: string, data: string): Uint8Array =>
  eventOf(LeExtendedAdvertisingReport, {
    reports: [
      {
        type,
        address: wire(address),
        primaryPhy: 1,
        secondaryPhy: 1,
        sid: 1,
        txPower: 127,
        rssi: -59,
        data: hex(data),
      },
    ],
  });

describe('advertisements that are heard', () => {
  it('are told once, and again when they change', () => {
    const adv = report(0, CAR, '020106');
    const lines = [
      ...stream.received(0, adv),
      ...stream.received(0, adv),
      ...stream.received(0, report(4, CAR, '0302 0f18')),
      ...stream.received(0, adv),
      ...stream.received(0, report(4, CAR, '0302 0f18')),
      ...stream.received(0, report(4, CAR, '0302 0a18')),
      ...stream.received(0, report(3, CAR, '020106')),
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
    const adv = report(2, CAR, '020106');
    expect([...stream.received(0, adv), ...stream.received(1, adv)]).toEqual([
      'car: advertises (not connectable, scannable): flags 0x06',
    ]);
  });

  it('may be several in one event', () => {
    const two = eventOf(LeAdvertisingReport, {
      reports: [
        { address: wire(CAR), data: hex('020106') },
        { addressType: 1, address: wire(RANDOM) },
      ],
    });
    expect(stream.received(0, two)).toEqual([
      `${CAR}: advertises (connectable, scannable): flags 0x06`,
      `${RANDOM}: advertises (connectable, scannable): nothing`,
    ]);
  });

  it('are put together from the reports of extended advertising', () => {
    expect(stream.received(0, extended(0x21, CAR, '020106 0409'))).toEqual([]);
    expect(stream.received(0, extended(0x01, CAR, '436172'))).toEqual([
      `${CAR}: advertises (extended, connectable): flags 0x06, name "Car"`,
    ]);
    expect(stream.received(0, extended(0x21, CAR, '020106 0409'))).toEqual([]);
    expect(stream.received(0, extended(0x01, CAR, '436172'))).toEqual([]);
    // A legacy PDU in an extended report.
    expect(stream.received(0, extended(0x13, RANDOM, '020106'))).toEqual([
      `${RANDOM}: advertises (connectable, scannable): flags 0x06`,
    ]);
  });
});

describe('advertisements of a host that is heard', () => {
  const data = (text: string) => ({ length: hex(text).length, data: hex(text) });
  const every100ms = { intervalMin: 0xa0, intervalMax: 0xa0, channels: 0b111 };
  const ON = { enable: 1 };

  beforeEach(() => {
    stream.came(1, CAR, 'car');
    stream.command(1, LeSetAdvertisingParameters, every100ms);
    stream.command(1, LeSetAdvertisingData, data('020106'));
    stream.command(1, LeSetScanResponseData, data('03020f18'));
  });

  it('are told when they start, change and stop', () => {
    expect(stream.command(1, LeSetAdvertisingEnable, ON)).toEqual([
      'car: advertises (connectable, scannable): flags 0x06; scan response: service Battery',
    ]);
    expect(stream.command(1, LeSetAdvertisingEnable, ON)).toEqual([]);
    expect(stream.command(1, LeSetAdvertisingData, data('020106'))).toEqual([]);
    expect(stream.command(1, LeSetScanResponseData, data('03020a18'))).toEqual([
      'car: scan response: service Device Information',
    ]);
    expect(stream.command(1, LeSetAdvertisingEnable)).toEqual(['car: stops advertising']);
    expect(stream.command(1, LeSetAdvertisingEnable)).toEqual([]);
  });

  it('are not told by those who hear them as well', () => {
    stream.command(1, LeSetAdvertisingEnable, ON);
    stream.came(0, '00:00:00:00:00:01', 'phone');
    expect(stream.received(0, report(0, CAR, '020106'))).toEqual([]);
  });

  it('are told only when the controller agrees', () => {
    expect(
      stream.command(1, LeSetAdvertisingEnable, ON, { status: Status.commandDisallowed }),
    ).toEqual([]);
    expect(stream.command(1, LeSetAdvertisingEnable, ON)).toHaveLength(1);
    expect(
      stream.command(1, LeSetAdvertisingData, data('020104'), { status: Status.invalidParameters }),
    ).toEqual([]);
  });

  it('go on after a link without another word', () => {
    stream.command(1, LeSetAdvertisingEnable, ON);
    stream.received(1, connectionComplete(0x40, 'peripheral', RANDOM));
    expect(stream.command(1, LeSetScanResponseData, data('03020a18'))).toEqual([]); // nobody can hear it
    stream.received(1, disconnectionComplete(0x40, 0x13));
    expect(stream.command(1, LeSetAdvertisingEnable, ON)).toEqual([
      'car: scan response: service Device Information',
    ]);
  });

  it('end with a reset', () => {
    stream.command(1, LeSetAdvertisingEnable, ON);
    expect(stream.command(1, Reset)).toEqual(['car: stops advertising']);
    expect(stream.command(1, LeSetAdvertisingEnable, ON)).toEqual([
      'car: advertises (connectable, scannable): nothing',
    ]);
  });

  it('say under which address', () => {
    const address = (lines: ReturnType<Stream['events']>): unknown =>
      lines.map((event) => (event.type === 'advertising' ? event.advertised : undefined));
    const enable = (ownAddressType: number): unknown => {
      stream.command(1, LeSetAdvertisingEnable);
      stream.command(1, LeSetAdvertisingParameters, { ...every100ms, ownAddressType });
      stream.sent(1, LeSetAdvertisingEnable.packet(ON));
      return address(stream.events(1, 'received', hex(completed(LeSetAdvertisingEnable))));
    };
    stream.command(1, LeSetRandomAddress, { address: wire(RANDOM) });
    expect([enable(0), enable(1), enable(2)]).toEqual([[CAR], [RANDOM], [null]]);
  });

  it('may be several sets, with data in pieces', () => {
    const { first, last, complete } = DataOperation;
    const parameters = (set: number, properties: number) =>
      stream.command(1, LeSetExtendedAdvertisingParameters, setParameters({ set, properties }));
    const piece = (set: number, operation: number, text: string) =>
      stream.command(1, LeSetExtendedAdvertisingData, { set, operation, data: hex(text) });
    parameters(1, 0x01);
    piece(1, first, '020106 0409');
    piece(1, last, '436172');
    parameters(2, 0x13);
    piece(2, complete, '020106');
    const both = { enable: 1, sets: [{ set: 1 }, { set: 2 }] };
    expect(stream.command(1, LeSetExtendedAdvertisingEnable, both)).toEqual([
      'car: advertises (extended, connectable): flags 0x06, name "Car"',
      'car (Car): advertises (connectable, scannable): flags 0x06',
    ]);
    expect(piece(1, complete, '020104')).toEqual([
      'car (Car): advertises (extended, connectable): flags 0x04',
    ]);
    stream.received(1, eventOf(LeAdvertisingSetTerminated, { set: 2, handle: 0x40 }));
    expect(piece(2, complete, '020104')).toEqual([]);
    expect(stream.command(1, LeSetExtendedAdvertisingEnable)).toEqual([
      'car (Car): stops advertising',
    ]);
    stream.command(1, LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] });
    expect(stream.command(1, LeRemoveAdvertisingSet, { set: 1 })).toEqual([
      'car (Car): stops advertising',
    ]);
  });
});
